"""The feedback page of a submission: points, remarks, answers, results of the checks; no hidden test."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from markupsafe import Markup
from nbconvert.exporters import TemplateExporter
from nbconvert.exporters.exporter import ResourcesDict
from nbconvert.filters import strip_ansi
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.api import Gradebook
from nbgrader.preprocessors import ClearHiddenTests, NbGraderPreprocessor
from nbgrader.utils import compute_checksum, is_grade, is_solution
from traitlets import Unicode

from autograder.engine.rebuild import STUDENT_CELL
from autograder.grading import sanitize
from autograder.grading.record import Record
from autograder.grading.results import in_words
from autograder.grading.standing import Marks
from autograder.practical.cells import anchor, builds_on, is_test, name_of
from autograder.practical.points import bonus_of
from autograder.practical.testcells import (
    FAILED_CHECK,
    exercise_numbers,
    exercise_titles,
    first_heading,
    result_of,
)
from course_utils.experiments import is_experiment
from course_utils.results import RESULT_TYPE, ExerciseResult, PartResult, part_result

TEMPLATES = Path(__file__).parent / "templates"
TELLING = 10  # characters from which a line of a hidden test is recognised wherever it stands
NUMBERED = re.compile(r"^\s*(-+>)?\s*\d*\s*")  # what a traceback puts before a line of code
NOTHING = Markup("")
PASSED = Markup("<p>Passed.</p>")
SAID = ("what", "expected", "got", "line", "cause", "step")  # of a part that did not pass
FULL, PARTIAL, NONE, PENDING, UNCOUNTED = "full", "partial", "none", "pending", "uncounted"
LOST = (PARTIAL, NONE)


@dataclass
class Shown:
    """A cell of the page: a heading, its source, its outputs and the grader's comment, all safe HTML.

    Of a test cell, `checks` is what it handed on; these are plain strings, which the template escapes.
    """

    heading: str
    source: Markup = NOTHING
    checks: ExerciseResult | None = None
    outputs: list[Markup] = field(default_factory=list)
    comment: Markup = NOTHING
    folded: bool = False


@dataclass
class Section:
    """An exercise of the page; `title` is empty for what follows the last exercise.

    `first` has the exercises that it builds on and that lost points, where it lost some itself.
    """

    title: str = ""
    number: str = ""
    anchor: str = ""
    score: float = 0.0
    max_score: float = 0.0
    standing: str = NONE
    is_bonus: bool = False
    first: list["Section"] = field(default_factory=list)
    cells: list[Shown] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Number and title, as the notebook has them: "Exercise 9: Softmax"."""
        return f"Exercise {self.number}: {self.title}" if self.number else self.title

    @property
    def folded(self) -> bool:
        """Whether all is right, and nobody wrote anything about it."""
        return self.standing == FULL and not any(cell.comment for cell in self.cells)

    @property
    def to_fix(self) -> dict[str, str]:
        """Cause and next step of the first check that did not pass, by their labels; {} without any."""
        failed = [part for cell in self.cells if cell.checks for part in cell.checks.failed]
        said = failed[0].fields if failed else {}
        return {label: said[label] for label in ("Likely cause", "Next step") if label in said}


class FeedbackExporter(TemplateExporter):
    """Renders the page's template; nbconvert's HTML exporter would read the whole page again afterwards."""

    file_extension = ".html"
    output_mimetype = "text/html"


class FeedbackPage(NbGraderPreprocessor):
    """Last of `GenerateFeedback.preprocessors`: makes from notebook and grades what the template shows."""

    regrade = Unicode("", help="what a student does who wishes to be graded again; one or two sentences").tag(
        config=True
    )

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        """Put the page's contents into `resources["page"]`; nbgrader's `GetGrades` has been before."""
        names = resources["nbgrader"]
        with Gradebook(names["db_url"]) as book:
            submission = book.find_submission(names["assignment"], names["student"])
            notebook = book.find_submission_notebook(names["notebook"], names["assignment"], names["student"])
            unmarked = {
                grade.name
                for grade in notebook.grades
                if grade.auto_score is None and grade.manual_score is None
            }
            submitted, late = submission.timestamp, submission.total_seconds_late
        record = Record.read(Path(resources["metadata"]["path"]).with_name(f"{names['notebook']}.json"))
        changes = [] if record is None else record.changes
        resources["page"] = self._contents(nb, names, unmarked, submitted, late, changes)
        return nb, resources

    def render(
        self, exporter: TemplateExporter, nb: NotebookNode, practical: str, student_id: str, marks: Marks,
        changes: list[dict],
    ) -> str:  # fmt: skip
        """The page of a submission that may not be in the gradebook yet.

        Args:
            exporter: with the page's template.
            nb: the executed notebook; the marks are put into it, as nbgrader's `GetGrades` does.
            practical: name of the practical.
            student_id: whose.
            marks: that the gradebook will have.
            changes: of earlier marks, from the record.
        """
        for cell in nb.cells:
            if is_solution(cell):
                cell.metadata.nbgrader["comment"] = marks.comments[name_of(cell)]
            if is_grade(cell):
                mark = marks.cells[name_of(cell)]
                cell.metadata.nbgrader["score"], cell.metadata.nbgrader["points"] = mark.score, mark.most
        penalty = marks.penalty or 0
        names = {
            "student": student_id,
            "assignment": practical,
            "notebook": practical,
            "score": marks.score - penalty,
            "max_score": sum(mark.most for mark in marks.cells.values()),
            "late_penalty": penalty,
        }
        unmarked = {name for name, mark in marks.cells.items() if not mark.is_marked}
        page = self._contents(nb, names, unmarked, marks.submitted, marks.late, changes)
        html, _ = exporter.from_notebook_node(nb, {"nbgrader": names, "page": page})
        return html

    def _contents(
        self, nb: NotebookNode, names: dict, unmarked: set[str], submitted: datetime | None, late: float,
        changes: list[dict],
    ) -> dict:  # fmt: skip
        found = sections(nb, unmarked, ClearHiddenTests(parent=self))
        titles = exercise_titles(nb)
        return {
            "title": first_heading(nb) or names["notebook"],
            "submitted": submitted,
            "late": in_words(late) if late else "",
            "student": names["student"],
            "score": names["score"],
            "max_score": names["max_score"],
            "late_penalty": names["late_penalty"],
            "regrade": self.regrade,
            "notes": nb.metadata.get("practicals", {}).get("notes", []),
            "sections": found,
            # the latest first
            "changes": [
                {**change, "title": titles.get(change["cell"], change["cell"])} for change in changes[::-1]
            ],
            "pending": [section for section in found if section.standing == PENDING],
            "to_fix": [section for section in found if section.title and section.standing in (PARTIAL, NONE)],
        }


def sections(nb: NotebookNode, unmarked: set[str], delimiters: ClearHiddenTests) -> list[Section]:
    """The page's exercises: each graded cell with the answers that lead to it.

    Text, given code and experiments are left out, as students have them; of given code that failed, the
    failure is shown.

    Args:
        nb: an autograded notebook with the grades that nbgrader's `GetGrades` put in.
        unmarked: names of the cells that are still to be marked by hand.
        delimiters: says how hidden tests are marked.
    """
    hidden = _HiddenLines(nb, delimiters)
    titles, numbers = exercise_titles(nb), exercise_numbers(nb)
    found = [Section()]
    tested: dict[str, Section] = {}
    for cell in nb.cells:
        if (shown := _shown(cell, hidden)) is not None:
            found[-1].cells.append(shown)
        if is_grade(cell):
            name, settings = name_of(cell), cell.metadata.nbgrader
            section = found[-1]
            section.title, section.anchor = titles[name], anchor(name)
            section.number = numbers.get(name, "")
            section.score, section.max_score = settings.get("score") or 0.0, settings["points"]
            if (bonus := bonus_of(cell)) is not None:
                section.max_score, section.is_bonus = bonus, True
            section.standing = _standing(section, name in unmarked)
            if section.standing in LOST:
                earlier = [tested[f"{one}-test"] for one in builds_on(cell) if f"{one}-test" in tested]
                section.first = [one for one in earlier if one.standing in LOST]
            tested[name] = section
            found.append(Section())
    return found if found[-1].cells else found[:-1]


def checks_as_data(nb: NotebookNode, delimiters: ClearHiddenTests) -> dict[str, ExerciseResult]:
    """What the checks handed on, by the `grade_id` of each test cell, as the page shows it.

    Args:
        nb: an executed notebook; cells that were graded before checks handed anything on are left out.
        delimiters: says how hidden tests are marked.
    """
    hidden = _HiddenLines(nb, delimiters)
    return {
        name_of(cell): hidden.without_in(result)
        for cell in nb.cells
        if (result := result_of(cell)) is not None
    }


def checks_as_text(nb: NotebookNode, delimiters: ClearHiddenTests) -> dict[str, str]:
    """What the page shows of the checks, as plain text, by the `grade_id` of each test cell.

    Args:
        nb: an executed notebook.
        delimiters: says how hidden tests are marked.
    """
    hidden = _HiddenLines(nb, delimiters)
    found = checks_as_data(nb, delimiters)
    texts = {}
    for cell in nb.cells:
        if is_test(cell):
            result = found.get(name_of(cell))
            said = [*([str(result)] if result else []), *map(_as_text, hidden.outputs(cell, result))]
            texts[name_of(cell)] = "\n".join(said).strip() or "Passed."
    return texts


def _as_text(output: NotebookNode) -> str:
    if output.output_type == "stream":
        return strip_ansi(output.text)
    if output.output_type == "error":
        return strip_ansi("\n".join(output.traceback))
    return str(output.data.get("text/plain", ""))


def _standing(section: Section, unmarked: bool) -> str:
    if not section.max_score:
        return UNCOUNTED
    if unmarked:
        return PENDING
    if section.score >= section.max_score:
        return FULL
    return PARTIAL if section.score else NONE


def _shown(cell: NotebookNode, hidden: "_HiddenLines") -> Shown | None:
    """What the page shows of a cell, or None."""
    if is_test(cell):
        result = result_of(cell)
        shown = [sanitize.output(output) for output in hidden.outputs(cell, result)]
        return Shown(
            "Checks",
            sanitize.code(hidden.visible_source(cell)),
            result and hidden.without_in(result),
            shown or ([] if result else [PASSED]),
            folded=True,
        )
    outputs = [sanitize.output(hidden.without(output)) for output in cell.get("outputs", [])]
    if is_solution(cell):
        settings = cell.metadata.nbgrader
        if settings.get("checksum") == compute_checksum(cell):
            return Shown("Your answer", comment=Markup("<p>Not answered.</p>"))
        comment = sanitize.markdown(settings.get("comment") or "")
        return Shown("Your answer", _source(cell), outputs=outputs, comment=comment)
    if cell.metadata.get("practicals", {}).get(STUDENT_CELL):
        return Shown("A cell of your own", _source(cell), outputs=outputs)
    failed = any(output.output_type == "error" for output in cell.get("outputs", []))
    if failed and not is_experiment(cell):
        return Shown("Given code that failed", sanitize.code(hidden.visible_source(cell)), outputs=outputs)
    return None


def _source(cell: NotebookNode) -> Markup:
    if cell.cell_type == "code":
        return sanitize.code(cell.source)
    if cell.cell_type == "markdown":
        return sanitize.markdown(cell.source, cell.get("attachments"))
    return sanitize.terminal_text(cell.source)


class _HiddenLines:
    """Lines that stand in hidden tests and nowhere else in the notebook."""

    def __init__(self, nb: NotebookNode, delimiters: ClearHiddenTests):
        self.begin, self.end = delimiters.begin_test_delimeter, delimiters.end_test_delimeter
        hidden: set[str] = set()
        visible: set[str] = set()
        for cell in nb.cells:
            students = is_solution(cell) or STUDENT_CELL in cell.metadata.get("practicals", {})
            for line, inside in self._lines(cell.source):
                (hidden if inside and not students else visible).add(line.strip())
        self.lines = hidden - visible - {""}
        self.telling = [line for line in self.lines if len(line) >= TELLING]

    def _lines(self, source: str) -> list[tuple[str, bool]]:
        """Each line of a cell, and whether it is hidden; the delimiters are."""
        lines, inside = [], False
        for line in source.split("\n"):
            inside = inside or self.begin in line
            lines.append((line, inside))
            inside = inside and self.end not in line
        return lines

    def visible_source(self, cell: NotebookNode) -> str:
        """A cell's source without hidden tests."""
        return "\n".join(line for line, inside in self._lines(cell.source) if not inside)

    def outputs(self, cell: NotebookNode, result: ExerciseResult | None) -> Iterator[NotebookNode]:
        """What else is to be shown of a test cell, whose score stands above.

        Where it handed on a result, that says all that it printed, and the error in which it ends when no
        part passed.
        """
        for output in cell.outputs:
            told = output.output_type == "stream" or output.get("ename") == FAILED_CHECK
            handed_on = RESULT_TYPE in output.get("data", {})
            if handed_on and result is None:  # no result that counts: its text, as anything that was printed
                shown = str(output.data.get("text/plain", ""))
                yield self.without(new_output("stream", name="stdout", text=shown))
            if output.output_type != "execute_result" and not handed_on and not (result and told):
                yield self.without(output)

    def without_in(self, result: ExerciseResult) -> ExerciseResult:
        """A result without what tells a line of a hidden test."""
        return replace(result, parts=tuple(map(self._part, result.parts)))

    def _part(self, part: PartResult) -> PartResult:
        said = {name: getattr(part, name) for name in SAID}
        kept = {name: text for name, text in said.items() if text and not self._tells(text)}
        return part_result(part.title, part.points, part.state, **kept)

    def without(self, output: NotebookNode) -> NotebookNode:
        """An output without lines of hidden tests, as tracebacks show them."""
        if output.output_type == "stream":
            output.text = self._without(output.text)
        elif output.output_type == "error":
            output.traceback = [self._without(text) for text in output.traceback]
        else:
            output.data = {
                kind: self._without(data) if isinstance(data, str) and kind.startswith("text/") else data
                for kind, data in output.data.items()
            }
        return output

    def _without(self, text: str) -> str:
        return "\n".join(line for line in text.split("\n") if not self._tells(line))

    def _tells(self, line: str) -> bool:
        plain = strip_ansi(line)
        return NUMBERED.sub("", plain).strip() in self.lines or any(known in plain for known in self.telling)
