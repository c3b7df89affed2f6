"""The record of a graded submission: what the gradebook has no place for, in a file beside the notebook."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from autograder.files import write_atomically


@dataclass
class Record:
    """What is kept beside a submission's autograded folder: what the gradebook has no place for.

    Args:
        digest: of everything that the grading depended on; empty where there was nothing to grade.
        problem: why the submission could not be graded, in words; else empty.
        remedy: what to do about the problem.
        remarks: what was unusual, for the status line.
        notes: sentences for student and instructor.
        answered: number of cells with an answer.
        seconds: that the execution took.
        seconds_by_part: of these `start` and `stop` (of kernels), `student` (the student's and the given
            cells) and `tests` (`tests/GRADE_ID` of each test cell); beside them `record` (notebook, scores
            and rows) and `feedback` (the page).
        feedback: digest of what the feedback page depended on when it was written.
        scores: that the page shows, by cell; cells without a mark are left out.
        changes: of these scores since the first page, the oldest first: `cell`, `before`, `after`, `when` (a
            date, UTC) and `why`, which may be empty.
        group: the group that handed it in; empty for one student alone.
    """

    digest: str = ""
    problem: str = ""
    remedy: str = ""
    remarks: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    answered: int = 0
    seconds: float = 0.0
    seconds_by_part: dict[str, float] = field(default_factory=dict)
    feedback: str = ""
    scores: dict[str, float] = field(default_factory=dict)
    changes: list[dict] = field(default_factory=list)
    group: str = ""

    @staticmethod
    def path(autograded: Path, student_id: str, practical: str) -> Path:
        """Where a record is: beside the folder with the autograded notebook."""
        return autograded / student_id / f"{practical}.json"

    @classmethod
    def read(cls, path: Path) -> "Record | None":
        """A record, or None where there is none that can be used."""
        try:
            return cls(**json.loads(path.read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def write(self, path: Path) -> None:
        """Write the record, whole or not at all."""
        write_atomically(path, json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n")


def recorded_groups(autograded: Path, practical: str) -> dict[str, str]:
    """The group of each student who handed a practical in with others, by student id."""
    records = {path.parent.name: Record.read(path) for path in sorted(autograded.glob(f"*/{practical}.json"))}
    return {student: record.group for student, record in records.items() if record and record.group}
