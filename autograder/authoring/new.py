"""Makes a practical to start from: a text with one exercise of each kind, and its bank."""

import re
import shutil
import tempfile
from pathlib import Path

import jinja2

from autograder.errors import PracticalsError
from autograder.files import writable, write_atomically

TEMPLATES = Path(__file__).parent / "templates" / "practical"
NAME = re.compile(r"[a-z][a-z0-9_]{1,40}")
NUMBERED = re.compile(r"p0*(\d+)_(.+)")


def new_practical(root: Path, name: str, title: str | None = None) -> list[Path]:
    """Write source/NAME/NAME.py and source/NAME/bank/; they build, grade and pass the audit as they are.

    Args:
        root: the checkout.
        name: of the practical, such as p08_transformers; its notebook, release and bank are called so.
        title: the notebook's heading; default: made from the name.

    Returns:
        the files.

    Raises:
        PracticalsError: the name will not do, or there is such a practical.
    """
    if not NAME.fullmatch(name):
        raise PracticalsError(
            f"{name!r} cannot be the name of a practical",
            "Take small letters, digits and _, a letter first, at most 41 characters: p08_transformers",
        )
    source = root / "source" / name
    if source.exists():
        raise PracticalsError(f"{source} is there already", "Take another name; nothing was written")
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), keep_trailing_newline=True)
    values = {"name": name, "title": title or title_of(name)}
    with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=writable(source.parent)) as temporary:
        made = Path(temporary) / name
        for template in environment.list_templates():
            file = made / template.removesuffix(".j2").replace("practical.py", f"{name}.py")
            write_atomically(file, environment.get_template(template).render(values))
        shutil.move(made, source)
    return sorted(path for path in source.rglob("*") if path.is_file())


def title_of(name: str) -> str:
    """A heading from a name: "Practical 8: Transformers" from p08_transformers."""
    numbered = NUMBERED.fullmatch(name)
    words = (numbered[2] if numbered else name).replace("_", " ").strip()
    words = words[:1].upper() + words[1:]
    return f"Practical {numbered[1]}: {words}" if numbered else words
