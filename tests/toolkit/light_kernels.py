"""A parent of kernels for toys: without TensorFlow, which takes most of the six seconds in which it starts.

Toys need NumPy alone; what imports more gets it, later. `use` has this process start such parents, and
`command` begins a command that does: `python light_kernels.py PROGRAM MODULE …` is `python -m MODULE …`.
"""

import functools
import runpy
import sys
import tempfile
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

from command_line import run

from autograder.engine import sandbox
from autograder.engine.inside import zygote

WITH_TENSORFLOW = {
    "pandas", "sklearn.datasets", "sklearn.metrics", "tensorflow", "keras",
    *(f"course_utils.{name}" for name in (
        "backbones", "data", "ensembles", "probes", "progress", "sliders", "together", "training",
        "uncertainty",
    )),
}  # fmt: skip
MAIN = '\n\nif __name__ == "__main__":\n'
LIGHT = """

PRELOADED = {modules!r}


def _keep_in_memory(kept_name):
    pass
"""


@functools.cache
def _folder() -> tempfile.TemporaryDirectory:
    """Of this process, and removed as it ends."""
    return tempfile.TemporaryDirectory(prefix="light-")


@functools.cache
def program() -> Path:
    """The parent's own program, with shorter lists of what it imports and loads beforehand."""
    own, main = Path(zygote.__file__).read_text("utf-8").split(MAIN)
    modules = tuple(name for name in zygote.PRELOADED if name not in WITH_TENSORFLOW)
    path = Path(_folder().name, "zygote.py")
    path.write_text(own + LIGHT.format(modules=modules) + MAIN + main, "utf-8")
    return path


def use(program: Path) -> None:
    """From now on, parents of kernels that this process starts in the sandbox run that program."""
    binds = sandbox._read_only_binds
    inside = sandbox.CODE.joinpath("autograder", "engine", "inside", "zygote.py")
    sandbox._read_only_binds = lambda data: {**binds(data), program: inside}


def command(module: str) -> list[str]:
    """The beginning of a command that runs a module of that name."""
    return [sys.executable, __file__, str(program()), module]


def practicals(*arguments: object, **options: Any) -> CompletedProcess:
    """What the fixture `practicals` gives, for courses of toys."""
    return run([*command("autograder.cli"), *map(str, arguments)], **options)


def nbgrader(*arguments: object, **options: Any) -> CompletedProcess:
    """The same for nbgrader's own command line."""
    return run([*command("nbgrader"), *map(str, arguments)], **options)


if __name__ == "__main__":
    sys.path[0] = str(Path.cwd())  # as with `python -m`
    use(Path(sys.argv[1]))
    sys.argv = sys.argv[2:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
