"""Errors that are meant for people."""


class PracticalsError(Exception):
    """Something a person can fix: one line saying what was wrong and where, one saying what to do next.

    Args:
        problem: what was wrong, and where.
        remedy: what to do next.
        exit_code: the status that the command line ends with, default 2.
    """

    def __init__(self, problem: str, remedy: str, exit_code: int = 2):
        super().__init__(f"{problem}. {remedy}")
        self.problem = problem
        self.remedy = remedy
        self.exit_code = exit_code

    def __reduce__(self):
        # worker processes hand errors over pickled
        return type(self), (self.problem, self.remedy, self.exit_code)
