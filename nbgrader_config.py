"""nbgrader's settings for this course: read by `practicals`, by `nbgrader` and by the Formgrader alike."""

from autograder.release import ClearBuildMetadata

c = get_config()  # noqa: F821 (nbgrader defines it)

c.CourseDirectory.course_id = "deep-learning-practicals"

# Release: what students get

c.ClearSolutions.code_stub = {
    "python": "# YOUR CODE HERE\n"
    'raise NotImplementedError("Exercise not answered yet: replace this line with your answer")'
}
c.GenerateAssignment.preprocessors.append(ClearBuildMetadata)
# nbgrader copies every file beside a notebook, and would hand an author's text to students. Sources, measured
# figures, models and what a run leaves behind stay here; `practicals build` refuses anything else.
c.CourseDirectory.ignore = [
    ".*", "*.py", "*.pyc", "*.json", "*.keras", "*.h5", "*.npz", "__pycache__", "feedback", "runs", "build",
]  # fmt: skip
