"""Nbgrader's executor: the settings of an execution in nbgrader_config.py, and the preprocessor."""

from dataclasses import replace
from pathlib import Path

import nbformat
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.preprocessors import Execute
from traitlets import Bool, HasTraits, Integer, TraitError
from traitlets.config import Config

from autograder.engine.assignment import given_files, source_notebook
from autograder.engine.job import execute_job, recipe
from autograder.engine.limits import Limits
from autograder.errors import PracticalsError


class Amount(Integer):
    """A whole number of something; for what cannot be, one sentence that names the setting.

    Args:
        default: its value where nothing is set.
        unit: what is counted, as "seconds".
        what: for the help text, what so many of these limit.
        least: the smallest value that can be.
    """

    def __init__(self, default: int, unit: str, what: str, least: int = 1):
        super().__init__(default, min=least, help=f"{unit} {what}; {least} or more")
        self.unit = unit
        self.tag(config=True)

    def validate(self, obj: HasTraits, value: object) -> int:
        """The value.

        Raises:
            TraitError: it is not a whole number, or too small.
        """
        try:
            return super().validate(obj, value)
        except TraitError:
            raise TraitError(
                f"c.{type(obj).__name__}.{self.name} is {value!r}, and takes a whole number of {self.unit}, "
                f"{self.min} or more"
            ) from None


class ExecuteSplit(Execute):
    """In place of nbgrader's `Execute` in `Autograde.autograde_preprocessors`; isolates the student's code.

    Its settings hold for `practicals grade` too, with `--notebook` and `--cluster` as without; see
    `settings`. Its seconds are of processor time, where nbgrader's own `timeout` is of the clock, so that a
    busy machine costs nobody a mark. Those of memory, processes and processor time hold on Linux, where
    kernels are forked.
    """

    timeout = Amount(
        Limits.cell_seconds,
        "seconds",
        "of processor time that one cell may take; by the clock ten times as long",
    )
    notebook_seconds = Amount(
        Limits.notebook_seconds,
        "seconds",
        "of processor time that a whole notebook may take, restarts included; by the clock ten times as long",
    )
    memory = Amount(
        Limits.memory,
        "MB (2**20 bytes)",
        "of memory of its own that a kernel may use, with what it starts; more, and it is ended",
        least=256,  # a kernel that does nothing has 64 to 96
    )
    processes = Amount(
        Limits.processes,
        "processes and threads",
        "that a kernel may have at a time, its own included",
        least=32,  # a kernel that does nothing has 12 to 16
    )
    cpu_seconds = Amount(
        Limits.cpu_seconds, "seconds", "of processor time that any one process of a kernel may use"
    )
    sandbox = Bool(True, help="False: no bubblewrap, only resource limits").tag(config=True)

    @property
    def limits(self) -> Limits:
        """The limits that the configuration sets."""
        return Limits(
            cell_seconds=self.timeout,
            notebook_seconds=self.notebook_seconds,
            memory=self.memory,
            processes=self.processes,
            cpu_seconds=self.cpu_seconds,
        )

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        """Execute a notebook that `RebuildSubmission` made; see `split.execute_notebook`."""
        coursedir = self.parent.parent.coursedir
        names = resources["nbgrader"]
        made = recipe(
            source_notebook(coursedir, names["assignment"], names["notebook"]),
            self.config,
            self.limits,
            sandboxed=self.sandbox,
            given=given_files(coursedir, names["assignment"]),
            hidden=[Path(coursedir.root)],
        )
        text, _ = execute_job(made.job_of_rebuilt(nb))
        return nbformat.reads(text, as_version=4), resources


def settings(
    config: Config, *, cell_seconds: int | None = None, sandboxed: bool = True
) -> tuple[Limits, bool]:
    """What nbgrader_config.py says of executions, except where the command line says otherwise.

    Args:
        config: the course's nbgrader_config.py.
        cell_seconds: of processor time that one cell may take; None for what the configuration says.
        sandboxed: False executes submissions without isolation, whatever the configuration says.

    Returns:
        what one submission may take, and whether it is isolated.

    Raises:
        PracticalsError: a setting has a value that cannot be.
    """
    try:
        executor = ExecuteSplit(config=config)
    except TraitError as error:
        raise PracticalsError(str(error), "Correct it in nbgrader_config.py") from error
    limits = executor.limits
    if cell_seconds is not None:
        limits = replace(limits, cell_seconds=cell_seconds)
    return limits, sandboxed and executor.sandbox
