"""I turn the test cells into text."""

def edit(notebook):
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade") and cell.cell_type == "code":
            cell.cell_type = "markdown"
            cell.pop("outputs", None), cell.pop("execution_count", None)
