"""Faults of the machine or of the course, for which no student may lose a mark."""


class CourseCellFailed(Exception):
    """A cell that the course gives failed, though it uses no answer: nothing of the submission was graded.

    The message says which cell and why.
    """

    remedy = "See what `practicals doctor` says of data and sandbox, then run the same command again"
