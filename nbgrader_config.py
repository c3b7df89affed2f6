"""nbgrader's settings for this course: read by `practicals`, by `nbgrader` and by the Formgrader alike."""

from pathlib import Path

from nbconvert.preprocessors import ClearMetadataPreprocessor
from nbgrader import preprocessors
from nbgrader.converters import GenerateAssignment

# the one place to import from: modules behind it may move
from autograder.plugins import (
    TEMPLATES,
    ClearBuildMetadata,
    ExecuteSplit,
    FeedbackExporter,
    FeedbackPage,
    FoldTests,
    GraduatedPenalty,
    OwnPoints,
    RebuildSubmission,
    RunToTheEnd,
    SaveGrades,
    ShowFullRun,
)
from course_utils.validating import leave_out_experiments, message_first

c = get_config()  # noqa: F821 (nbgrader defines it)

c.CourseDirectory.course_id = "deep-learning-practicals"
# here, also where the settings of the machine or of the user name the folder of another course
c.CourseDirectory.root = str(Path(__file__).parent)

# Release: what students get

c.ClearSolutions.code_stub = {
    "python": "# YOUR CODE HERE\n"
    'raise NotImplementedError("Exercise not answered yet: replace this line with your answer")'
}
# points.toml beside this file changes points (docs/instructors.md), before anything else happens
# a list of its own: what is appended, a server appends again each time it reads this file
c.GenerateAssignment.preprocessors = [
    OwnPoints,
    *GenerateAssignment.preprocessors.default(),
    ClearBuildMetadata,
    FoldTests,
    ShowFullRun,  # what docs/practicals/ has of a run at the full budget
    RunToTheEnd,
]
# nbgrader copies every file beside a notebook, and would hand an author's text to students. Sources, measured
# figures, models and what a run leaves behind stay here; `practicals build` refuses anything else.
c.CourseDirectory.ignore = [
    ".*", "*.py", "*.pyc", "*.json", "*.keras", "*.h5", "*.npz", "__pycache__", "feedback", "runs", "build",
    "bank",
]  # fmt: skip

# Validate: seconds that a cell may take; importing TensorFlow takes a slow computer longer than nbgrader's 30

c.Execute.timeout = 300
message_first()  # it shows what a check says, not the code of the check
leave_out_experiments()  # and runs only what checks need, as `practicals check` does

# Grading: the submission is rebuilt from the source notebook, then executed; the rest is nbgrader's own list

c.Autograde.sanitize_preprocessors = [
    RebuildSubmission,
    preprocessors.ClearOutput,
    preprocessors.DeduplicateIds,
    preprocessors.OverwriteKernelspec,
    preprocessors.OverwriteCells,
    preprocessors.CheckCellMetadata,
]
c.ExecuteSplit.timeout = 30
c.Autograde.autograde_preprocessors = [
    ExecuteSplit,
    preprocessors.IgnorePattern,
    ClearMetadataPreprocessor,
    preprocessors.LimitOutput,
    SaveGrades,
    preprocessors.AssignLatePenalties,
    preprocessors.CheckCellMetadata,
]

# Late hand-ins: percent of the score for each "hour" or "day" begun after the due date; 0 takes nothing

c.AssignLatePenalties.plugin_class = GraduatedPenalty
c.GraduatedPenalty.percent = 0
c.GraduatedPenalty.per = "day"
c.GraduatedPenalty.at_most = 100
c.GraduatedPenalty.grace_minutes = 0

# Feedback: a page of our own, so that hidden tests and what a student's code put out cannot do harm. Essays
# are marked after autograding, and a penalty is a share of the score: it is worked out anew before a page.

c.GenerateFeedback.preprocessors = [preprocessors.AssignLatePenalties, preprocessors.GetGrades, FeedbackPage]
c.GenerateFeedback.exporter_class = FeedbackExporter
c.FeedbackExporter.template_name = "feedback_page"
c.FeedbackExporter.extra_template_basedirs = [str(TEMPLATES)]
# What a student does who wishes to be graded again, in a sentence or two; "" says nothing
c.FeedbackPage.regrade = ""
