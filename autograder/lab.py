"""Opens JupyterLab where a student begins: in release/, with a practical open."""

from pathlib import Path

from autograder.errors import PracticalsError
from autograder.paths import practical_names, source_text


def open_lab(root: Path, name: str | None = None) -> None:
    """Run JupyterLab until somebody stops it.

    Args:
        root: the checkout.
        name: the practical to open; default: the first.

    Raises:
        PracticalsError: there is no such practical, or it is not built.
    """
    names = practical_names(root)
    if not names:
        raise PracticalsError("there are no practicals here", "Make one: `practicals new NAME`")
    name = source_text(root, name or names[0]).stem
    notebook = root / "release" / name / f"{name}.ipynb"
    if not notebook.is_file():
        raise PracticalsError(f"release/{name}/{name}.ipynb is missing", f"Run `practicals build {name}`")
    from jupyterlab.labapp import LabApp

    LabApp.launch_instance(argv=[f"--ServerApp.root_dir={root / 'release'}", str(notebook)])
