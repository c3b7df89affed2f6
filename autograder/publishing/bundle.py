"""Bundles what students may have: notebooks, course_utils, environment files and a short README."""

import importlib.metadata
import re
import shutil
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

import jinja2
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from autograder.authoring.build import serialised
from autograder.authoring.full import FOLDER
from autograder.authoring.leaks import course_secrets, leaks_in, squeezed
from autograder.errors import PracticalsError
from autograder.files import writable, write_atomically, write_zip
from autograder.practical.notebooks import read_notebook, read_text
from autograder.practical.paths import JUPYTER, course_config, practical_names, source_text
from autograder.practical.testcells import first_heading
from autograder.proof.check import problems
from autograder.publishing.badges import add_install_cell, badges, repository

TEMPLATES = Path(__file__).parent / "templates" / "bundle"
NAME = "practicals"
PACKAGE = "course-utils"  # what the bundle's pyproject.toml is called
# Of the course's dependencies those that notebooks and course_utils need; nbgrader brings the Validate button
STUDENTS_NEED = (
    "tensorflow", "tensorflow-cpu", "keras", "numpy", "scipy", "pandas", "matplotlib", "scikit-learn",
    "tensorboard", "jupyterlab", "ipykernel", "nbgrader", "nbclient", "nbformat",
)  # fmt: skip
STUDENTS_EXTRAS = ("backbones",)
BUILD_BACKEND = ("hatchling",)
PASSAGE, PASSAGE_LENGTH = 3, 60  # lines that follow each other, and characters without white space


@dataclass(frozen=True)
class Bundle:
    """What `bundle` wrote: the folder, the archive, and the files by path in both."""

    folder: Path
    archive: Path
    files: list[str]


def bundle(root: Path, names: list[str] | None, target: Path) -> Bundle:
    """Write what students may have as a folder, for a public repository, and as an archive.

    Args:
        root: the checkout.
        names: practicals to hand out; default: all.
        target: receives practicals/ and practicals.zip. A former bundle there is replaced; .git of a
            repository made of it stays.

    Raises:
        PracticalsError: a practical is not built or not fresh, a file would leak, or `target` holds a
            folder practicals/ that is not a bundle.
    """
    names = sorted(names or practical_names(root))
    for name in names:
        source_text(root, name)
    if not names:
        raise PracticalsError("there are no practicals to bundle", "Make one: `practicals new NAME`")
    # measured figures and full runs that are older than the code concern instructors: students get neither
    if stale := [
        one
        for one in problems(root, names)
        if not one.path.endswith("/results.json") and not one.path.startswith(f"{FOLDER.as_posix()}/")
    ]:
        raise PracticalsError(
            f"not everything is as built: {stale[0]}", "See `practicals build --check` for all of it"
        )
    contents = _contents(root, names)
    if leaks := _leaks(root, contents):
        raise PracticalsError(
            f"the bundle would leak: {'; '.join(leaks[:3])}", "Remove it there, and bundle again"
        )
    folder = _replace_folder(writable(target) / NAME, contents)
    archive = target / f"{NAME}.zip"
    write_zip(archive, {f"{NAME}/{path}": content for path, content in contents.items()})
    return Bundle(folder, archive, list(contents))


def _contents(root: Path, names: list[str]) -> dict[str, bytes]:
    """The bundle's files by path."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    public = repository(project)
    notebooks = {f"release/{name}/{name}.ipynb": root / "release" / name / f"{name}.ipynb" for name in names}
    values = {
        "package": PACKAGE,
        "version": project["version"],
        "requires_python": project["requires-python"],
        "python": re.findall(r"\d+\.\d+", project["requires-python"])[0],
        "dependencies": student_requirements(project),
        "build_backend": [str(one) for one in _requirements(project) if one.name in BUILD_BACKEND],
        "practicals": {
            path: first_heading(read_notebook(notebook)) or path for path, notebook in notebooks.items()
        },
        "badges": {path: badges(public, path) for path in notebooks} if public else {},
        "course_id": course_config(root).CourseDirectory.course_id,
    }
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), keep_trailing_newline=True, trim_blocks=True
    )
    made = {
        name.removesuffix(".j2"): environment.get_template(name).render(values).encode()
        for name in environment.list_templates()
    }
    made["requirements.lock"] = student_lock(root, project).encode()
    utils = root / "course_utils"
    copied = {
        **notebooks,
        **{path.relative_to(root).as_posix(): path for path in utils.rglob("*.py")},
        **{f"jupyter/{path.relative_to(JUPYTER).as_posix()}": path for path in JUPYTER.rglob("*.json")},
        "LICENSE": root / "LICENSE",
    }
    found = made | {path: file.read_bytes() for path, file in copied.items()}
    if public:
        for path, file in notebooks.items():
            notebook = read_notebook(file)
            add_install_cell(notebook, public)
            found[path] = serialised(notebook).encode()
    return dict(sorted(found.items()))


def student_requirements(project: dict) -> list[str]:
    """Of the course's requirements those that students need, as pyproject.toml has them."""
    wanted = set(STUDENTS_NEED)
    extras = [
        Requirement(text)
        for extra in STUDENTS_EXTRAS
        for text in project["optional-dependencies"].get(extra, [])
    ]
    course = [Requirement(text) for text in project["dependencies"]]
    return [str(one) for one in [*course, *extras] if one in extras or one.name in wanted]


def student_lock(root: Path, project: dict) -> str:
    """Of the lock file the packages that students' requirements, and what builds course_utils, bring.

    What a package brings on any platform counts, so that the lock serves Windows and macOS too.
    """
    entries = [
        (canonicalize_name(re.split(r"[^\w.-]", entry, maxsplit=1)[0]), entry)
        for entry in re.findall(
            r"^\w[^#\n]*(?:\n {4}--hash=\S+(?: \\)?)*\n",
            (root / "requirements.lock").read_text("utf-8"),
            flags=re.MULTILINE,
        )
    ]
    locked = {name for name, _ in entries}
    backend = [one for one in _requirements(project) if one.name in BUILD_BACKEND]
    waiting = [Requirement(text) for text in student_requirements(project)] + backend
    reached: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        requirement = waiting.pop()
        name, extras = canonicalize_name(requirement.name), frozenset(requirement.extras)
        if (name, extras) in reached or name not in locked:
            continue
        reached.add((name, extras))
        try:
            brought = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue  # of another platform
        waiting += [one for one in map(Requirement, brought) if _applies(one, extras)]
    needed = {name for name, _ in reached}
    return "".join(entry for name, entry in entries if name in needed)


def _requirements(project: dict) -> list[Requirement]:
    return [
        Requirement(text)
        for texts in (project["dependencies"], *project["optional-dependencies"].values())
        for text in texts
    ]


def _applies(requirement: Requirement, extras: frozenset[str]) -> bool:
    """Whether a package brings this, with these extras, on some platform."""
    if requirement.marker is None or "extra" not in str(requirement.marker):
        return True
    return any(requirement.marker.evaluate({"extra": extra}) for extra in extras)


def _leaks(root: Path, contents: dict[str, bytes]) -> list[str]:
    """What the bundle's files hold of any practical's secrets, in words.

    A line that a solution and course_utils have in common (`import math`) is not a leak; a passage is.
    """
    config = course_config(root)
    texts = {name: read_text(source_text(root, name)) for name in practical_names(root)}
    by_place, public = course_secrets(root, texts, config)
    secrets = {line: where for lines in by_place for line, where in lines.items()}
    passages = {text: where for lines in by_place for text, where in _passages(lines).items()}
    found = []
    for path, content in contents.items():
        if path.startswith("course_utils/"):
            text = "\n".join(filter(None, map(squeezed, content.decode("utf-8").splitlines())))
            places = {where for passage, where in passages.items() if passage in text}
            found += [f"{path} holds a passage of {where}" for where in sorted(places)]
        else:
            found += [f"{path} holds {leak}" for leak in leaks_in(content, secrets, public, config)]
    return found


def _passages(lines: dict[str, str]) -> dict[str, str]:
    """Runs of `PASSAGE` squeezed lines from one place, with the place."""
    found = {}
    items = [(line, where) for line, where in lines.items() if line and not line.startswith("#")]
    for start in range(len(items) - PASSAGE + 1):
        run = items[start : start + PASSAGE]
        text = "\n".join(line for line, _ in run)
        if len({where for _, where in run}) == 1 and len(text) >= PASSAGE_LENGTH:
            found[text] = run[0][1]
    return found


def _replace_folder(folder: Path, contents: dict[str, bytes]) -> Path:
    """Write a bundle's folder in the place of a former one, whole or not at all."""
    if folder.exists() and not _is_bundle(folder):
        raise PracticalsError(f"{folder} is there and is not a bundle", "Name another folder with --to")
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as temporary:
        fresh = Path(temporary) / folder.name
        for path, content in contents.items():
            write_atomically(fresh / path, content)
        if (folder / ".git").exists():
            shutil.move(folder / ".git", fresh / ".git")
        if folder.exists():
            shutil.move(folder, Path(temporary) / "former")
        shutil.move(fresh, folder)
    return folder


def _is_bundle(folder: Path) -> bool:
    """Whether a folder is what `bundle` wrote; a checkout of the course has the same name and is not."""
    try:
        project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]
    except (OSError, ValueError, KeyError):
        return False
    return project.get("name") == PACKAGE and not (folder / "source").exists()
