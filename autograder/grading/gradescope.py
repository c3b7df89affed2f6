"""One graded notebook as Gradescope's results.json.

https://gradescope-autograders.readthedocs.io/en/latest/specs/, and …/submission_metadata/
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from html import escape
from typing import Any

from autograder.engine.assignment import Assignment
from autograder.errors import PracticalsError
from autograder.grading.dates import moment
from autograder.grading.results import CellScore, in_words
from autograder.grading.single import GradedNotebook
from autograder.practical.cells import name_of
from autograder.practical.testcells import read_tests
from course_utils.results import PartResult

AFTERWARDS = "after_published"  # when hidden checks are shown: students may hand in as often as they like
CLOSE = 1e-6  # points


def as_json(graded: GradedNotebook) -> str:
    """A graded notebook as the text of a results.json."""
    return json.dumps(results(graded), ensure_ascii=False, indent=1) + "\n"


def results(graded: GradedNotebook) -> dict[str, Any]:
    """A graded notebook as Gradescope reads it.

    An exercise is a test, with its points. Where it has hidden parts it is two: the visible parts, which are
    shown at once, and the hidden ones, which are shown once the grades are published. Essays are not tests:
    people mark them, in a question of their own.

    Args:
        graded: one that could be graded, or not; then the only test has no points and says why.
    """
    result = graded.result
    if not result.graded:
        return not_graded(result.status, result.remedy)
    tests = [
        test
        for number, cell in enumerate(result.cells, start=1)
        if cell.score is not None
        for test in _tests(cell, str(number), graded)
    ]
    said = [result.status, *result.notes]
    if essays := [cell for cell in result.cells if cell.score is None]:
        titles = ", ".join(f"{cell.title} ({cell.max_score:g} points)" for cell in essays)
        said.append(f"Still to be marked by a person: {titles}.")
    return {
        "output": _html(said),
        "output_format": "html",
        "stdout_visibility": "hidden",
        "execution_time": round(result.seconds, 1),
        "tests": tests,
    }


def not_graded(*said: str) -> dict[str, Any]:
    """Results of what could not be graded: no points, and sentences that say what to hand in."""
    return {"score": 0.0, "output": _html(said), "output_format": "html", "stdout_visibility": "hidden"}


def with_metadata(found: dict[str, Any], metadata: Mapping[str, Any]) -> tuple[dict[str, Any], float]:
    """Results with what Gradescope's submission_metadata.json says: lateness, and the number of the attempt.

    Returns:
        results: the same with more sentences in `output`, and earlier scores in a test for instructors alone.
        late: seconds after the due date, extensions added; 0 in time or where no date is said.
    """
    handed_in, due = _moment(metadata.get("created_at")), _due(metadata)
    late = max(0.0, (handed_in - due).total_seconds()) if handed_in and due else 0.0
    earlier = metadata.get("previous_submissions")
    earlier = [one for one in earlier if isinstance(one, dict)] if isinstance(earlier, list) else []
    said = [f"Handed in {in_words(late)} after the due date."] if late else []
    said += [f"This is attempt {len(earlier) + 1}."] if earlier else []
    tests = list(found.get("tests", []))
    if earlier:
        scores = [f"{one.get('submission_time')}: {one.get('score')} points" for one in earlier]
        tests.append(for_instructors("Earlier attempts", scores))
    return {**found, "output": found["output"] + _html(said), "tests": tests}, late


def _due(metadata: Mapping[str, Any]) -> datetime | None:
    """When it was due for those who handed it in: of a group's dates, the latest.

    `assignment` has the date of everybody. A student's own, extended or not, is in their `users`, which
    Gradescope's page on the metadata does not say; docs/exports.md names the programs that read it there.
    """
    everybodys = _moment(_mapping(metadata.get("assignment")).get("due_date"))
    users = metadata.get("users")
    own = [_mapping(_mapping(one).get("assignment")) for one in users] if isinstance(users, list) else []
    dates = [_moment(one.get("due_date")) or everybodys for one in own] or [everybodys]
    return max(filter(None, dates), default=None)


def for_instructors(name: str, lines: Iterable[str]) -> dict[str, Any]:
    """A test without points that students never see."""
    return {
        "name": name, "output": "\n".join(lines), "output_format": "text", "visibility": "hidden",
        "score": 0.0, "max_score": 0.0,
    }  # fmt: skip


def _tests(cell: CellScore, number: str, graded: GradedNotebook) -> list[dict[str, Any]]:
    """An exercise as one test, or as two where it has visible and hidden parts."""
    whole = _test(
        cell.title, number, cell.score or 0.0, cell.max_score, graded.feedback.get(cell.grade_id, "")
    )
    visible = _visible_parts(graded.assignment, cell.grade_id)
    if visible is None:
        return [whole]
    checked = graded.checks.get(cell.grade_id)
    if not visible or checked is None:
        return [{**whole, "visibility": AFTERWARDS}]
    shown = [part for part in checked.parts if part.title in visible]
    hidden = [part for part in checked.parts if part.title not in visible]
    earned = sum(part.points for part in shown if part.passed)
    most = sum(visible.values())
    rest = (cell.score or 0.0) - earned
    if not -CLOSE < rest < cell.max_score - most + CLOSE:
        return [{**whole, "visibility": AFTERWARDS}]  # a limit, or a score of another kind, is not of parts
    others = graded.feedback.get(cell.grade_id, "").removeprefix(str(checked)).strip()
    return [
        _test(cell.title, f"{number}.1", earned, most, _text(shown) or "Not tried."),
        {
            **_test(
                f"{cell.title}: further checks", f"{number}.2", max(0.0, rest), cell.max_score - most,
                "\n".join(filter(None, (_text(hidden), others))),
            ),
            "visibility": AFTERWARDS,
        },
    ]  # fmt: skip


def _test(name: str, number: str, score: float, max_score: float, output: str) -> dict[str, Any]:
    return {
        "name": name,
        "number": number,
        "score": score,
        "max_score": max_score,
        "status": "passed" if score >= max_score - CLOSE else "failed",
        "output": output,
        "output_format": "text",
        "visibility": "visible",
    }


def _visible_parts(assignment: Assignment, name: str) -> dict[str, float] | None:
    """Points of the parts of a test cell that students have, by title; None where nothing in it is hidden.

    Empty where it cannot be said which of its parts are visible.
    """
    sources, parts = [], []
    for notebook in (assignment.graded, assignment.released):
        found = [(cell, test) for _, cell, test in read_tests(notebook) if name_of(cell) == name]
        sources += [cell.source for cell, _ in found]
        parts += [[(part.title, part.points) for part in test.parts] for _, test in found]
    if len(set(sources)) == 1:
        return None
    if len(parts) != 2:
        return {}
    titles = [title for title, _ in parts[0]]
    visible = {title: points for title, points in parts[1] if title is not None and points is not None}
    unclear = len(visible) != len(parts[1]) or any(titles.count(title) > 1 for title in visible)
    return {} if unclear else visible


def _text(parts: Iterable[PartResult]) -> str:
    return "\n".join(map(str, parts))


def _html(lines: Iterable[str]) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in lines if line)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _moment(value: object) -> datetime | None:
    try:
        return moment(str(value))
    except PracticalsError:
        return None
