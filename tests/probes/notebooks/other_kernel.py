"""I choose a kernel that does nothing, and say that the language is another one."""

def edit(notebook):
    notebook.metadata["kernelspec"] = {"name": "../../other", "display_name": "other", "language": "bash"}
    notebook.metadata["language_info"] = {"name": "bash"}
