"""The command line, `practicals`: one function a command; errors become sentences."""

import errno
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.console import Console
from rich.markup import escape
from typer.core import TyperCommand, TyperGroup

from autograder.errors import PracticalsError
from autograder.practical.paths import course_root
from autograder.practical.sooner import leave_out_server_extensions, look_for_garbage_less_often
from autograder.reporting.exports import export_names

if TYPE_CHECKING:
    from autograder.grading.course import Course

# Commands import what they need when they run: `practicals --help` must not wait for TensorFlow.


def _flags_as_typed(params: list[Any]) -> list[Any]:
    """Options whose flags help shows as they are typed: typer writes `<bool>` behind them, like a value."""
    for param in params:
        if getattr(param, "is_flag", False):
            param.metavar = ""
    return params


class _Command(TyperCommand):
    def get_params(self, ctx: Any) -> list[Any]:
        return _flags_as_typed(super().get_params(ctx))


class _Group(TyperGroup):
    def get_params(self, ctx: Any) -> list[Any]:
        return _flags_as_typed(super().get_params(ctx))


class _App(typer.Typer):
    """An app whose commands, and whose own help, show flags as they are typed."""

    def __init__(self, **settings: Any):
        super().__init__(cls=_Group, no_args_is_help=True, **settings)

    def command(self, name: str | None = None, **settings: Any) -> Callable:
        return super().command(name, cls=_Command, **settings)


app = _App(
    name="practicals",
    help="Build, grade and check the deep-learning practicals.",
    add_completion=False,
    pretty_exceptions_enable=False,
)

# Arguments and options that several commands have, declared once
WORKERS = min(2, os.cpu_count() or 1)
ExportName = StrEnum("ExportName", export_names())  # type: ignore[misc]  # its members are found when it runs
PracticalName = Annotated[str, typer.Argument(help="a practical by name, as in source/")]
PracticalNames = Annotated[
    list[str] | None, typer.Argument(help="practicals by name, as in source/; default: all of them")
]
Check = Annotated[
    bool, typer.Option("--check", help="write nothing; fail where what is there is missing or not fresh")
]
Force = Annotated[bool, typer.Option("--force", help="do also what was done and has not changed since")]
Workers = Annotated[int, typer.Option(min=1, help="how many run at a time")]
Seeds = Annotated[int, typer.Option(min=1, help="number of runs, with the seeds 42, 43, …")]
Rounds = Annotated[int, typer.Option(min=1, help="runs of each way")]
Against = Annotated[
    Path | None, typer.Option(help="another checkout of the course, which takes turns with this one")
]
Repetitions = Annotated[int, typer.Option(min=1, help="timed runs of each way")]
Json = Annotated[Path | None, typer.Option(help="write the results to this file too, as JSON")]
To = Annotated[Path | None, typer.Option(help="folder for what is written; default: in build/")]
Due = Annotated[
    str | None, typer.Option(help='when it is due, "2026-11-30 18:00 +01:00"; kept in the gradebook')
]
FORM = f"for another system: `export` writes {', '.join(export_names())}, `grade --notebook` gradescope"
PeopleList = Annotated[
    Path | None, typer.Option(help="Moodle's grading worksheet, or GitHub Classroom's roster or grades, CSV")
]
Submitted = Annotated[
    Path | None, typer.Option(help="class folder, STUDENT/NAME/NAME.ipynb; default: submitted/")
]
GradedFolder = Annotated[
    Path | None,
    typer.Option("--output", help="folder of gradebook, feedback, grades.csv; default: this course"),
]
GradebookUrl = Annotated[
    str | None,
    typer.Option("--db-url", help="gradebook: postgresql://USER@HOST/DATABASE; default: gradebook.db"),
]


@app.callback()
def _practicals() -> None:
    """Build, grade and check the deep-learning practicals."""


@app.command()
def doctor() -> None:
    """Say what this machine has for the practicals, and what to do about each gap."""
    from autograder.start.doctor import as_table, examine

    findings = examine(course_root())
    Console().print(as_table(findings))
    if any(finding.gap and finding.required for finding in findings):
        raise typer.Exit(1)


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="of the new practical, such as p08_transformers")],
    title: Annotated[str | None, typer.Option(help="its heading; default: made from the name")] = None,
) -> None:
    """Make a practical to start from: a text with an exercise of each kind, and its bank."""
    from autograder.authoring.new import new_practical

    root = course_root()
    for path in new_practical(root, name, title):
        typer.echo(f"wrote {path.relative_to(root)}")
    typer.echo(
        f"Next: practicals build {name}, practicals audit {name}; docs/authoring.md goes on from there"
    )


@app.command()
def build(
    names: PracticalNames = None,
    check: Check = False,
    force: Force = False,
    full: Annotated[
        bool,
        typer.Option("--full", help="also execute at the full budget, for the outputs that readers see"),
    ] = False,
) -> None:
    """Bring text and notebook together, execute at the quick budget, make the release.

    --check finds also what was edited by hand, and what leaks. --full takes minutes.
    """
    if check:
        from autograder.proof.check import problems

        found = problems(course_root(), names)
        for problem in found:
            typer.echo(problem)
        raise typer.Exit(1 if found else 0)
    from autograder.authoring.build import build_all

    build_all(course_root(), names, Console(), force=force, full=full)


@app.command()
def measure(
    name: PracticalName,
    seeds: Seeds = 5,
    budget: Annotated[Literal["quick", "full"], typer.Option(help="how much each run computes")] = "quick",
    force: Force = False,
) -> None:
    """Run a practical once per seed if a figure is stale; write figures and error rates to results.json."""
    from autograder.proof.measure import measure

    root = course_root()
    typer.echo(f"wrote {measure(root, name, budget, seeds, Console(), force).relative_to(root)}")


@app.command()
def audit(
    names: PracticalNames = None,
    only: Annotated[str | None, typer.Option(help="one exercise, by its grade_id")] = None,
    fast: Annotated[bool, typer.Option("--fast", help="do not grade the bank with the engine")] = False,
    rounding: Annotated[
        bool, typer.Option("--rounding", help="measure what float32 work takes of the tolerances; takes long")
    ] = False,
    everywhere: Annotated[
        bool,
        typer.Option(
            "--everywhere",
            help="instead: run the bank as notebook, with check, Validate, plain nbgrader and the engine; "
            "where do they differ?",
        ),
    ] = False,
    draws: Annotated[
        bool,
        typer.Option(
            "--draws",
            help="instead: run each answer of the bank on up to 200 draws; does it get its points and hint "
            "on all of them?",
        ),
    ] = False,
    promises: Annotated[
        bool,
        typer.Option(
            "--promises",
            help="instead: what do signatures and docstrings of exercises promise, and no call of a test "
            "varies?",
        ),
    ] = False,
    force: Force = False,
    json: Json = None,
    workers: Workers = WORKERS,
) -> None:
    """Try the tests: reference, unanswered cells, right and wrong answers of the bank, mutants.

    Ends with status 1 when there is something to correct.
    """
    from autograder.files import write_atomically
    from autograder.proof.audit import audit_all, everywhere_all
    from autograder.proof.audit_report import as_json, show, show_draws, show_everywhere, show_promises
    from autograder.proof.draws import draws_all
    from autograder.proof.promises import promises_all

    console, root = Console(), course_root()
    instead = everywhere + draws + promises
    if instead > 1 or (instead and (only or fast or rounding)):
        raise PracticalsError(
            "--everywhere, --draws and --promises each look at whole practicals, and do nothing else",
            "Use one of them, without --only, --fast and --rounding",
        )
    if everywhere:
        reports = everywhere_all(root, names, console, force, workers)
        show_everywhere(reports, console)
    elif draws:
        reports = draws_all(root, names, console, force, workers)
        show_draws(reports, console)
    elif promises:
        reports = promises_all(root, names, console, workers)
        show_promises(reports, console)
    else:
        reports = audit_all(root, names, console, only, fast, force, workers, rounding)
        show(reports, console)
    if json:
        write_atomically(json, as_json(reports))
    raise typer.Exit(1 if any(report.findings for report in reports) else 0)


@app.command()
def calibrate(
    names: PracticalNames = None,
    check: Check = False,
    runs: Annotated[int, typer.Option(min=2, help="of each wrong answer, with the seeds 42, 43, …")] = 10,
    workers: Workers = WORKERS,
) -> None:
    """Write into results.json how often thresholds fail right answers and pass wrong ones.

    Ends with status 1 when a rate is missing, stale or above 1 in 1,000.
    """
    from autograder.proof.calibrate import calibrate_all, calibration_problems

    root = course_root()
    if not check:
        for path in calibrate_all(root, names, Console(), runs, workers):
            typer.echo(f"wrote {path.relative_to(root)}")
    problems = calibration_problems(root, names)
    for problem in problems:
        typer.echo(problem)
    raise typer.Exit(1 if problems else 0)


@app.command()
def grade(
    name: PracticalName,
    submitted: Submitted = None,
    output: GradedFolder = None,
    json: Json = None,
    notebook: Annotated[
        Path | None,
        typer.Option(
            help="grade this one file by itself, with no gradebook; NAME may then be a source notebook's "
            "path, and --json - prints the JSON"
        ),
    ] = None,
    form: Annotated[Literal["gradescope"] | None, typer.Option("--format", metavar="FORM", help=FORM)] = None,
    due: Due = None,
    force: Force = False,
    workers: Workers = WORKERS,
    cell_seconds: Annotated[
        int | None, typer.Option(min=1, help="seconds of processor time of one cell; default: 30")
    ] = None,
    no_sandbox: Annotated[
        bool, typer.Option("--no-sandbox", help="run submissions without isolation; the reports say so")
    ] = False,
    db_url: GradebookUrl = None,
    cluster: Annotated[
        str | None, typer.Option(help="Dask scheduler whose workers execute submissions, as tcp://HOST:PORT")
    ] = None,
    compare: Annotated[
        bool,
        typer.Option(
            "--compare",
            help="execute what would be graded now, record nothing, and show whose points differ from the "
            "gradebook's; status 1 when somebody would lose points",
        ),
    ] = False,
    student: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="grade this student only, others stay as they are; may be repeated"),
    ] = None,
    rename: Annotated[
        list[str] | None,
        typer.Option(
            metavar="OLD=NEW", help="an exercise that has a new name: its grades stay; may be repeated"
        ),
    ] = None,
    why: Annotated[
        str, typer.Option(metavar="REASON", help="why marks change now; students read it on their pages")
    ] = "",
) -> None:
    """Grade a class: execute the submissions, record the grades, write feedback and grades.csv.

    Ends with status 0 when every submission was graded, 3 when some could not be, 2 on bad input. With
    --compare, with 1 when somebody would have fewer points in an exercise than before.
    """
    from autograder.engine.parents import start_early
    from autograder.engine.sandbox import SandboxUnavailable
    from autograder.grading.news import has_news

    def is_likely_to_execute() -> bool:
        if notebook or force or compare:
            return True
        return has_news(submitted or course_root() / "submitted", output or course_root(), name)

    if cluster is None and is_likely_to_execute():
        # nbgrader_config.py, not read yet, may do without the sandbox; if not, grading says that it must
        with suppress(SandboxUnavailable):
            start_early(sandboxed=not no_sandbox)  # imports TensorFlow while nbgrader is imported here
    if notebook is not None:
        from autograder.grading import gradescope
        from autograder.grading.single import GradedNotebook, grade_and_show

        of_a_class = {
            "submitted": submitted, "output": output, "due": due, "force": force, "db-url": db_url,
            "cluster": cluster, "compare": compare, "rename": rename, "student": student,
            "why": why,
        }  # fmt: skip
        for option, value in of_a_class.items():
            if value:
                raise PracticalsError(f"--{option} is for classes, --notebook for one file", "Leave one out")
        as_text = gradescope.as_json if form else GradedNotebook.as_json
        json = json or (Path("-") if form else None)
        console = Console(stderr=json == Path("-"))
        graded_one = grade_and_show(name, notebook, console, json, cell_seconds, not no_sandbox, as_text)
        if not graded_one.result.graded:
            raise typer.Exit(3)
        return
    if form:
        raise PracticalsError("--format is for one file, --notebook", "Use `practicals export` for a class")
    from autograder.grading.options import GradeOptions
    from autograder.grading.run import grade

    options = GradeOptions(
        submitted=submitted, output=output, json_file=json, force=force, workers=workers,
        cell_seconds=cell_seconds, due=due, sandboxed=not no_sandbox, db_url=db_url, cluster=cluster,
        students=tuple(student or ()), rename=tuple(rename or ()), why=why,
    )  # fmt: skip
    if compare:
        from autograder.grading.compare import compare_and_show

        of_a_record = {"due": due, "json": json, "rename": rename, "student": student, "why": why}
        for option, value in of_a_record.items():
            if value:
                raise PracticalsError(
                    f"--compare is for a whole class, and not with --{option}", "Leave one out"
                )
        comparison = compare_and_show(course_root(), name, Console(), options)
        if comparison.losers:
            raise typer.Exit(1)
        if comparison.failed:
            raise typer.Exit(3)
        return
    graded = grade(course_root(), name, Console(), options)
    if not all(result.graded for result in graded.results):
        raise typer.Exit(3)


def _course(
    name: str | None, output: Path | None, db_url: str | None, submitted: Path | None = None
) -> "Course":
    """A practical, the first where none is named, with the folders and the gradebook that options name."""
    from autograder.grading.course import Course
    from autograder.practical.paths import practical_names

    root = course_root()
    practical = name or next(iter(practical_names(root)), "")
    return Course(root, practical, (output or root).resolve(), submitted or root / "submitted", db_url or "")


def _graded_course(name: str | None, output: Path | None, db_url: str | None) -> "Course":
    """A practical with the folder and the gradebook that grading left, backed up where it has to be."""
    from autograder.grading.backup import before_writing

    course = _course(name, output, db_url)
    if not course.gradebook.is_missing() and (said := before_writing(course)):
        typer.echo(said)
    return course


@app.command()
def mark(
    name: PracticalName,
    blind: Annotated[bool, typer.Option("--blind", help="numbers in place of students' names")] = False,
    port: Annotated[
        int, typer.Option(metavar="PORT", min=1024, max=65535, help="another one where it is taken")
    ] = 8790,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="print the address only")] = False,
    output: GradedFolder = None,
    db_url: GradebookUrl = None,
) -> None:
    """Mark essays, question by question over the class, on a page of this machine; Ctrl-C stops it."""
    from autograder.marking.server import mark

    course = _graded_course(name, output, db_url)
    mark(course, blind, port, typer.echo, open_browser=not no_browser)


@app.command()
def report(
    name: PracticalName,
    to: To = None,
    output: GradedFolder = None,
    db_url: GradebookUrl = None,
) -> None:
    """Write a report on a graded class: a page to read or print, and its figures as CSV and JSON."""
    from autograder.reporting.report import report

    course = _graded_course(name, output, db_url)
    typer.echo(f"wrote {report(course, to or course.root / 'build' / 'report')}, its figures beside it")


@app.command()
def bundle(
    names: PracticalNames = None,
    to: To = None,
) -> None:
    """Write what students may have, and nothing else, as a folder and as an archive."""
    from autograder.publishing.bundle import bundle

    root = course_root()
    made = bundle(root, names, to or root / "build" / "bundle")
    typer.echo(f"wrote {made.folder} and {made.archive}: {len(made.files)} files")
    for file in made.files:
        typer.echo(f"  {file}")


@app.command()
def feedback(
    name: PracticalName,
    to: To = None,
    archive: Annotated[bool, typer.Option("--zip", help="one archive instead of folders")] = False,
    output: GradedFolder = None,
    db_url: GradebookUrl = None,
) -> None:
    """Collect every feedback page, up to date, as STUDENT/NAME.html; say who has none."""
    from autograder.reporting.handback import hand_back

    course = _graded_course(name, output, db_url)
    done = hand_back(course, to or course.root / "build" / "feedback", archive)
    typer.echo(f"wrote {done.path}: {len(done.students)} pages")
    for student, reason in done.without.items():
        typer.echo(f"no page for {student}: {reason}")


@app.command()
def solutions(
    name: PracticalName,
    to: To = None,
    early: Annotated[bool, typer.Option("--early", help="also while somebody may still hand in")] = False,
    output: GradedFolder = None,
    db_url: GradebookUrl = None,
) -> None:
    """Write the solutions for students: answers with their outputs, hidden checks and their reasons.

    Refused until the due date in the gradebook, and every extension, is over.
    """
    from autograder.publishing.solutions import solutions

    course = _course(name, output, db_url)
    written = solutions(course, to or course.root / "build" / "solutions", early)
    typer.echo(f"wrote {written.path}")
    if written.due is None:
        typer.echo(f"No due date of {name} is recorded in {course.gradebook.name}: hand it out when you like")


@app.command()
def roster(
    file: Annotated[Path, typer.Argument(help="class list, CSV: id, last_name, first_name, email")],
    output: GradedFolder = None,
    db_url: GradebookUrl = None,
) -> None:
    """Put a class list into the gradebook; exports of Canvas, Moodle and Gradescope will do."""
    from autograder.reporting.roster import import_roster

    course = _graded_course(None, output, db_url)
    roster = import_roster(course, file)
    count = len(roster.students)
    who = f"{count} student of {file} is" if count == 1 else f"{count} students of {file} are"
    typer.echo(f"{who} in {course.gradebook.name}")
    if roster.left_out:
        typer.echo(f"Left out, since they are not students: {', '.join(roster.left_out)}")


@app.command()
def collect(
    file: Annotated[
        Path, typer.Argument(help="archive or folder of Canvas, Moodle, Gradescope, GitHub, nbgrader")
    ],
    name: Annotated[
        str, typer.Argument(help="the practical, as in source/; default: the one whose cells they have")
    ] = "",
    submitted: Submitted = None,
    due: Due = None,
    people: PeopleList = None,
    output: GradedFolder = None,
    db_url: GradebookUrl = None,
) -> None:
    """Collect hand-ins from a platform's archive into submitted/STUDENT/NAME: all of them, or nothing.

    Ends with status 0 when every hand-in was collected, 3 when of some it is not known whose they are, 2 on
    bad input.
    """
    from autograder.grading.dates import moment
    from autograder.grading.incoming import receive
    from autograder.practical.paths import source_text

    if name:
        source_text(course_root(), name)
    course = _course(name, output, db_url, submitted)
    collected = receive(course, file, name, moment(due) if due else None, people)
    typer.echo(f"{collected.platform}: {collected.hand_ins} hand-in" + "s" * (collected.hand_ins != 1))
    for sentence in collected.notes:
        typer.echo(sentence)
    for practical, students in collected.written.items():
        counts = ", ".join(f"{len(ids)} {how}" for how, ids in sorted(students.items()))
        typer.echo(f"wrote {course.class_folder}/*/{practical}: {counts}")
    for sentence in collected.unknown:
        typer.echo(f"not collected: {sentence}")
    raise typer.Exit(3 if collected.unknown else 0)


@app.command()
def export(
    name: PracticalName,
    form: Annotated[ExportName, typer.Option("--format", metavar="FORM", help=FORM)],
    to: To = None,
    column: Annotated[
        str | None, typer.Option(help="what Canvas or Moodle calls the practical; default: its name")
    ] = None,
    complete_only: Annotated[
        bool, typer.Option("--complete-only", help="hold back grades while an essay waits to be marked")
    ] = False,
    people: PeopleList = None,
    output: GradedFolder = None,
    db_url: GradebookUrl = None,
) -> None:
    """Write the grades of a practical in the form that another system reads."""
    from autograder.reporting.export import export

    course = _graded_course(name, output, db_url)
    exported = export(course, form, to or course.root / "build" / "export", column, complete_only, people)
    for file in exported.files:
        typer.echo(f"wrote {file}")
    for note in exported.notes:
        typer.echo(note)


@app.command()
def extension(
    name: PracticalName,
    student: Annotated[str, typer.Argument(help="the student's id, the name of the submission's folder")],
    days: Annotated[float, typer.Option(min=0, max=1_000, help="added to the due date")] = 0,
    hours: Annotated[float, typer.Option(min=0, max=1_000, help="added to the due date")] = 0,
    due: Due = None,
    output: GradedFolder = None,
    db_url: GradebookUrl = None,
) -> None:
    """Give one student more time; it replaces an earlier extension, and none (no --days) takes it back."""
    from datetime import timedelta

    from autograder.grading.collect import student_id_problem
    from autograder.grading.dates import in_zone, moment

    if problem := student_id_problem(student):
        raise PracticalsError(problem, "Give the name of the student's folder")
    course = _graded_course(name, output, db_url)
    course.prepare(moment(due) if due else None)
    until = course.gradebook.grant_extension(student, timedelta(days=days, hours=hours))
    typer.echo(f"{student}: due {in_zone(until, course.zone)}; `practicals grade {name}` renews the grades")


@app.command()
def forget(
    student: Annotated[str, typer.Argument(help="the student's id, the name of the submission's folder")],
    submitted: Submitted = None,
    output: GradedFolder = None,
    db_url: GradebookUrl = None,
    yes: Annotated[bool, typer.Option("--yes", help="do not ask before it is removed")] = False,
) -> None:
    """Remove all that is kept of a student, in every practical; shows it and asks first."""
    from autograder.reporting.forget import forget, kept

    course = _course(None, output, db_url, (submitted or course_root() / "submitted").resolve())
    found = kept(course, student)
    typer.echo(found)
    if not yes:
        typer.confirm(f"Remove all this of {student} for good?", abort=True)
    forget(course, found)
    typer.echo(f"{student} is forgotten here; docs/privacy.md says what is kept elsewhere")
    if found.of_the_class:
        typer.echo("`practicals report`, `export` and `feedback` make the files of the class anew")


@app.command()
def upkeep(
    check: Check = False,
    same_versions: Annotated[
        bool,
        typer.Option("--same-versions", help="lock what pyproject.toml asks for; renew nothing else"),
    ] = False,
) -> None:
    """Renew the lock file; say what has to be built, measured, calibrated or audited anew, and why.

    Ends with status 1 when there is something to do.
    """
    from autograder.start.upkeep import renew_lock, to_do

    root = course_root()
    changes = renew_lock(root, keep=check, same_versions=same_versions)
    count = f"{len(changes)} package{'s' * (len(changes) != 1)} changed" if changes else "up to date"
    typer.echo(f"requirements.lock: {count}")
    for change in changes:
        typer.echo(f"  {change}")
    tasks = to_do(root, changes)
    for number, task in enumerate(tasks, start=1):
        typer.echo(f"{number}. {task.what}")
        for why in task.why:
            typer.echo(f"   because {why}")
    if not tasks:
        typer.echo("Nothing has to be done anew")
    raise typer.Exit(1 if tasks else 0)


@app.command()
def check(
    notebook: Annotated[Path, typer.Argument(help="a notebook file; it is read, never written")],
) -> None:
    """Run a notebook's visible checks at the quick budget, and list what is done and what is missing.

    Ends with status 0 when every check passed, 1 when not, 2 on bad input.
    """
    from course_utils.checkfile import NotebookError, check_file, show_progress

    try:
        checked = check_file(notebook, show_progress)
    except NotebookError as error:
        raise PracticalsError(error.problem, error.remedy) from error
    typer.echo(checked)
    raise typer.Exit(0 if checked.passed else 1)


@app.command()
def site() -> None:
    """Write the site to build/site: guides, the practicals without answers, the API; check every page."""
    from autograder.publishing.site import make_site

    root = course_root()
    pages = make_site(root, root / "build" / "site")
    typer.echo(f"wrote build/site: {len(pages)} pages; open build/site/index.html")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def lab(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(help="a practical by name, as in release/; default: the first")
    ] = None,
) -> None:
    """Open JupyterLab on a copy of a practical, in work/; Ctrl-C stops it.

    Options of JupyterLab's own may follow: --port 8890, --no-browser, --ip 0.0.0.0, …
    """
    from autograder.start.lab import open_lab

    options = context.args
    if name is not None and name.startswith("-"):
        options = [name, *options]
        name = None
    open_lab(course_root(), name, options)


@app.command("sample-class")
def sample_class(
    name: PracticalName,
    folder: Annotated[Path, typer.Argument(help="a new or empty folder")],
) -> None:
    """Write a sample class: submissions as students hand them in, good ones, wrong ones and broken ones."""
    from autograder.grading.sample_class import DUE, write_sample_class

    samples = write_sample_class(course_root(), name, folder)
    for sample in samples:
        typer.echo(f"{sample.student_id}: {sample.about}")
    typer.echo(f'Grade them with: practicals grade {name} --submitted {folder} --output OUT --due "{DUE}"')


@app.command()
def demo(
    name: PracticalName = "p01_mlp_basics",
    workers: Workers = WORKERS,
) -> None:
    """Write a sample class, grade it into build/demo, and compare with what it should get."""
    from autograder.start.demo import demo

    if not demo(course_root(), name, Console(), workers):
        raise typer.Exit(1)


@app.command()
def reproduce(
    names: PracticalNames = None,
    seeds: Seeds = 5,
    check: Check = False,
) -> None:
    """Measure published figures again, and write docs/reproduction.md."""
    from autograder.bench.reproduce import problem, reproduce

    if not check:
        typer.echo(f"wrote {reproduce(course_root(), names, seeds, Console())}")
    elif found := problem(course_root(), seeds):
        raise PracticalsError(found, "Run `practicals reproduce`; it goes on where it stopped")


@app.command()
def coverage(check: Check = False) -> None:
    """Say in docs/coverage.md where each item of the published practicals is taught, graded and measured."""
    from autograder.publishing.coverage import page, page_file, write_coverage

    root = course_root()
    if not check:
        typer.echo(f"wrote {write_coverage(root)}")
    elif not page_file(root).is_file() or page_file(root).read_text("utf-8") != page(root):
        raise PracticalsError(
            f"{page_file(root)} is not what texts and items give", "Run `practicals coverage`"
        )


bench_app = _App(help="Compare ways of doing the same work, in one run.")
app.add_typer(bench_app, name="bench")


@bench_app.command("fit")
def bench_fit(
    repetitions: Repetitions = 5,
) -> None:
    """Time an epoch of `fit` as P01 teaches it against plain `fit`, and compare their results."""
    from autograder.bench.fit import bench_fit

    bench_fit(course_root(), repetitions, Console())


@bench_app.command("grade")
def bench_grade(
    submissions: Annotated[int, typer.Option(min=1, help="of P01, graded in each run")] = 10,
    rounds: Rounds = 3,
    light: Annotated[
        int, typer.Option(min=0, help="instead: this many small submissions; what grows with their number?")
    ] = 0,
    replay: Annotated[
        int,
        typer.Option(min=0, help="instead: a few submissions, executed once and recorded this many times"),
    ] = 0,
    every: Annotated[
        bool, typer.Option("--all", help="instead: what one more submission of each practical costs")
    ] = False,
    against: Against = None,
    json: Json = None,
) -> None:
    """Time and weigh `practicals grade` with 1 and 2 workers against stock nbgrader, in turn."""
    from autograder.bench.grade import bench_grade, bench_light
    from autograder.bench.replay import bench_replay
    from autograder.bench.submissions import bench_submissions

    if against and not every:
        raise PracticalsError("--against compares what one more submission costs", "Give --all with it")
    if replay:
        bench_replay(course_root(), replay, Console(), json)
    elif every:
        bench_submissions(course_root(), submissions, against, Console(), json)
    elif light:
        bench_light(course_root(), light, WORKERS, Console(), json)
    else:
        bench_grade(course_root(), submissions, rounds, Console(), json)


@bench_app.command("cluster")
def bench_cluster(
    submissions: Annotated[int, typer.Option(min=1, help="of P01, graded in each run")] = 120,
    json: Json = None,
) -> None:
    """Time grading on a Dask cluster of 1, 2 and 4 workers, where an execution is a pause of a second."""
    from autograder.bench.cluster import bench_cluster

    bench_cluster(course_root(), submissions, Console(), json)


@bench_app.command("notebooks")
def bench_notebooks(
    names: PracticalNames = None,
    budget: Annotated[Literal["quick", "full"], typer.Option(help="how much each run computes")] = "quick",
    against: Against = None,
    rounds: Rounds = 1,
    json: Json = None,
) -> None:
    """Time whole practicals, experiments included, beside another version of the course."""
    from autograder.bench.notebooks import bench_notebooks

    bench_notebooks(course_root(), names or [], budget, against, rounds, Console(), json)


@bench_app.command("mark")
def bench_mark(
    name: PracticalName = "p01_mlp_basics",
    essays: Annotated[int, typer.Option(min=1, help="students of the class")] = 200,
    json: Json = None,
) -> None:
    """Time what whoever marks essays waits for: the next one, and a mark to be saved."""
    from autograder.bench.mark import bench_mark

    bench_mark(course_root(), name, essays, Console(), json)


@bench_app.command("report")
def bench_report(
    name: PracticalName = "p01_mlp_basics",
    students: Annotated[int, typer.Option(min=1, help="submissions of the class")] = 500,
    rounds: Rounds = 3,
    json: Json = None,
) -> None:
    """Time the report of a large class: the grades of a sample class, multiplied."""
    from autograder.bench.report import bench_report

    bench_report(course_root(), name, students, rounds, Console(), json)


@bench_app.command("kernels")
def bench_kernels(
    counts: Annotated[
        list[int] | None, typer.Argument(min=1, help="kernels at a time; default: 1, 5 and 10")
    ] = None,
) -> None:
    """Weigh kernels of many students at the same time: ordinary ones, and ones forked after the imports."""
    from autograder.bench.kernels import bench_kernels

    bench_kernels(counts or [1, 5, 10], Console())


@bench_app.command("ensembles")
def bench_ensembles(
    repetitions: Repetitions = 3,
    json: Json = None,
) -> None:
    """Time 1,000 narrow and 40 wide networks trained at once against `fit`, and count those that collapse."""
    from autograder.bench.ensembles import bench_ensembles

    bench_ensembles(repetitions, Console(), json)


@bench_app.command("uncertainty")
def bench_uncertainty(
    repetitions: Repetitions = 3,
    json: Json = None,
) -> None:
    """Time 100 passes of Monte-Carlo dropout in one call against 100 calls, and compare their results."""
    from autograder.bench.uncertainty import bench_uncertainty

    bench_uncertainty(repetitions, Console(), json)


def main() -> None:
    """Run the command line; a known error becomes one sentence on stderr and an exit status other than 0."""
    errors = Console(stderr=True, highlight=False, soft_wrap=True)
    look_for_garbage_less_often()
    leave_out_server_extensions()
    try:
        app()
    except PracticalsError as error:
        errors.print(f"[red]practicals:[/red] {escape(str(error))}", markup=True)
        sys.exit(error.exit_code)
    except ModuleNotFoundError as error:
        if error.name != "fcntl":
            raise
        errors.print(
            "[red]practicals:[/red] whatever reads or writes the gradebook locks files as Unix does, and "
            "Windows does not. Run the same command in WSL; see docs/elsewhere.md"
        )
        sys.exit(2)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        errors.print(
            f"[red]practicals:[/red] the disk is full ({error.filename or 'no file named'}). "
            "Free some space and run the same command again: what was finished is kept."
        )
        sys.exit(2)


if __name__ == "__main__":
    main()
