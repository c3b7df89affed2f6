"""Opens JupyterLab where a student begins: in work/, on a copy of the release that is theirs to write in."""

import hashlib
import json
import os
from pathlib import Path

import nbformat

from autograder.errors import PracticalsError
from autograder.files import write_atomically
from autograder.practical.notebooks import read_notebook
from autograder.practical.paths import JUPYTER, practical_names, source_text

FOLDER = "work"  # of the checkout; git ignores it
COPIED = ".copied.json"  # in it: by practical, the SHA-256 of the release that its copy was made from


def open_lab(root: Path, name: str | None = None, arguments: list[str] | None = None) -> None:
    """Run JupyterLab until somebody stops it.

    Args:
        root: the checkout.
        name: the practical to open; default: the first.
        arguments: options of JupyterLab's own, such as `--port=8890`.

    Raises:
        PracticalsError: there is no such practical, or it is not built.
    """
    names = practical_names(root)
    if not names:
        raise PracticalsError("there are no practicals here", "Make one: `practicals new NAME`")
    name = source_text(root, name or names[0]).stem
    if not (root / "release" / name / f"{name}.ipynb").is_file():
        raise PracticalsError(f"release/{name}/{name}.ipynb is missing", f"Run `practicals build {name}`")
    for sentence in working_copy(root, names):
        print(sentence)
    known = os.environ.get("JUPYTER_CONFIG_PATH")
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, [str(JUPYTER), known]))
    # kernels inherit it: that there is no GPU is not news to students, on red least of all
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from jupyterlab.labapp import LabApp

    options = [f"--ServerApp.root_dir={root / FOLDER}", *(arguments or [])]
    if hasattr(os, "geteuid") and os.geteuid() == 0 and "--allow-root" not in options:
        print("You are root: what a notebook does here, it does as root.")
        options.append("--allow-root")
    LabApp.launch_instance(argv=[*options, str(root / FOLDER / name / f"{name}.ipynb")])


def working_copy(root: Path, names: list[str]) -> list[str]:
    """Copy each release that has no copy in work/ yet, in the layout of `nbgrader fetch`.

    A copy is never written over: it may hold somebody's work.

    Args:
        root: the checkout.
        names: practicals; those without a release are passed over.

    Returns:
        a sentence for each practical whose release is newer than what the copy was made from.

    Raises:
        PracticalsError: a release is not a notebook.
    """
    folder = root / FOLDER
    copied, sentences = _copied(folder), []
    for name in names:
        release, copy = (root / one / name / f"{name}.ipynb" for one in ("release", FOLDER))
        if not release.is_file():
            continue
        digest = hashlib.sha256(release.read_bytes()).hexdigest()
        if not copy.exists():
            write_atomically(copy, _as_opened(release))
            copied[name] = digest
        elif copied.get(name) != digest and copy.read_text("utf-8", errors="replace") != _as_opened(release):
            sentences.append(
                f"There is a newer release of {name}. Your notebook {FOLDER}/{name}/{name}.ipynb stays as it "
                "is; to have the new one too, rename yours and run this command again."
            )
    write_atomically(folder / COPIED, json.dumps(copied, indent=1, sort_keys=True) + "\n")
    return sentences


def _as_opened(release: Path) -> str:
    """A release with what JupyterLab writes into a notebook on opening it, which would then count as changed.

    It is what the kernel says of its language, the exact version of Python too: no release can know that.
    """
    from ipykernel.ipkernel import IPythonKernel  # here: it takes most of a second

    notebook = read_notebook(release)
    notebook.metadata["language_info"] = IPythonKernel.language_info
    return nbformat.writes(notebook) + "\n"


def _copied(folder: Path) -> dict[str, str]:
    try:
        kept = json.loads((folder / COPIED).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}
