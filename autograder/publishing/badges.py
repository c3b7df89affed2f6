"""Where notebooks open without being installed: Colab and Binder, from the repository made of the bundle."""

import re
from urllib.parse import quote

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from autograder.engine.rebuild import INSTALL_CELL
from autograder.errors import PracticalsError

URL_NAME = "Students"  # of [project.urls] in pyproject.toml
ADDRESS = re.compile(r"https://github\.com/([\w.-]+/[\w.-]+?)(?:\.git)?/?")
BRANCH = "main"  # Colab's addresses name one
COLAB_BADGE = "https://colab.research.google.com/assets/colab-badge.svg"
BINDER_BADGE = "https://mybinder.org/badge_logo.svg"


def repository(project: dict) -> str | None:
    """The public repository made of the bundle, as OWNER/NAME, or None while there is none.

    Args:
        project: the table [project] of pyproject.toml.

    Raises:
        PracticalsError: the address is not one that Colab and Binder both know.
    """
    address = project.get("urls", {}).get(URL_NAME)
    if address is None:
        return None
    if not (known := ADDRESS.fullmatch(address)):
        raise PracticalsError(
            f"{URL_NAME} = {address!r} under [project.urls] in pyproject.toml is not a repository of GitHub",
            'Write "https://github.com/OWNER/NAME", or leave the line out',
        )
    return known[1]


def badges(repository: str, path: str) -> str:
    """Markdown that opens a file of the repository in Colab and in Binder.

    Args:
        repository: OWNER/NAME.
        path: the notebook's path there.
    """
    colab = f"https://colab.research.google.com/github/{repository}/blob/{BRANCH}/{quote(path)}"
    binder = f"https://mybinder.org/v2/gh/{repository}/HEAD?labpath={quote(path, safe='')}"
    return f"[![Open in Colab]({COLAB_BADGE})]({colab}) [![Open in Binder]({BINDER_BADGE})]({binder})"


def add_install_cell(notebook: NotebookNode, repository: str) -> None:
    """Put a cell behind a notebook's first one that installs course_utils where it is missing.

    Nothing else is installed: Colab has the libraries, in versions of its own. Grading leaves the cell out.

    Args:
        notebook: changed in place.
        repository: OWNER/NAME.
    """
    source = (
        f"{INSTALL_CELL}\nimport importlib.util\n\n"
        'if importlib.util.find_spec("course_utils") is None:\n'
        f"    %pip install --quiet --no-deps git+https://github.com/{repository}"
    )
    notebook.cells.insert(1, new_code_cell(source, id="install-course-utils"))
