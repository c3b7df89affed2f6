"""What a notebook file would be if it were handed in now, and what in it is older than its answers."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from course_utils.results import RESULT_TYPE, UNANSWERED_MARK, ExerciseResult, from_data
from course_utils.selfcheck import NOT_RUN, state, test_cells

ESSAY_STUB = "YOUR ANSWER HERE"  # nbgrader's own, c.ClearSolutions.text_stub
SHOWN = 12  # digits of the digest: enough to tell one's own files apart


@dataclass(frozen=True)
class Receipt:
    """What would be handed in.

    Args:
        name: of the file.
        size: bytes.
        digest: SHA-256 of the file, in hexadecimal.
        answered, exercises: exercises with a check, and how many of them have an answer.
        written, texts: answers in words, and how many of them are there.
        stale: one sentence for each check whose stored output is not what the answer gives now.
    """

    name: str
    size: int
    digest: str
    answered: int
    exercises: int
    written: int
    texts: int
    stale: tuple[str, ...]

    def __str__(self):
        texts = f", {self.written} of {self.texts} answers in words" if self.texts else ""
        lines = [
            f"Handed in now, it would be {self.name}: {self.size:,} bytes, SHA-256 {self.digest[:SHOWN]}…",
            f"Answered: {self.answered} of {self.exercises} exercises with a check{texts}.",
        ]
        if self.stale:
            lines += ["Its stored outputs are older than its answers. Run all cells and save:", *self.stale]
        return "\n".join(lines)


def receipt(path: Path, content: bytes, notebook: NotebookNode, results: list[ExerciseResult]) -> Receipt:
    """The receipt of a notebook file.

    Args:
        path: the file.
        content: its bytes.
        notebook: the same, read.
        results: what its checks give now.
    """
    texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown" and _is_answer(cell)]
    return Receipt(
        path.name,
        len(content),
        hashlib.sha256(content).hexdigest(),
        sum(state(result) not in (UNANSWERED_MARK, NOT_RUN) for result in results),
        len(results),
        sum(text.strip() not in ("", ESSAY_STUB) for text in texts),
        len(texts),
        tuple(_stale(notebook, results)),
    )


def stored_result(cell: NotebookNode) -> ExerciseResult | None:
    """The result that a test cell put out when it was last run; None where it put out none."""
    data = [output.data.get(RESULT_TYPE) for output in cell.outputs if output.output_type == "display_data"]
    return next(filter(None, map(from_data, data)), None)


def _is_answer(cell: NotebookNode) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))


def _stale(notebook: NotebookNode, results: list[ExerciseResult]) -> list[str]:
    now, said = {result.title: result for result in results}, []
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        for title in test_cells([cell.source]):
            before, current = stored_result(cell), now.get(title)
            if current is None or not current.parts:
                continue
            if before is None:
                if state(current) != UNANSWERED_MARK:
                    said.append(f"- {title}: its check has no stored result")
            elif _outcome(before) != _outcome(current):
                said.append(f"- {title}: stored “{state(before)}”, now “{state(current)}”")
    return said


def _outcome(result: ExerciseResult) -> list[tuple[str, str]]:
    return [(part.title, part.state) for part in result.parts]
