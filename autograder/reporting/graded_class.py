"""What an export is given, a graded class, and what it is: a class with a file to write and things to say."""

from abc import ABC, abstractmethod
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:  # the command line lists the forms, and must not wait for nbgrader
    from autograder.grading.course import Course
    from autograder.grading.results import Result
    from autograder.grading.students import Student


@dataclass(frozen=True)
class Graded:
    """A student of the class, with the result of the practical; None where there was no submission."""

    student: "Student"
    result: "Result | None"

    @property
    def score(self) -> float | None:
        """Points, to 6 digits, the penalty for lateness taken off; None without a graded submission."""
        if self.result is None or self.result.score is None:
            return None
        return float(f"{self.result.score:.6g}")

    @property
    def incomplete(self) -> bool:
        """Whether an answer still waits to be marked by a person."""
        return bool(self.result and self.result.manual_points_pending)

    @property
    def address(self) -> str:
        """The e-mail address as systems compare it."""
        return self.student.email.strip().lower()


@dataclass(frozen=True)
class GradedClass:
    """A practical with everybody in the gradebook, by student id.

    Args:
        course: the practical, graded into its output folder.
        column: what the system that reads the export calls the practical.
        max_score: points of the practical.
        due: when it was due, in UTC; None if nobody said.
        graded: whose grade is exported; their score is None where there is no graded submission.
        held_back: whose grade is not, since it is not complete.
        people: the system's own list of the class, where the form needs it.
    """

    course: "Course"
    column: str
    max_score: float
    due: datetime | None
    graded: list[Graded]
    held_back: list[Graded]
    people: Path | None = None

    @property
    def scored(self) -> list[Graded]:
        """Those of `graded` that have a score."""
        return [one for one in self.graded if one.score is not None]

    @property
    def shared_addresses(self) -> set[str]:
        """E-mail addresses that several students have."""
        everybody = [*self.graded, *self.held_back]
        counts = Counter(one.address for one in everybody if one.address)
        return {address for address, count in counts.items() if count > 1}


class Export(ABC):
    """A form that grades are exported in. Files are called after the practical and the form, in one folder.

    Attributes:
        writes: what it writes, for the guide.
        gets_in: how that gets into the system, for the guide.
        needs_grades: whether it is of a graded class; else it is given one without students.
    """

    writes: ClassVar[str]
    gets_in: ClassVar[str]
    needs_grades: ClassVar[bool] = True

    def __init__(self, graded_class: GradedClass):
        self.graded_class = graded_class

    @abstractmethod
    def write(self, stem: Path) -> list[Path]:
        """Write the files.

        Args:
            stem: folder and beginning of their names, such as build/export/p01_mlp_basics-canvas.
        """

    def notes(self) -> list[str]:
        """Sentences on what this class should mind before the system reads the files; default: none."""
        return []
