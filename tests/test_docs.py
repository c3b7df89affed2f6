"""The guides know all that there is: every command with its options, every module, every helper of tests."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest
import typer
from checkout import ROOT

from autograder.cli import app

WRITTEN_BY_COMMANDS = {"coverage.md", "reproduction.md"}
GUIDES = {
    path.relative_to(ROOT).as_posix(): path.read_text("utf-8")
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
    if path.name not in WRITTEN_BY_COMMANDS
}
BENCH = "practicals bench "
# folders of what commands write, of examples, and of other repositories too
MADE = {"build", "docs", "marking", "release", "source", "work"}
ONE_EACH = {"exports", "platforms"}  # folders in which a new form, or platform, is one new file


def commands(group: Any, name: str = "practicals") -> dict[str, Any]:
    """Every command by all that a person types, such as "practicals bench grade"."""
    found: dict[str, Any] = {}
    for part, command in group.commands.items():
        inner = getattr(command, "commands", None)
        found |= commands(command, f"{name} {part}") if inner else {f"{name} {part}": command}
    return found


COMMANDS = commands(typer.main.get_command(app))


def pages_on(command: str) -> list[str]:
    """The guides that name a command; the table of benchmarks names them by their last word."""
    named = rf"\b{re.escape(command)}\b(?!-)"
    table = f"| `{command.removeprefix(BENCH)}` |" if command.startswith(BENCH) else None
    return [
        text for text in GUIDES.values() if re.search(named, text) or (table is not None and table in text)
    ]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_guide_explains_each_command_and_its_options(command):
    pages = pages_on(command)
    assert pages, f"no guide names `{command}`"
    options = {
        option for parameter in COMMANDS[command].params for option in parameter.opts if option[:2] == "--"
    }
    missing = {
        option
        for option in options - {"--help"}
        if not any(re.search(rf"{option}\b(?!-)", page) for page in pages)
    }
    assert not missing, f"no guide that names `{command}` has {', '.join(sorted(missing))}"


def test_no_guide_names_a_command_that_is_not_there():
    first = {name.split()[1] for name in COMMANDS} | {"COMMAND"}
    for page, text in GUIDES.items():
        named = set(re.findall(r"(?:`|^ {4}|&& )practicals ([A-Za-z-]+)", text, flags=re.MULTILINE))
        assert named <= first, f"{page} names {', '.join(sorted(named - first))}"


def test_every_page_is_in_the_index():
    index = GUIDES["docs/index.md"]
    listed = set(re.findall(r"^[a-z]+$", index, flags=re.MULTILINE))
    assert {path.stem for path in (ROOT / "docs").glob("*.md")} - {"index"} == listed


@pytest.mark.parametrize(
    ("folder", "page"),
    [
        ("autograder", "docs/architecture.md"),
        ("course_utils", "docs/architecture.md"),
        ("tests/toolkit", "docs/testing.md"),
    ],
)
def test_a_page_names_every_module(folder, page):
    modules = {path.stem for path in _modules(folder) if path.parent.name not in ONE_EACH}
    named = {word for text in re.findall(r"`([^`\n]+)`", GUIDES[page]) for word in re.findall(r"\w+", text)}
    assert modules <= named, f"{page} does not name {', '.join(sorted(modules - named))}"


def test_files_and_folders_that_guides_name_are_there():
    ours = {path.name for path in (ROOT, ROOT / "autograder") for path in path.iterdir() if path.is_dir()}
    gone = [
        f"{page}: {name}"
        for page, text in GUIDES.items()
        for name in re.findall(r"`([\w-]+/[\w./-]+)`", text)
        if name.partition("/")[0] in ours - MADE and "NAME" not in name and not _is_there(name)
    ]
    assert not gone, "\n".join(gone)


def test_modules_that_somebody_is_told_to_run_can_be_run():
    """What stands behind `python -m` in code, messages and guides does something."""
    texts = [
        path.read_text("utf-8")
        for part in ("autograder", "course_utils")
        for path in (ROOT / part).rglob("*.py")
    ]
    told = {
        name
        for text in (*texts, *GUIDES.values())
        for name in re.findall(r"python -m ((?:autograder|course_utils)[\w.]*)", text)
    }
    assert {"course_utils", "course_utils.data"} <= told
    idle = [name for name in told if not _runs(ROOT.joinpath(*name.rstrip(".").split(".")))]
    assert not idle, f"nothing happens: {', '.join(sorted(idle))}"


def _modules(package: str) -> list[Path]:
    return [path for path in (ROOT / package).rglob("*.py") if not path.name.startswith("__")]


def _is_there(name: str) -> bool:
    """Whether a file, folder, module or name in a module is there, from the top or within autograder/."""
    names = (name, f"{name}.py", f"{name.rpartition('.')[0]}.py")
    return any((ROOT / folder / one).exists() for folder in ("", "autograder") for one in names)


def _runs(path: Path) -> bool:
    if path.is_dir():
        return (path / "__main__.py").is_file()
    tree = ast.parse(path.with_suffix(".py").read_text("utf-8"))
    return any(isinstance(node, ast.If) and "__main__" in ast.unparse(node.test) for node in tree.body)
