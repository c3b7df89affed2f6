"""Shows what checks gave: in a notebook as HTML beside the same plain text, elsewhere as that text.

All text is escaped: it may hold what a student wrote. Colour is on signs and edges alone, in the notebook's
own colours where it names them, so that everything can be read by day, by night and without colour.
"""

import sys
from collections.abc import Iterable
from html import escape

from course_utils.results import RESULT_TYPE, ExerciseResult, points_text

FULL, SOME, NONE = "✓", "◐", "✗"
# JupyterLab's names first; VS Code and Colab take the second
COLOURS = {
    FULL: "var(--jp-success-color1, #1f883d)",
    SOME: "var(--jp-warn-color1, #bf8700)",
    NONE: "var(--jp-error-color1, #d1242f)",
}


def show(result: ExerciseResult) -> None:
    """Hand a result to the program that runs the notebook, and show it; without IPython nothing happens."""
    if in_ipython():
        _display(as_text(result), as_html(result), {RESULT_TYPE: result.as_data()})


def show_text(text: str, html: str) -> None:
    """Show a text, in a notebook as HTML; without IPython it is printed."""
    if in_ipython():
        _display(text, html, {})
    else:
        print(text)


def in_ipython() -> bool:
    """Whether IPython runs this code: in a notebook's kernel, or in a terminal."""
    ipython = sys.modules.get("IPython")
    return ipython is not None and ipython.get_ipython() is not None


def _display(text: str, html: str, data: dict) -> None:
    from IPython.display import publish_display_data

    publish_display_data({**data, "text/html": html, "text/plain": text})


def sign(result: ExerciseResult) -> str:
    """✓ where every part passed that was tried, ✗ where none did that has points, else ◐."""
    if not result.failed:
        return FULL
    return SOME if result.earned else NONE


def heading(result: ExerciseResult) -> str:
    """One line: "◐ Softmax: 1 of 2 points"; without points where it has none."""
    points = f": {result.earned:g} of {points_text(result.points)}" if result.points else ""
    return f"{sign(result)} {result.title}{points}"


def to_come(result: ExerciseResult) -> str:
    """What the parts that are not here will add; empty where all are here."""
    left = result.points - sum(part.points for part in result.parts)
    return f"Hidden checks, when this is graded: {points_text(left)} more to earn." if left > 0 else ""


def as_text(result: ExerciseResult) -> str:
    """What a check shows in a terminal."""
    return "\n".join(filter(None, [heading(result), str(result), to_come(result)]))


def as_html(result: ExerciseResult) -> str:
    """The same as HTML: what failed stands open, what passed is folded."""
    return _box(sign(result), [_strong(heading(result)), _parts(result), _paragraph(to_come(result))])


def table_as_html(
    rows: Iterable[tuple[str, ...]], remarks: Iterable[str], failed: Iterable[ExerciseResult]
) -> str:
    """A table, remarks below it, and what failed by exercise.

    Args:
        rows: head, then a row an exercise, then the sum; each a sign, and the cells.
        remarks: sentences.
        failed: the exercises in which something did not pass.
    """
    head, *body, total = rows
    lines = [
        f"<tr>{_cells(head, 'th')}</tr>",
        *(f"<tr><td>{_sign(row[0])}</td>{_cells(row[1:])}</tr>" for row in body),
        f"<tr>{_cells(total, 'th')}</tr>",
    ]
    return "".join(
        [
            f"<table>{''.join(lines)}</table>",
            *map(_paragraph, remarks),
            *(_box(sign(result), [_strong(result.title), _parts(result)]) for result in failed),
        ]
    )


def _cells(cells: Iterable[str], tag: str = "td") -> str:
    return "".join(f'<{tag} style="text-align: left">{escape(cell)}</{tag}>' for cell in cells)


def _parts(result: ExerciseResult) -> str:
    """What failed, the first part open; what passed, folded."""
    passed = [part for part in result.parts if part.passed]
    blocks = [
        _fold(_strong(part.heading), _list(part.fields), part is result.failed[0]) for part in result.failed
    ]
    if passed:
        lines = "".join(f"<div>{_line(part.heading)}</div>" for part in passed)
        blocks.append(_fold(f"passed: {len(passed)} of {len(result.parts)} checks", lines, False))
    return "".join(blocks)


def _fold(summary: str, body: str, is_open: bool) -> str:
    return f"<details{' open' if is_open else ''}><summary>{summary}</summary>{body}</details>"


def _list(fields: dict[str, str]) -> str:
    return "".join(
        f'<div style="margin-left: 1.4em"><em>{escape(label)}:</em> {escape(text)}</div>'
        for label, text in fields.items()
    )


def _strong(line: str) -> str:
    return f"<strong>{_line(line)}</strong>"


def _line(line: str) -> str:
    """A line, its sign in colour where it begins with one."""
    mark, space, rest = line.partition(" ")
    return f"{_sign(mark)}{space}{escape(rest)}" if mark in COLOURS else escape(line)


def _sign(mark: str) -> str:
    colour = COLOURS.get(mark)
    return f'<span style="color: {colour}">{mark}</span>' if colour else escape(mark)


def _paragraph(text: str) -> str:
    return f"<div>{escape(text)}</div>" if text else ""


def _box(mark: str, blocks: Iterable[str]) -> str:
    edge = f"border-left: 4px solid {COLOURS[mark]}; padding-left: 0.8em; margin: 0.3em 0"
    # a dollar sign in what was found is not a formula
    return f'<div class="mathjax_ignore" style="{edge}">{"".join(blocks)}</div>'
