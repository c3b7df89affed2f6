"""A course as nbgrader sees it while a class is graded: configuration, folders, assignment."""

import copy
import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder.engine.assignment import (
    Assignment,
    given_files,
    load_assignment,
    save_assignment,
    source_notebook,
)
from autograder.errors import PracticalsError
from autograder.files import writable
from autograder.grading.cells import other_cells, present_cells, recorded_cells
from autograder.grading.gradebook import ClassGradebook, gradebook_url, quiet
from autograder.grading.logs import log
from autograder.practical.digests import text_digest
from autograder.practical.paths import course_config, source_text


@dataclass(frozen=True)
class Course:
    """One practical of a checkout, graded into an output folder.

    Args:
        root: the checkout.
        practical: name of the practical.
        output: receives gradebook.db, submitted/ (or collected/), autograded/, feedback/ and grades.csv.
        class_folder: what the students handed in.
        db_url: address of the gradebook as SQLAlchemy writes them, such as postgresql://host/grades; default:
            what nbgrader_config.py says, else gradebook.db in the output folder.
    """

    root: Path
    practical: str
    output: Path
    class_folder: Path
    db_url: str = ""

    @property
    def collected(self) -> Path:
        """Where the collected copies go: submitted/ of the output, unless the class was handed in there."""
        submitted = self.output / "submitted"
        return self.output / "collected" if self.class_folder.resolve() == submitted.resolve() else submitted

    @property
    def autograded(self) -> Path:
        """Where the executed notebooks are."""
        return self.output / "autograded"

    def page(self, student_id: str) -> Path:
        """Where a submission's feedback page is."""
        return self.output / "feedback" / student_id / self.practical / f"{self.practical}.html"

    @cached_property
    def settings(self) -> Config:
        """The course's nbgrader_config.py, as it is."""
        return course_config(self.root)

    @cached_property
    def gradebook(self) -> ClassGradebook:
        """The gradebook; it need not be there.

        Raises:
            PracticalsError: its address is none of a database.
        """
        configured = self.settings.CourseDirectory.get("db_url", "")
        address = self.db_url or configured or f"sqlite:///{self.output / 'gradebook.db'}"
        return ClassGradebook(gradebook_url(address), self.practical, self.settings)

    @cached_property
    def config(self) -> Config:
        """The course's nbgrader_config.py, pointed at the output folder."""
        config = copy.deepcopy(self.settings)
        config.CourseDirectory.root = str(self.root)
        config.CourseDirectory.submitted_directory = str(self.collected)
        config.CourseDirectory.autograded_directory = str(self.autograded)
        config.CourseDirectory.feedback_directory = str(self.output / "feedback")
        config.CourseDirectory.db_url = self.gradebook.address
        config.CourseDirectory.assignment_id = self.practical
        config.CourseDirectory.notebook_id = self.practical
        config.Exporter.optimistic_validation = True  # once, when all preprocessors have run
        config.BaseConverter.force = True  # what needs grading is decided here, not by nbgrader's time stamps
        return config

    @cached_property
    def coursedir(self) -> CourseDirectory:
        """nbgrader's view of the folders."""
        return CourseDirectory(config=self.config, log=log)

    @cached_property
    def source(self) -> Path:
        """The practical's source notebook."""
        source_text(self.root, self.practical)
        return source_notebook(self.coursedir, self.practical, self.practical)

    @cached_property
    def given(self) -> dict[str, Path]:
        """What the course hands out beside the notebook, by path in the working folder."""
        return given_files(self.coursedir, self.practical)

    @property
    def zone(self) -> str:
        """The course's time zone: `Exchange.timezone` of nbgrader_config.py, else nbgrader's own, UTC."""
        return str(self.config.Exchange.get("timezone", "UTC"))

    @cached_property
    def assignment(self) -> Assignment:
        """The practical's two forms."""
        return load_assignment(self.source, self.config)

    @cached_property
    def is_stale(self) -> bool:
        """Whether the practical's text was edited since its notebook, which grades, was built.

        A text that cannot be read is not the one that was built: it stops no grading.
        """
        built = self.assignment.graded.metadata.get("practicals", {}).get("inputs_sha256")
        path = source_text(self.root, self.practical)
        if built is None:
            return False
        try:
            return built != text_digest(path)
        except PracticalsError:
            return True

    def require_graded(self) -> None:
        """Refuse a gradebook that is not there or does not know the practical; nothing is made.

        Raises:
            PracticalsError: saying what to do.
        """
        remedy = f"Run `practicals grade {self.practical}` first, or name its folder with --output"
        source_text(self.root, self.practical)
        if self.gradebook.is_missing():
            raise PracticalsError(f"there is no gradebook {self.gradebook.name}", remedy)
        with self.gradebook.open() as book:
            if self.practical not in {assignment.name for assignment in book.assignments}:
                raise PracticalsError(f"{self.gradebook.name} has no grades of {self.practical}", remedy)

    def prepare(self, due: datetime | None = None) -> None:
        """Make the output folder and the gradebook ready, and record the assignment's cells.

        Args:
            due: when the practical is due, UTC without time zone; None leaves what the gradebook has.

        Raises:
            PracticalsError: the folder cannot be written, the gradebook is locked or unusable, or it holds
                grades for other cells than the practical has now.
        """
        writable(self.output)
        self.gradebook.make()
        for unfinished in self.autograded.glob(f"*/.{self.practical}.json.*"):
            unfinished.unlink()  # of a run that was killed
        with self.gradebook.open() as book:
            book.update_or_create_assignment(self.practical, **({"duedate": due} if due else {}))
        try:
            with self.gradebook.errors(), quiet():
                save_assignment(self.assignment, self.source, self.config, self.coursedir.db_url)
        except RuntimeError as error:
            with self.gradebook.open() as book:
                recorded = recorded_cells(book, self.practical)
            raise other_cells(
                recorded, present_cells(self.assignment), self.practical, self.gradebook
            ) from error


@contextmanager
def only_one_run(folder: Path, busy: str = "another grading run") -> Iterator[None]:
    """Hold a folder for this process.

    Args:
        folder: made if need be; it gets a file `.lock`.
        busy: what is at work where another process holds it.

    Raises:
        PracticalsError: another process holds it.
    """
    with (writable(folder) / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise PracticalsError(
                f"{busy} is at work in {folder.parent}", "Wait for it, or name another --output"
            ) from error
        yield
