"""What nbgrader_config.py names: the classes and the templates that nbgrader loads from this course."""

from autograder.authoring.full import ShowFullRun
from autograder.authoring.release import ClearBuildMetadata, FoldTests, RunToTheEnd
from autograder.engine.executor import ExecuteSplit
from autograder.engine.points import OwnPoints, SaveGrades
from autograder.engine.rebuild import RebuildSubmission
from autograder.grading.feedback import TEMPLATES, FeedbackExporter, FeedbackPage
from autograder.grading.late import GraduatedPenalty

__all__ = [
    "TEMPLATES",
    "ClearBuildMetadata",
    "ExecuteSplit",
    "FeedbackExporter",
    "FeedbackPage",
    "FoldTests",
    "GraduatedPenalty",
    "OwnPoints",
    "RebuildSubmission",
    "RunToTheEnd",
    "SaveGrades",
    "ShowFullRun",
]
