"""Upkeep: renews the lock file, and says what has to be built, measured or calibrated anew, and why."""

import ast
import importlib.metadata
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from autograder.authoring.full import full_path
from autograder.errors import PracticalsError
from autograder.files import write_atomically
from autograder.practical.digests import course_utils_folder, package_digest
from autograder.practical.notebooks import read_notebook, read_text
from autograder.practical.paths import practical_names, source_text
from autograder.proof.audit import was_audited
from autograder.proof.calibrate import calibration_problems
from autograder.proof.check import problems
from autograder.proof.figures import results_path
from autograder.start.doctor import check_packages
from autograder.start.install import FOR_TESTS, entries, name_of

LOCK = "requirements.lock"
UV = Path(".venv", "bin", "uv")  # by `make setup`
RESOLVE = (
    "pip", "compile", "--quiet", "--universal", "--generate-hashes", "--python-version", "3.11",
    "--no-emit-index-url", "--no-header", "pyproject.toml",
)  # fmt: skip
TO_RUN = ("--extra", "setup", "--extra", "backbones")
TO_TEST = (*TO_RUN, "--extra", "dev")
COMMAND = re.compile(r"`((?:practicals|make) [^`]+)`")
ORDER = ("make setup", "practicals build", "practicals measure", "practicals calibrate", "practicals audit")
NAMED = 5  # packages that a sentence names


@dataclass(frozen=True)
class Change:
    """A package whose version in the lock file changed; "" where it is new, or gone."""

    name: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.name} {self.before or '(new)'} → {self.after or '(gone)'}"


@dataclass(frozen=True)
class Task:
    """What has to be done, a command where there is one for it, and why."""

    what: str
    why: list[str]


def renew_lock(root: Path, keep: bool = False, same_versions: bool = False) -> list[Change]:
    """Resolve pyproject.toml anew, to the newest versions that it allows, and write the lock file.

    Args:
        root: the checkout.
        keep: leave the lock file as it is, and only say what would change.
        same_versions: of packages that are locked already, keep the version where pyproject.toml allows it.

    Raises:
        PracticalsError: uv is not here, or it cannot resolve the packages.
    """
    uv = shutil.which("uv") or (str(root / UV) if (root / UV).is_file() else None)
    if uv is None:
        raise PracticalsError(
            "uv, which makes the lock file, is not on this machine",
            "Run `make setup`, which gets it; where it cannot be had, renew the lock on another machine",
        )
    lock = root / LOCK
    before = lock.read_text("utf-8") if lock.is_file() else ""
    start_from = before if same_versions else ""
    to_run = {name_of(entry) for entry in entries(_resolved(root, uv, TO_RUN, start_from))}
    both: tuple[list[str], list[str]] = ([], [])
    for entry in entries(_resolved(root, uv, TO_TEST, start_from)):
        both[name_of(entry) not in to_run].append(entry)
    after = FOR_TESTS.join("".join(part) for part in both if part)
    if not keep and after != before:
        write_atomically(lock, after)
    old, new = _versions(before), _versions(after)
    return [
        Change(name, old.get(name, ""), new.get(name, ""))
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    ]


def _resolved(root: Path, uv: str, extras: Iterable[str], start_from: str) -> str:
    """The lock file that uv makes of pyproject.toml and these of its extras, and of an earlier lock file."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder, LOCK)
        if start_from:
            write_atomically(made, start_from)  # uv keeps the versions of the file that it writes
        done = subprocess.run(
            [uv, *RESOLVE, *extras, "-o", str(made)], cwd=root, capture_output=True, text=True, check=False
        )
        if done.returncode or not made.is_file():
            reason = " ".join(done.stderr.split()) or f"status {done.returncode}"
            raise PracticalsError(
                f"uv cannot make {LOCK} ({reason[:500]})",
                "See that the index of packages answers, and that pyproject.toml's ranges allow each other; "
                "the lock file is as it was",
            )
        return made.read_text("utf-8")


def _versions(lock: str) -> dict[str, str]:
    """Versions in a lock file, by package; of one that has several, by platform, all."""
    versions: dict[str, list[str]] = {}
    for line in lock.splitlines():
        if line and not line[0].isspace() and not line.startswith("#"):
            requirement = Requirement(line.rstrip("\\ "))
            versions.setdefault(canonicalize_name(requirement.name), []).append(
                str(requirement.specifier).removeprefix("==")
            )
    return {name: ", ".join(sorted(found)) for name, found in versions.items()}


def to_do(root: Path, changes: Iterable[Change] = ()) -> list[Task]:
    """What has to be done anew, in the order in which it is to be done.

    Args:
        root: the checkout.
        changes: of the lock file, since what was built and measured was. Which versions that was, is kept
            nowhere: so these count in the run that renews the lock.
    """
    reasons: dict[str, list[str]] = {}
    changes = list(changes)
    for what, why in [*_of_the_lock(root, changes), *_of_digests(root, changes)]:
        of_it = reasons.setdefault(what, [])
        if why not in of_it:
            of_it.append(why)
    return [Task(what, why) for what, why in sorted(reasons.items(), key=lambda one: _rank(one[0]))]


def _rank(what: str) -> int:
    return next((place for place, begin in enumerate(ORDER) if what.startswith(begin)), len(ORDER))


def _of_the_lock(root: Path, changes: list[Change]) -> Iterator[tuple[str, str]]:
    """What a changed lock file asks for."""
    if changes:
        yield "make setup", f"{LOCK} changed: {_named(changes)}"
    elif (finding := check_packages(root / LOCK)).gap:
        yield "make setup", f"what is installed is not what {LOCK} says: {finding.found}"
    used = _imported(root)
    if ran := [one for one in changes if one.name in used]:
        why = f"notebooks run with other versions now: {_named(ran)}"
        yield "practicals build --force", f"{why}; stored outputs are of the former ones"
        for name in practical_names(root):
            if full_path(root, name).is_file():
                yield f"practicals build {name} --full --force", f"{why}; its full run is of the former ones"
            if results_path(root, name).is_file():
                yield f"practicals measure {name} --force", f"{why}; figures are of the former ones"
                yield f"practicals calibrate {name}", f"{why}; error rates are of the former ones"
    if changes:
        yield "practicals audit", "a kept audit holds for the packages that it ran with"


def _named(changes: list[Change]) -> str:
    more = f" and {len(changes) - NAMED} more" if len(changes) > NAMED else ""
    return ", ".join(map(str, changes[:NAMED])) + more


def _imported(root: Path) -> set[str]:
    """Packages that course_utils and the practicals import, as the lock file calls them."""
    modules = set()
    texts = [source_text(root, name) for name in practical_names(root)]
    trees = [ast.parse(path.read_text("utf-8")) for path in course_utils_folder().glob("*.py")]
    for path in texts:
        for cell in read_text(path).cells:
            if cell.cell_type == "code":
                try:
                    trees.append(ast.parse(cell.source))
                except SyntaxError:  # a magic: it imports nothing that counts here
                    continue
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.Import):
            modules |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules.add(node.module.partition(".")[0])
    packages = importlib.metadata.packages_distributions()
    return {canonicalize_name(name) for module in modules for name in packages.get(module, ())}


def _of_digests(root: Path, changes: list[Change]) -> Iterator[tuple[str, str]]:
    """What the digests of built notebooks, measured figures, error rates and audits ask for."""
    utils = package_digest(course_utils_folder())
    for name in practical_names(root):
        path = source_text(root, name).with_suffix(".ipynb")
        if path.is_file():
            kept = read_notebook(path).metadata.get("practicals", {}).get("course_utils_sha256")
            if kept is not None and kept != utils:
                yield f"practicals build {name}", "course_utils was changed since its notebook was executed"
    for problem in problems(root):
        yield _what(problem.remedy), f"{problem.path}: {' '.join(problem.what.split())}"
    for name in practical_names(root):
        try:
            for sentence in calibration_problems(root, [name]):
                # build --check says of figures that are stale what calibrate says, too
                if ": results.json: " not in sentence:
                    yield _what(sentence), sentence
            if not (changes or was_audited(root, name)):  # with other packages, all are audited anew
                yield f"practicals audit {name}", "its tests were not audited as they, and the code, are now"
        except PracticalsError as error:
            yield _what(error.remedy), f"{name}: {error.problem}"


def _what(remedy: str) -> str:
    """The command that a sentence names, or the sentence."""
    found = COMMAND.search(remedy)
    return found[1] if found else remedy
