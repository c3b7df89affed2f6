"""The command line, `practicals`: one function a command; errors become sentences."""

import errno
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console
from rich.markup import escape

from autograder.errors import PracticalsError
from autograder.paths import course_root

if TYPE_CHECKING:
    from autograder.grading.course import Course

# Commands import what they need when they run: `practicals --help` must not wait for TensorFlow.

app = typer.Typer(
    name="practicals",
    help="Build, grade and check the deep-learning practicals.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
WORKERS = min(2, os.cpu_count() or 1)
PracticalNames = Annotated[
    list[str] | None, typer.Argument(help="practicals by name, as in source/; default: all of them")
]


@app.callback()
def _practicals() -> None:
    """Build, grade and check the deep-learning practicals."""


@app.command()
def doctor() -> None:
    """Say what this machine has for the practicals, and what to do about each gap."""
    from autograder.doctor import as_table, examine

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
    from autograder.new import new_practical

    root = course_root()
    for path in new_practical(root, name, title):
        typer.echo(f"wrote {path.relative_to(root)}")
    typer.echo(
        f"Next: practicals build {name}, practicals audit {name}; docs/authoring.md goes on from there"
    )


@app.command()
def build(
    names: PracticalNames = None,
    check: Annotated[
        bool, typer.Option("--check", help="build nothing; fail if a file is stale, edited by hand or leaks")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="execute also what has not changed")] = False,
) -> None:
    """Bring text and notebook together, execute at the quick budget, make the release."""
    if check:
        from autograder.check import problems

        found = problems(course_root(), names)
        for problem in found:
            typer.echo(problem)
        raise typer.Exit(1 if found else 0)
    from autograder.build import build_all

    build_all(course_root(), names, Console(), force=force)


@app.command()
def measure(
    name: Annotated[str, typer.Argument(help="a practical by name, as in source/")],
    seeds: Annotated[int, typer.Option(min=1, help="number of runs, with the seeds 42, 43, …")] = 5,
    budget: Annotated[Literal["quick", "full"], typer.Option(help="how much each run computes")] = "quick",
) -> None:
    """Run a practical once per seed; write figures and the error rates of thresholds to results.json."""
    from autograder.measure import measure

    root = course_root()
    typer.echo(f"wrote {measure(root, name, budget, seeds, Console()).relative_to(root)}")


@app.command()
def audit(
    names: PracticalNames = None,
    only: Annotated[str | None, typer.Option(help="one exercise, by its grade_id")] = None,
    fast: Annotated[bool, typer.Option("--fast", help="do not grade the bank with the engine")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="audit also what passed and has not changed")
    ] = False,
    json: Annotated[Path | None, typer.Option(help="write everything found to this file too")] = None,
    workers: Annotated[int, typer.Option(min=1, help="processes at a time")] = WORKERS,
) -> None:
    """Try the tests: reference, unanswered cells, right and wrong answers of the bank, mutants.

    Ends with status 1 when there is something to mend.
    """
    from autograder.audit import as_json, audit_all, show
    from autograder.notebooks import write_atomically

    console = Console()
    reports = audit_all(course_root(), names, console, only, fast, force, workers)
    show(reports, console)
    if json:
        write_atomically(json, as_json(reports))
    raise typer.Exit(1 if any(report.findings for report in reports) else 0)


@app.command()
def calibrate(
    names: PracticalNames = None,
    check: Annotated[
        bool,
        typer.Option("--check", help="run nothing; fail if a rate is missing, stale or above 1 in 1,000"),
    ] = False,
    runs: Annotated[int, typer.Option(min=2, help="of each wrong answer, with the seeds 42, 43, …")] = 10,
    workers: Annotated[int, typer.Option(min=1, help="processes at a time")] = WORKERS,
) -> None:
    """Write into results.json how often thresholds fail right answers and pass wrong ones."""
    from autograder.calibrate import calibrate_all, calibration_problems

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
    name: Annotated[str, typer.Argument(help="a practical by name, as in source/")],
    submitted: Annotated[
        Path | None, typer.Option(help="class folder, STUDENT/NAME/NAME.ipynb; default: submitted/")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="where gradebook, feedback and grades.csv go; default: this course")
    ] = None,
    json: Annotated[Path | None, typer.Option(help="write the results to this file too, as JSON")] = None,
    notebook: Annotated[
        Path | None,
        typer.Option(
            help="grade this one file by itself, with no gradebook; NAME may then be a source notebook's "
            "path, and --json - prints the JSON"
        ),
    ] = None,
    due: Annotated[
        str | None, typer.Option(help='when it is due, "2025-11-30 18:00 UTC"; kept in the gradebook')
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="grade also what has not changed")] = False,
    workers: Annotated[int, typer.Option(min=1, help="submissions to execute at a time")] = min(
        2, os.cpu_count() or 1
    ),
    cell_seconds: Annotated[
        int | None, typer.Option(min=1, help="time limit of one cell; default: 30")
    ] = None,
    no_sandbox: Annotated[
        bool, typer.Option("--no-sandbox", help="run submissions without isolation; the reports say so")
    ] = False,
    db_url: Annotated[
        str | None, typer.Option(help="gradebook, as postgresql://USER@HOST/DATABASE; default: gradebook.db")
    ] = None,
    cluster: Annotated[
        str | None, typer.Option(help="Dask scheduler whose workers execute submissions, as tcp://HOST:PORT")
    ] = None,
) -> None:
    """Grade a class: execute the submissions, record the grades, write feedback and grades.csv.

    Ends with status 0 when every submission was graded, 3 when some could not be, 2 on bad input.
    """
    from autograder.engine.parents import start_early

    if cluster is None:
        start_early(sandboxed=not no_sandbox)  # TensorFlow is imported there while nbgrader is imported here
    if notebook is not None:
        from autograder.grading.single import grade_and_show

        of_a_class = {
            "submitted": submitted, "output": output, "due": due, "force": force, "db-url": db_url,
            "cluster": cluster,
        }  # fmt: skip
        for option, value in of_a_class.items():
            if value:
                raise PracticalsError(f"--{option} is for classes, --notebook for one file", "Leave one out")
        console = Console(stderr=json == Path("-"))
        if not grade_and_show(name, notebook, console, json, cell_seconds, not no_sandbox).result.graded:
            raise typer.Exit(3)
        return
    from autograder.grading.run import grade

    graded = grade(
        course_root(),
        name,
        Console(),
        submitted,
        output,
        json,
        force,
        workers,
        cell_seconds,
        due,
        not no_sandbox,
        db_url,
        cluster,
    )
    if not all(result.graded for result in graded.results):
        raise typer.Exit(3)


GradedFolder = Annotated[
    Path | None, typer.Option(help="the --output that `practicals grade` had; default: this course")
]
GradebookUrl = Annotated[
    str | None, typer.Option(help="gradebook, as postgresql://USER@HOST/DATABASE; default: gradebook.db")
]


def _graded_course(name: str, output: Path | None, db_url: str | None) -> "Course":
    """A practical with the folder and the gradebook that grading left."""
    from autograder.grading.course import Course

    root = course_root()
    return Course(root, name, (output or root).resolve(), root / "submitted", db_url or "")


@app.command()
def report(
    name: Annotated[str, typer.Argument(help="a practical by name, as in source/")],
    to: Annotated[Path | None, typer.Option(help="folder for the report; default: build/report")] = None,
    output: GradedFolder = None,
    db_url: GradebookUrl = None,
) -> None:
    """Write a report on a graded class: a page to read or print, and its figures as CSV and JSON."""
    from autograder.report import report

    course = _graded_course(name, output, db_url)
    typer.echo(f"wrote {report(course, to or course.root / 'build' / 'report')}, its figures beside it")


@app.command()
def bundle(
    names: PracticalNames = None,
    to: Annotated[Path | None, typer.Option(help="folder for the bundle; default: build/bundle")] = None,
) -> None:
    """Write what students may have, and nothing else, as a folder and as an archive."""
    from autograder.bundle import bundle

    root = course_root()
    made = bundle(root, names, to or root / "build" / "bundle")
    typer.echo(f"wrote {made.folder} and {made.archive}: {len(made.files)} files")
    for file in made.files:
        typer.echo(f"  {file}")


@app.command()
def feedback(
    name: Annotated[str, typer.Argument(help="a practical by name, as in source/")],
    to: Annotated[Path | None, typer.Option(help="folder for the pages; default: build/feedback")] = None,
    archive: Annotated[bool, typer.Option("--zip", help="one archive instead of folders")] = False,
    output: GradedFolder = None,
    db_url: GradebookUrl = None,
) -> None:
    """Collect every feedback page, up to date, as STUDENT/NAME.html; say who has none."""
    from autograder.handback import hand_back

    course = _graded_course(name, output, db_url)
    done = hand_back(course, to or course.root / "build" / "feedback", archive)
    typer.echo(f"wrote {done.path}: {len(done.students)} pages")
    for student, reason in done.without.items():
        typer.echo(f"no page for {student}: {reason}")


@app.command()
def roster(
    file: Annotated[Path, typer.Argument(help="class list, CSV: id, last_name, first_name, email")],
    output: GradedFolder = None,
    db_url: GradebookUrl = None,
) -> None:
    """Put a class list into the gradebook; exports of Canvas, Moodle and Gradescope will do."""
    from autograder.paths import practical_names
    from autograder.roster import import_roster

    course = _graded_course(next(iter(practical_names(course_root())), ""), output, db_url)
    students = import_roster(course, file)
    typer.echo(f"{len(students)} students are in {course.gradebook_name}, from {students[0].id}")


@app.command()
def export(
    name: Annotated[str, typer.Argument(help="a practical by name, as in source/")],
    form: Annotated[
        Literal["canvas", "moodle", "gradescope", "nbgrader"], typer.Option("--format", help="who reads it")
    ],
    to: Annotated[Path | None, typer.Option(help="folder for the file; default: build/export")] = None,
    column: Annotated[
        str | None, typer.Option(help="what Canvas or Moodle calls the practical; default: its name")
    ] = None,
    output: GradedFolder = None,
    db_url: GradebookUrl = None,
) -> None:
    """Write the grades of a practical as Canvas, Moodle, Gradescope or nbgrader have them."""
    from autograder.export import export

    course = _graded_course(name, output, db_url)
    exported = export(course, form, to or course.root / "build" / "export", column)
    for file in exported.files:
        typer.echo(f"wrote {file}")
    for note in exported.notes:
        typer.echo(note)


@app.command()
def extension(
    name: Annotated[str, typer.Argument(help="a practical by name, as in source/")],
    student: Annotated[str, typer.Argument(help="the student's id, the name of the submission's folder")],
    days: Annotated[float, typer.Option(min=0, max=1_000, help="added to the due date")] = 0,
    hours: Annotated[float, typer.Option(min=0, max=1_000, help="added to the due date")] = 0,
    due: Annotated[
        str | None, typer.Option(help='when it is due for everyone, "2025-11-30 18:00 UTC", if not yet said')
    ] = None,
    output: GradedFolder = None,
    db_url: GradebookUrl = None,
) -> None:
    """Give one student more time; it replaces an earlier extension, and none (no --days) takes it back."""
    from datetime import timedelta

    from autograder.grading.collect import student_id_problem
    from autograder.grading.course import due_date

    if problem := student_id_problem(student):
        raise PracticalsError(problem, "Give the name of the student's folder")
    course = _graded_course(name, output, db_url)
    course.prepare(due_date(due) if due else None)
    until = course.grant_extension(student, timedelta(days=days, hours=hours))
    typer.echo(f"{student}: due {until:%Y-%m-%d %H:%M} UTC; `practicals grade {name}` renews the grades")


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
    from autograder.site import make_site

    root = course_root()
    pages = make_site(root, root / "build" / "site")
    typer.echo(f"wrote build/site: {len(pages)} pages; open build/site/index.html")


@app.command()
def lab(
    name: Annotated[
        str | None, typer.Argument(help="a practical by name, as in release/; default: the first")
    ] = None,
) -> None:
    """Open JupyterLab in release/, with a practical open; Ctrl-C stops it."""
    from autograder.lab import open_lab

    open_lab(course_root(), name)


@app.command("sample-class")
def sample_class(
    name: Annotated[str, typer.Argument(help="a practical by name, as in source/")],
    folder: Annotated[Path, typer.Argument(help="a new or empty folder")],
) -> None:
    """Write a sample class: submissions as students hand them in, good ones, wrong ones and broken ones."""
    from autograder.sample_class import DUE, write_sample_class

    samples = write_sample_class(course_root(), name, folder)
    for sample in samples:
        typer.echo(f"{sample.student_id}: {sample.about}")
    typer.echo(f'Grade them with: practicals grade {name} --submitted {folder} --output OUT --due "{DUE}"')


@app.command()
def demo(
    name: Annotated[str, typer.Argument(help="a practical by name, as in source/")] = "p01_mlp_basics",
    workers: Annotated[int, typer.Option(min=1, help="submissions to execute at a time")] = WORKERS,
) -> None:
    """Write a sample class, grade it into build/demo, and compare with what it should get."""
    from autograder.demo import demo

    if not demo(course_root(), name, Console(), workers):
        raise typer.Exit(1)


@app.command()
def reproduce(
    names: Annotated[list[str] | None, typer.Argument(help="practicals by name; default: all")] = None,
    seeds: Annotated[int, typer.Option(min=1, help="runs of each row")] = 5,
    check: Annotated[bool, typer.Option(help="run nothing; fail where the page is not complete")] = False,
) -> None:
    """Measure published figures again, and write docs/reproduction.md."""
    from autograder.reproduce import problem, reproduce

    if not check:
        typer.echo(f"wrote {reproduce(course_root(), names, seeds, Console())}")
    elif found := problem(course_root(), seeds):
        raise PracticalsError(found, "Run `practicals reproduce`; it goes on where it stopped")


bench_app = typer.Typer(no_args_is_help=True, help="Compare ways of doing the same work, in one run.")
app.add_typer(bench_app, name="bench")


@bench_app.command("fit")
def bench_fit(
    repetitions: Annotated[int, typer.Option(min=1, help="timed epochs of each way")] = 5,
) -> None:
    """Time an epoch of `fit` as P01 teaches it against plain `fit`, and compare their results."""
    from autograder.bench import bench_fit

    bench_fit(course_root(), repetitions, Console())


@bench_app.command("grade")
def bench_grade(
    submissions: Annotated[int, typer.Option(min=1, help="of P01, graded in each run")] = 10,
    rounds: Annotated[int, typer.Option(min=1, help="runs of each way")] = 3,
    light: Annotated[
        int, typer.Option(min=0, help="instead: this many small submissions; what grows with their number?")
    ] = 0,
    json: Annotated[Path | None, typer.Option(help="write the figures to this file too, as JSON")] = None,
) -> None:
    """Time and weigh `practicals grade` with 1 and 2 workers against stock nbgrader, in turn."""
    from autograder.bench_grade import bench_grade, bench_light

    if light:
        bench_light(course_root(), light, WORKERS, Console(), json)
    else:
        bench_grade(course_root(), submissions, rounds, Console(), json)


@bench_app.command("ensembles")
def bench_ensembles(
    repetitions: Annotated[int, typer.Option(min=1, help="measured trainings of each way")] = 3,
    json: Annotated[Path | None, typer.Option(help="write the figures to this file too, as JSON")] = None,
) -> None:
    """Time 1,000 small networks trained at once against `fit` of Keras, and count those that collapse."""
    from autograder.bench_ensembles import bench_ensembles

    bench_ensembles(repetitions, Console(), json)


@bench_app.command("uncertainty")
def bench_uncertainty(
    repetitions: Annotated[int, typer.Option(min=1, help="measured runs of each way")] = 3,
    json: Annotated[Path | None, typer.Option(help="write the figures to this file too, as JSON")] = None,
) -> None:
    """Time 100 passes of Monte-Carlo dropout in one call against 100 calls, and compare their results."""
    from autograder.bench_uncertainty import bench_uncertainty

    bench_uncertainty(repetitions, Console(), json)


def main() -> None:
    """Run the command line; a known error becomes one sentence on stderr and an exit status other than 0."""
    errors = Console(stderr=True, highlight=False, soft_wrap=True)
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
