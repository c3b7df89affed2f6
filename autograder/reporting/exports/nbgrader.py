"""The table of `nbgrader export`, with commas and quotes in names quoted."""

from pathlib import Path

from autograder.files import write_csv
from autograder.reporting.graded_class import Export

COLUMNS = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email", "raw_score",
    "late_submission_penalty", "score", "max_score",
)  # fmt: skip


class Nbgrader(Export):
    """One row a student; to nbgrader, no submission is 0 points."""

    writes = "the columns of `nbgrader export`, with names quoted that hold commas"
    gets_in = "what reads nbgrader's tables reads this. A student without a submission has 0 points, as there"

    def write(self, stem: Path) -> list[Path]:
        """One file with everybody who is not held back."""
        path = stem.with_name(f"{stem.name}.csv")
        rows = []
        for one in self.graded_class.graded:
            penalty = one.result.late_penalty if one.result else 0.0
            score = (one.result and one.result.score) or 0.0
            rows.append(
                [
                    self.graded_class.course.practical,
                    self.graded_class.due,
                    one.result and one.result.submitted,
                    one.student.id,
                    one.student.last_name,
                    one.student.first_name,
                    one.student.email,
                    float(score + penalty),
                    penalty,
                    float(score),
                    self.graded_class.max_score,
                ]
            )
        write_csv(path, [COLUMNS, *rows])
        return [path]
