"""The late policy: a share of the score for each hour or day begun, through nbgrader's plugin point."""

import math

from nbgrader.plugins import LateSubmissionPlugin
from traitlets import Enum, Float

SECONDS = {"hour": 3_600, "day": 86_400}


class GraduatedPenalty(LateSubmissionPlugin):
    """Takes a share of the score for each hour or day that a submission is late; off until `percent` is set.

    nbgrader asks it when it grades and when it writes feedback, `practicals grade` at the end of each run,
    and `report`, `export` and `feedback` before they begin. Its settings are in nbgrader_config.py. An
    extension (`practicals extension`) moves the student's own due date, and with it what counts as late.
    """

    percent = Float(
        0.0, min=0.0, max=100.0, help="percent of the score for each unit begun; 0 takes nothing"
    ).tag(config=True)
    per = Enum(("hour", "day"), default_value="day", help="the unit").tag(config=True)
    at_most = Float(100.0, min=0.0, max=100.0, help="percent of the score that it takes at most").tag(
        config=True
    )
    grace_minutes = Float(0.0, min=0.0, help="so late is not late yet; after it, all of it counts").tag(
        config=True
    )

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float | None:
        """The penalty in points, rounded to hundredths, or None where there is none.

        Args:
            student_id: whose submission; nbgrader hands it over, and the policy is the same for everyone.
            score: points of the submission, before any penalty.
            total_seconds_late: after the due date, the student's extension counted in.
        """
        if not self.percent or total_seconds_late <= self.grace_minutes * 60:
            return None
        begun = math.ceil(total_seconds_late / SECONDS[self.per])
        return round(score * min(self.percent * begun, self.at_most) / 100, 2)
