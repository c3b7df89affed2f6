"""One parent of kernels for the whole test run (importing takes seconds), and a way to run cells."""

import sys

import nbformat
import pytest
from nbclient import NotebookClient

from autograder.engine import kernel

if sys.platform != "linux":
    collect_ignore_glob = ["test_*"]


@pytest.fixture(scope="session")
def parent():
    with kernel.KernelParent() as parent:
        parent.wait()
        yield parent


def run_cells(forked: kernel.ForkedKernel, *sources: str, timeout: int = 60) -> list[nbformat.NotebookNode]:
    """Run cells in a kernel through nbclient; the executed cells."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    client = NotebookClient(
        notebook, km=forked, allow_errors=True, timeout=timeout, interrupt_on_timeout=True
    )
    client.kc = forked.client()
    client.execute()
    return notebook.cells


def text(cell: nbformat.NotebookNode) -> str:
    """All that a cell showed."""
    shown = []
    for output in cell.outputs:
        if output.output_type == "error":
            shown.append(f"{output.ename}: {output.evalue}")
        else:
            shown.append(output.get("text") or output.get("data", {}).get("text/plain", ""))
    return "".join(shown).strip()


@pytest.fixture
def fork(parent):
    """A function that forks and attaches a kernel; all are stopped afterwards."""
    forked = []

    def make(**options):
        one = parent.fork(**options)
        forked.append(one)
        kernel.attach(one)
        return one

    yield make
    for one in forked:
        one.stop()
