"""Runs cells in a forked kernel, as tests of the engine do."""

import nbformat
from nbclient import NotebookClient

from autograder.engine import kernel


def run_cells(forked: kernel.ForkedKernel, *sources: str, timeout: int = 60) -> list[nbformat.NotebookNode]:
    """Run cells in a kernel through nbclient; the executed cells."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    client = NotebookClient(
        notebook,
        km=forked,  # type: ignore[arg-type]  # it has what nbclient asks of a manager that is given
        allow_errors=True,
        timeout=timeout,
        iopub_timeout=60,
        interrupt_on_timeout=True,
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
