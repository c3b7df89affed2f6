"""Digests: whether a notebook or a package is still what it was."""

import ast
import hashlib
import importlib.metadata
import importlib.util
import json
import sys
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from nbformat import NotebookNode

from autograder.practical.kept import kept
from autograder.practical.notebooks import inputs, read_text

AUTOGRADER = Path(__file__).parents[1]  # the folder of this package


def digest(value: Iterable) -> str:
    """SHA-256 of a value made of JSON types."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def inputs_digest(notebook: NotebookNode) -> str:
    """SHA-256 of `inputs`."""
    return digest(inputs(notebook))


def text_digest(path: Path) -> str:
    """`inputs_digest` of the notebook that a text describes.

    Raises:
        PracticalsError: as `read_text`.
    """
    try:
        text = _sha256(path)
    except OSError:
        return inputs_digest(read_text(path))  # which says what is wrong
    return kept(_inputs_key("text", text), lambda: inputs_digest(read_text(path)))


def built_digest(notebook: NotebookNode) -> str:
    """`inputs_digest` of a notebook file that was read; `text_digest` of its text if both say the same."""
    cells = digest([[cell.cell_type, cell.source, cell.metadata] for cell in notebook.cells])
    return kept(_inputs_key("notebook", cells), lambda: inputs_digest(notebook))


def _inputs_key(kind: str, content: str) -> str:
    libraries = [importlib.metadata.version(name) for name in ("jupytext", "nbformat")]
    return _key(kind, [content, *libraries], (AUTOGRADER / "practical").glob("*.py"))


def outputs_digest(notebook: NotebookNode) -> str:
    """SHA-256 of what executing the notebook left in it: outputs and execution counts of the code cells."""
    return digest(
        [[cell.execution_count, cell.outputs] for cell in notebook.cells if cell.cell_type == "code"]
    )


def package_digest(folder: Path) -> str:
    """SHA-256 of the syntax trees, docstrings left out, of all modules of a package."""
    modules = {str(module.relative_to(folder)): module for module in sorted(folder.rglob("*.py"))}
    return kept(
        _key("package", list(modules), modules.values()),
        lambda: digest([[name, _parsed(module)[0]] for name, module in modules.items()]),
    )


def modules_digest(*names: str) -> str:
    """SHA-256 of the syntax trees, docstrings left out, of modules of this package and all that they need.

    Args:
        names: of the modules, such as "autograder.engine.job"; see `needed_modules`.

    Raises:
        KeyError: there is no module of that name.
    """
    known = sorted(_modules().items())
    return kept(
        _key("modules", [names, [name for name, _ in known]], (path for _, path in known)),
        lambda: digest([[name, _parsed(path)[0]] for name, path in sorted(needed_modules(*names).items())]),
    )


def needed_modules(*names: str) -> dict[str, Path]:
    """Modules of this package, and those of it that they need, wherever in their code, and so on down.

    A module needs what it imports, the packages around it, and what it names in a string by itself, as
    `python -m` takes it.

    Raises:
        KeyError: there is no module of that name.
    """
    known = _modules()
    found, waiting = {}, list(names)
    while waiting:
        if (name := waiting.pop()) in found:
            continue
        path = found[name] = known[name]
        named = [word for word in _parsed(path)[1] if word.split(".")[0] == AUTOGRADER.name]
        waiting += [
            module for word in [*named, name] for module in (word, *_packages(word)) if module in known
        ]
    return found


def _modules() -> dict[str, Path]:
    """All modules of this package, by name."""
    modules = {}
    for path in AUTOGRADER.rglob("*.py"):
        parts = path.relative_to(AUTOGRADER.parent).with_suffix("").parts
        modules[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return modules


def _packages(name: str) -> Iterator[str]:
    """The packages around a module, or around a name in it; the module itself is among these."""
    while name := name.rpartition(".")[0]:
        yield name


def course_utils_folder() -> Path:
    """The folder of the package that notebooks import, found without importing it."""
    spec = importlib.util.find_spec("course_utils")
    assert spec is not None, "course_utils is installed with autograder"
    assert spec.origin is not None, "course_utils has an __init__.py"
    return Path(spec.origin).parent


def _key(kind: str, more: Iterable, files: Iterable[Path]) -> str:
    """Digest of files as they are, and of the code here and the Python that make other digests of them."""
    return digest([kind, sys.version, _sha256(Path(__file__)), more, [_sha256(path) for path in files]])


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _parsed(path: Path) -> tuple[str, set[str]]:
    """A module's syntax tree as text, docstrings left out; its imports, as dotted names, and its strings."""
    return _parsed_source(path.read_text("utf-8"))


@lru_cache(maxsize=256)
def _parsed_source(source: str) -> tuple[str, set[str]]:
    tree = without_docstrings(ast.parse(source))
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            names.add(node.value)
    return ast.dump(tree), names


def without_docstrings(tree: ast.Module) -> ast.Module:
    """The tree itself, after the docstrings in it were taken out."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            and ast.get_docstring(node) is not None
        ):
            node.body = node.body[1:]
    return tree
