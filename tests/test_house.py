"""The house: which wing may import which, read from the code itself."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "autograder"

# What each wing may import of the others, itself apart; docs/architecture.md walks through it
BELOW = {
    "errors": set(),
    "files": {"errors"},
    "engine.inside": set(),
    "practical": {"files", "errors"},
    "authoring": {"practical"},
    "engine": {"practical", "engine.inside"},
    "grading": {"engine"},
    "proof": {"grading", "authoring"},
    "reporting": {"grading", "authoring"},
    "marking": {"grading"},
    "plugins": {"grading", "engine", "authoring"},
    "publishing": {"proof", "reporting"},
    "bench": {"proof", "reporting"},
    "start": {"proof", "reporting"},
    "cli": {"publishing", "bench", "start", "plugins", "marking"},
}


def allowed(wing: str) -> set[str]:
    """The wings that a wing may import: those named beside it, and what they may, and so on down."""
    below = set(BELOW[wing])
    return below.union(*(allowed(other) for other in below))


def wing_of(module: str) -> str:
    """The wing of a module, such as "engine.inside" of "autograder.engine.inside.zygote"."""
    parts = module.split(".")[1:]
    return "engine.inside" if parts[:2] == ["engine", "inside"] else parts[0]


def test_the_page_on_the_architecture_has_the_same_table():
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    walk = page.partition("## A walk through the house")[2].partition("\n## ")[0]
    rows = [line.split("|")[1::2] for line in walk.splitlines() if line.startswith("| `")]
    table = {
        wing: set(re.findall(r"`([\w.]+)`", imports.replace("/", "."))) - {"course_utils"}
        for names, imports in rows
        for wing in re.findall(r"`([\w.]+)`", names.replace("/", "."))
    }
    assert "everything" in walk.partition("| `cli` |")[2].partition("\n")[0]
    below = {wing: others for wing, others in BELOW.items() if wing != "cli"}
    # the page has `files` and `errors` in one row; between themselves, files may raise errors
    assert {**table, "files": {"errors"}, "cli": set()} == {**below, "cli": set()}


def modules() -> dict[str, Path]:
    found = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(path: Path, packages: tuple[str, ...]) -> set[str]:
    """The modules of the packages that a file imports or names in a string, wherever in the file."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively: write the module's whole name"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.split(".")[0] in packages}


def resolved(name: str, known: dict[str, Path]) -> str:
    """The module that an imported name is, or stands in."""
    while name not in known:
        name = name.rpartition(".")[0]
    return name


def edges() -> dict[str, set[str]]:
    """By module, the modules of the package that it imports; a package without code of its own counts too."""
    known = modules()
    return {
        module: {resolved(name, known) for name in imports(path, ("autograder",))}
        for module, path in known.items()
    }


def test_every_module_lives_in_a_wing():
    wings = {wing_of(module) for module in modules() if module != "autograder"}
    assert wings == set(BELOW)


def test_imports_run_downwards_only():
    wrong = [
        f"{module} imports {other}: {wing_of(module)} may not import {wing_of(other)}"
        for module, others in edges().items()
        for other in others
        if module != "autograder" and other != "autograder"
        if wing_of(other) not in allowed(wing_of(module)) | {wing_of(module)}
    ]
    assert not wrong, "\n".join(wrong)


def test_no_two_modules_import_each_other_on_any_way():
    graph = {module: others - {module} for module, others in edges().items()}
    utils = {
        f"course_utils.{path.stem}": {
            ".".join(name.split(".")[:2]) for name in imports(path, ("course_utils",))
        }
        for path in (ROOT / "course_utils").glob("*.py")
    }
    graph |= {module: (others - {module}) & set(utils) for module, others in utils.items()}

    def reached(module: str) -> set[str]:
        seen, waiting = set(), list(graph[module])
        while waiting:
            if (one := waiting.pop()) not in seen:
                seen.add(one)
                waiting += graph.get(one, ())
        return seen

    assert [module for module in graph if module in reached(module)] == []


def test_the_settings_of_nbgrader_know_one_door():
    assert {name.rpartition(".")[0] for name in imports(ROOT / "nbgrader_config.py", ("autograder",))} == {
        "autograder.plugins"
    }


@pytest.mark.parametrize("package", ["course_utils", "source"])
def test_what_students_import_never_imports_the_autograder(package):
    files = [path for path in (ROOT / package).rglob("*.py") if "bank" not in path.parts]
    assert files
    assert {path: names for path in files if (names := imports(path, ("autograder",)))} == {}


# --- the tests ----------------------------------------------------------------------------------------------


def test_no_test_module_imports_another():
    """What tests share is in tests/toolkit, or a fixture."""
    files = sorted((ROOT / "tests").rglob("*.py"))
    tests = {path.stem for path in files if path.stem.startswith("test_")} | {"conftest", "tests"}
    assert len(tests) > 40
    assert {path.name: found for path in files if (found := imports(path, tuple(tests)))} == {}


def test_one_place_knows_how_the_command_line_is_started():
    """Tests use the fixture `practicals`, or `command_line.PRACTICALS` where they need the process."""
    starters = {
        path.name
        for path in (ROOT / "tests").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.List | ast.Tuple)
        if {"-m", "autograder.cli"} <= {one.value for one in node.elts if isinstance(one, ast.Constant)}
    }
    assert starters == {"command_line.py"}
