"""nbgrader's settings for this course: read by `practicals`, by `nbgrader` and by the Formgrader alike."""

from nbconvert.preprocessors import ClearMetadataPreprocessor
from nbgrader import preprocessors
from nbgrader.converters import GenerateAssignment

from autograder.engine.rebuild import RebuildSubmission
from autograder.engine.split import ExecuteSplit
from autograder.grading.feedback import TEMPLATES, FeedbackExporter, FeedbackPage
from autograder.grading.late import GraduatedPenalty
from autograder.release import ClearBuildMetadata

c = get_config()  # noqa: F821 (nbgrader defines it)

c.CourseDirectory.course_id = "deep-learning-practicals"

# Release: what students get

c.ClearSolutions.code_stub = {
    "python": "# YOUR CODE HERE\n"
    'raise NotImplementedError("Exercise not answered yet: replace this line with your answer")'
}
# a list of its own: what is appended, a server appends again each time it reads this file
c.GenerateAssignment.preprocessors = [*GenerateAssignment.preprocessors.default(), ClearBuildMetadata]
# nbgrader copies every file beside a notebook, and would hand an author's text to students. Sources, measured
# figures, models and what a run leaves behind stay here; `practicals build` refuses anything else.
c.CourseDirectory.ignore = [
    ".*", "*.py", "*.pyc", "*.json", "*.keras", "*.h5", "*.npz", "__pycache__", "feedback", "runs", "build",
]  # fmt: skip

# Validate: seconds that a cell may take; importing TensorFlow takes a slow computer longer than nbgrader's 30

c.Execute.timeout = 300

# Grading: the submission is rebuilt from the source notebook, then executed; the rest is nbgrader's own list

c.Autograde.sanitize_preprocessors = [
    RebuildSubmission,
    preprocessors.ClearOutput,
    preprocessors.DeduplicateIds,
    preprocessors.OverwriteKernelspec,
    preprocessors.OverwriteCells,
    preprocessors.CheckCellMetadata,
]
c.ExecuteSubmission.timeout = 30
c.Autograde.autograde_preprocessors = [
    ExecuteSplit,
    preprocessors.IgnorePattern,
    ClearMetadataPreprocessor,
    preprocessors.LimitOutput,
    preprocessors.SaveAutoGrades,
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
