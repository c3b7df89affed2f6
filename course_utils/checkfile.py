"""Checks a notebook file as `selfcheck.report` checks an open one.

The notebook runs from the top at the quick budget, without the cells that only show something, in a kernel
and an empty folder of its own. The file is read and never written.
"""

import os
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from ipykernel.kernelspec import RESOURCES, get_kernel_dict
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode

from course_utils.experiments import is_experiment
from course_utils.receipt import Receipt, receipt, stored_result
from course_utils.results import ExerciseResult
from course_utils.selfcheck import ALL_PASSED, as_text, not_run, state, test_cells

SETTINGS = {"COURSE_BUDGET": "quick"}


class NotebookError(Exception):
    """A notebook that cannot be checked: what is wrong, and what to do next."""

    def __init__(self, problem: str, remedy: str):
        super().__init__(f"{problem}. {remedy}")
        self.problem, self.remedy = problem, remedy


class ThisEnvironment(KernelSpecManager):
    """Finds the kernel of the Python that is running, whatever other kernels the user has."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """The kernel specification of `sys.executable`."""
        return KernelSpec(resource_dir=RESOURCES, **get_kernel_dict())


@contextmanager
def kernel_client(notebook: NotebookNode, launch: dict[str, Any], **options: Any) -> Iterator[NotebookClient]:
    """A client whose kernel, of the Python that is running, has just started; it ends with the block.

    Args:
        notebook: what the client is to execute.
        launch: how the kernel's process is started: arguments of `subprocess.Popen` such as `cwd` and `env`.
        options: settings of nbclient's `NotebookClient`.

    Raises:
        NotebookError: the kernel does not start.
    """
    with ExitStack() as stack:
        settings: dict[str, Any] = {"transport_encryption": "auto"}
        if hasattr(socket, "AF_UNIX"):
            # A TCP port is chosen before the kernel binds it: what takes it meanwhile, such as another
            # kernel's start, leaves this one dead, or (its port for outputs) alive and silent
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="kernel-"))
            settings = {"transport": "ipc", "ip": f"{folder}/socket"}
        manager = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=ThisEnvironment(), **settings)
        client = NotebookClient(notebook, km=manager, ipython_hist_file=":memory:", **options)
        try:
            stack.enter_context(client.setup_kernel(cleanup_kc=True, **launch))
        except RuntimeError as error:
            raise NotebookError(
                f"the kernel of {sys.executable} does not start ({error})",
                "See what `python -m ipykernel_launcher --help` says",
            ) from error
        yield client


@dataclass
class Checked:
    """What became of a notebook file.

    Args:
        results: one for each exercise with a check, in the order of the notebook.
        stopped: one sentence for each cell that ended in an error, an unanswered exercise apart.
        receipt: what would be handed in; None until all checks have run.
    """

    results: list[ExerciseResult]
    stopped: list[str] = field(default_factory=list)
    receipt: Receipt | None = None

    @property
    def passed(self) -> bool:
        """Whether every part of every check passed."""
        return all(state(result) == ALL_PASSED for result in self.results)

    def __str__(self):
        blocks = [as_text(self.results), "\n".join(self.stopped), str(self.receipt or "")]
        return "\n\n".join(block for block in blocks if block)


def check_file(path: Path, on_cell: Callable[[int, int], None] = lambda done, total: None) -> Checked:
    """Run a notebook's cells and checks.

    Args:
        path: the notebook file.
        on_cell: called before each cell with the number of cells run so far and of all to run.

    Returns:
        The results. If the kernel died on the way, what follows counts as not run.

    Raises:
        NotebookError: there is no such file, it is not a notebook, it has no checks, or no kernel starts.
    """
    content = read_bytes(path)
    notebook = read_notebook(path, content)
    sources = [cell.source for cell in notebook.cells if _is_run(cell)]
    tests = test_cells(sources)
    if not tests:
        raise NotebookError(
            f"{path} has no check of an exercise", "Give the file that you work in, as in release/"
        )
    found = Checked([not_run(source) for source in tests.values()])
    _run(sources, tests, found, on_cell)
    found.receipt = receipt(path, content, notebook, found.results)
    return found


def read_bytes(path: Path) -> bytes:
    """Read a file.

    Raises:
        NotebookError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise NotebookError(
            f"{path} cannot be read: {error.strerror or error}", "Give the path of a notebook, NAME.ipynb"
        ) from error


def read_notebook(path: Path, content: bytes) -> NotebookNode:
    """Read the content of a notebook file.

    Raises:
        NotebookError: it is not a notebook.
    """
    try:
        return nbformat.reads(content.decode("utf-8"), as_version=4)
    except Exception as error:  # nbformat raises errors of several libraries
        raise NotebookError(
            f"{path} is not a notebook that Jupyter can read",
            "Give a file that ends in .ipynb, and saved whole",
        ) from error


def main(arguments: list[str]) -> int:
    """Check the notebook that the arguments name.

    Returns:
        The exit status: 0 if all checks passed, 1 if not, 2 on bad input.
    """
    if len(arguments) != 1:
        print("usage: python -m course_utils NOTEBOOK.ipynb", file=sys.stderr)
        return 2
    try:
        found = check_file(Path(arguments[0]), show_progress)
    except NotebookError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped. The notebook is as it was.", file=sys.stderr)
        return 2
    print(found)
    return 0 if found.passed else 1


def show_progress(done: int, total: int) -> None:
    """Show on one line of a terminal how far the notebook is; nothing where stderr is not a terminal."""
    if sys.stderr.isatty():
        text = f"running cell {done + 1} of {total} …" if done < total else ""
        print(f"\r{text:40}\r", end="", file=sys.stderr, flush=True)


def _is_run(cell: NotebookNode) -> bool:
    return cell.cell_type == "code" and not is_experiment(cell)


def _run(
    sources: list[str], tests: dict[str, str], found: Checked, on_cell: Callable[[int, int], None]
) -> None:
    places = {source: place for place, source in enumerate(tests.values())}
    # the kernel finds this package wherever it was found here
    begin = f"import sys; sys.path.append({str(Path(__file__).parents[1])!r})"
    cells = [begin] + [
        f"__import__('course_utils.selfcheck', fromlist=['publish']).publish({source!r})"
        if source in places
        else source
        for source in sources
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        tempfile.TemporaryFile() as log,  # what compiled code writes past Python's stdout and stderr
        kernel_client(
            notebook,
            {"cwd": folder, "env": os.environ | SETTINGS, "stdout": log, "stderr": log},
            timeout=None,
            allow_errors=True,
        ) as client,
    ):
        for index, (source, cell) in enumerate(zip(["", *sources], notebook.cells, strict=True)):
            on_cell(index, len(cells))
            try:
                client.execute_cell(cell, index)
            except DeadKernelError:
                found.stopped.append(f"{_named(cell)} killed the kernel; nothing after it was run.")
                break
            found.stopped += [
                f"{_named(cell)} stopped with {output.ename}: {output.evalue}"
                for output in cell.outputs
                if output.output_type == "error" and output.ename != "NotImplementedError"
            ]
            if source in places and (result := stored_result(cell)):
                found.results[places[source]] = result
        on_cell(len(cells), len(cells))


def _named(cell: NotebookNode) -> str:
    lines = [line for line in cell.source.splitlines() if line.strip() and not line.startswith("#")]
    return f"The cell that begins with “{lines[0] if lines else ''}”"
