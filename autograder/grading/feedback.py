"""The feedback page of a submission: points, remarks, answers, results of the checks; no hidden test."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from markupsafe import Markup
from nbconvert.exporters import TemplateExporter
from nbconvert.exporters.exporter import ResourcesDict
from nbconvert.filters import strip_ansi
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import ClearHiddenTests, NbGraderPreprocessor
from nbgrader.utils import compute_checksum, is_grade, is_solution

from autograder.engine.rebuild import EXPERIMENT, STUDENT_CELL
from autograder.grading import sanitize
from autograder.grading.exercises import exercise_titles, first_heading
from autograder.grading.results import in_words
from autograder.notebooks import grade_id, is_test

TEMPLATES = Path(__file__).parent / "templates"
TELLING = 10  # characters from which a line of a hidden test is recognised wherever it stands
NUMBERED = re.compile(r"^\s*(-+>)?\s*\d*\s*")  # what a traceback puts before a line of code
NOTHING = Markup("")
PASSED = Markup("<p>Passed.</p>")
FULL, PARTIAL, NONE, PENDING = "full", "partial", "none", "pending"


@dataclass
class Shown:
    """A cell of the page: a heading, its source, its outputs and the grader's comment, all safe HTML."""

    heading: str
    source: Markup = NOTHING
    outputs: list[Markup] = field(default_factory=list)
    comment: Markup = NOTHING
    folded: bool = False


@dataclass
class Section:
    """An exercise of the page; `title` is empty for what follows the last exercise."""

    title: str = ""
    anchor: str = ""
    score: float = 0.0
    max_score: float = 0.0
    standing: str = NONE
    cells: list[Shown] = field(default_factory=list)


class FeedbackExporter(TemplateExporter):
    """Renders the page's template; nbconvert's HTML exporter would read the whole page again afterwards."""

    file_extension = ".html"
    output_mimetype = "text/html"


class FeedbackPage(NbGraderPreprocessor):
    """Last of `GenerateFeedback.preprocessors`: makes from notebook and grades what the template shows."""

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        """Put the page's contents into `resources["page"]`."""
        names = resources["nbgrader"]
        with Gradebook(names["db_url"]) as book:
            submission = book.find_submission(names["assignment"], names["student"])
            notebook = book.find_submission_notebook(names["notebook"], names["assignment"], names["student"])
            unmarked = {
                grade.name
                for grade in notebook.grades
                if grade.auto_score is None and grade.manual_score is None
            }
            resources["page"] = {
                "title": first_heading(nb) or names["notebook"],
                "submitted": submission.timestamp,
                "late": in_words(late) if (late := submission.total_seconds_late) else "",
            }
        resources["page"] |= {
            "student": names["student"],
            "score": names["score"],
            "max_score": names["max_score"],
            "late_penalty": names["late_penalty"],
            "notes": nb.metadata.get("practicals", {}).get("notes", []),
            "sections": (found := sections(nb, unmarked, ClearHiddenTests(parent=self))),
            "pending": sum(section.max_score for section in found if section.standing == PENDING),
        }
        return nb, resources


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
    titles = exercise_titles(nb)
    found = [Section()]
    for cell in nb.cells:
        name = grade_id(cell)
        if (shown := _shown(cell, hidden)) is not None:
            found[-1].cells.append(shown)
        if is_grade(cell):
            settings = cell.metadata.nbgrader
            section = found[-1]
            section.title, section.anchor = titles[name], re.sub(r"\W", "-", name)
            section.score, section.max_score = settings.get("score") or 0.0, settings["points"]
            section.standing = _standing(section, name in unmarked)
            found.append(Section())
    return found if found[-1].cells else found[:-1]


def checks_as_text(nb: NotebookNode, delimiters: ClearHiddenTests) -> dict[str, str]:
    """What the page shows of the checks, as plain text, by the `grade_id` of each test cell.

    Args:
        nb: an executed notebook.
        delimiters: says how hidden tests are marked.
    """
    hidden = _HiddenLines(nb, delimiters)
    return {
        grade_id(cell): "\n".join(
            _as_text(hidden.without(output))
            for output in cell.outputs
            if output.output_type != "execute_result"
        ).strip()
        or "Passed."
        for cell in nb.cells
        if is_test(cell)
    }


def _as_text(output: NotebookNode) -> str:
    if output.output_type == "stream":
        return strip_ansi(output.text)
    if output.output_type == "error":
        return strip_ansi("\n".join(output.traceback))
    return str(output.data.get("text/plain", ""))


def _standing(section: Section, unmarked: bool) -> str:
    if unmarked:
        return PENDING
    if section.score >= section.max_score:
        return FULL
    return PARTIAL if section.score else NONE


def _shown(cell: NotebookNode, hidden: "_HiddenLines") -> Shown | None:
    """What the page shows of a cell, or None."""
    outputs = [sanitize.output(hidden.without(output)) for output in cell.get("outputs", [])]
    if is_solution(cell):
        settings = cell.metadata.nbgrader
        if settings.get("checksum") == compute_checksum(cell):
            return Shown("Your answer", comment=Markup("<p>Not answered.</p>"))
        source = _source(cell)
        comment = sanitize.markdown(settings.get("comment") or "")
        return Shown("Your answer", source, outputs, comment)
    if is_test(cell):
        # the score itself stands above
        checks = [
            _with_outcomes(html)
            for output, html in zip(cell.outputs, outputs, strict=True)
            if output.output_type != "execute_result"
        ] or [PASSED]
        return Shown("Checks", sanitize.code(hidden.visible_source(cell)), checks, folded=True)
    if cell.metadata.get("practicals", {}).get(STUDENT_CELL):
        return Shown("A cell of your own", _source(cell), outputs)
    failed = any(output.output_type == "error" for output in cell.get("outputs", []))
    if failed and EXPERIMENT not in cell.metadata.get("tags", []):
        return Shown("Given code that failed", sanitize.code(hidden.visible_source(cell)), outputs)
    return None


def _with_outcomes(html: Markup) -> Markup:
    """The lines in which `course_utils.expect` says that a part passed or failed, in the page's colours."""
    text = str(html)
    for sign, standing in (("✓", FULL), ("✗", NONE)):
        coloured = rf'\1<span class="{standing}">\2</span>'
        text = re.sub(rf"^((?:<pre>)?)({sign} [^<\n]*)", coloured, text, flags=re.MULTILINE)
    return Markup(text)


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
        hidden, visible = set(), set()
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
