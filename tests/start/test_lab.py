"""`practicals lab` opens JupyterLab where work begins."""

import html
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import nbformat
import pytest
from command_line import PRACTICALS, environment
from jupyterlab.labapp import LabApp

from autograder.errors import PracticalsError
from autograder.start.lab import open_lab, working_copy

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 90  # that JupyterLab may take to start


@pytest.mark.parametrize(("name", "problem"), [("p99", "no practical called 'p99'"), (None, "is missing")])
def test_what_cannot_be_opened_is_said(course, name, problem):
    course.write()
    with pytest.raises(PracticalsError, match=problem):
        open_lab(course.root, name)


def release(root: Path, name: str, text: str) -> Path:
    """A release of one cell with this text."""
    path = root / "release" / name / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    cell = nbformat.v4.new_markdown_cell(text, id="only")
    metadata = {"language_info": {"name": "python"}}
    path.write_text(nbformat.writes(nbformat.v4.new_notebook(cells=[cell], metadata=metadata)))
    return path


def text_of(path: Path) -> str:
    """The text of that cell."""
    return nbformat.read(path, as_version=4).cells[0].source


def test_work_is_copied_once_and_never_written_over(tmp_path):
    release(tmp_path, "p01", "first release")
    assert working_copy(tmp_path, ["p01", "p02"]) == []
    copy = tmp_path / "work" / "p01" / "p01.ipynb"
    assert text_of(copy) == "first release"
    copy.write_text("my answers")
    assert working_copy(tmp_path, ["p01"]) == []
    release(tmp_path, "p01", "second release")
    (sentence,) = working_copy(tmp_path, ["p01"])
    assert sentence.startswith("There is a newer release of p01. Your notebook work/p01/p01.ipynb stays")
    assert copy.read_text() == "my answers"
    assert text_of(tmp_path / "release" / "p01" / "p01.ipynb") == "second release"
    # what the sentence says to do
    copy.rename(copy.with_name("mine.ipynb"))
    assert working_copy(tmp_path, ["p01"]) == []
    assert text_of(copy) == "second release"


def test_a_copy_differs_from_its_release_in_what_the_kernel_says_of_its_language_alone(tmp_path):
    released = nbformat.read(release(tmp_path, "p01", "a release"), as_version=4)
    working_copy(tmp_path, ["p01"])
    copy = nbformat.read(tmp_path / "work" / "p01" / "p01.ipynb", as_version=4)
    assert copy.metadata.language_info.version == platform.python_version()
    assert copy.metadata.language_info.name == "python"
    copy.metadata.language_info = released.metadata.language_info
    assert copy == released


def test_an_untouched_copy_without_a_record_is_not_called_old(tmp_path):
    release(tmp_path, "p01", "a release")
    working_copy(tmp_path, ["p01"])
    (tmp_path / "work" / ".copied.json").unlink()
    assert working_copy(tmp_path, ["p01"]) == []


def test_a_release_that_is_no_notebook_is_said(tmp_path):
    release(tmp_path, "p01", "a release").write_text("{")
    with pytest.raises(PracticalsError, match=r"p01\.ipynb is not a readable notebook"):
        working_copy(tmp_path, ["p01"])


def test_a_lost_record_costs_no_work(tmp_path):
    release(tmp_path, "p01", "a release")
    working_copy(tmp_path, ["p01"])
    (tmp_path / "work" / ".copied.json").write_text("[")
    (tmp_path / "work" / "p01" / "p01.ipynb").write_text("my answers")
    assert len(working_copy(tmp_path, ["p01"])) == 1
    assert (tmp_path / "work" / "p01" / "p01.ipynb").read_text() == "my answers"


@pytest.mark.parametrize(("set_before", "level"), [(None, "3"), ("0", "0")])
def test_kernels_say_nothing_of_a_missing_gpu_unless_asked_to(course, monkeypatch, set_before, level):
    course.write()
    release(course.root, "toy", "a release")
    for variable in ("TF_CPP_MIN_LOG_LEVEL", "JUPYTER_CONFIG_PATH"):
        monkeypatch.setenv(variable, "0")  # so that it is put back
        monkeypatch.delenv(variable)
    if set_before:
        monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", set_before)
    found = []
    monkeypatch.setattr(
        LabApp, "launch_instance", lambda **_: found.append(os.environ["TF_CPP_MIN_LOG_LEVEL"])
    )
    open_lab(course.root)
    assert found == [level]


def test_a_system_without_root_opens_it_too(course, monkeypatch):
    """Windows has no `os.geteuid`."""
    course.write()
    release(course.root, "toy", "a release")
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "")  # so that it is put back
    monkeypatch.delattr(os, "geteuid")
    found = []
    monkeypatch.setattr(LabApp, "launch_instance", lambda argv: found.append(argv))
    open_lab(course.root)
    assert "--allow-root" not in found[0]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "practical"),
    [(["--port=0"], "p01_mlp_basics"), (["p03_initialization", "--", "--port", "0"], "p03_initialization")],
)
def test_the_browser_is_sent_to_a_copy_of_the_practical(tmp_path, arguments, practical):
    checkout = tmp_path / "checkout"
    for file in (
        "nbgrader_config.py",
        f"source/{practical}/{practical}.py",
        f"release/{practical}/{practical}.ipynb",
    ):
        (checkout / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, checkout / file)
    browser, asked = tmp_path / "browser", tmp_path / "asked"
    browser.write_text(f'#!/bin/sh\ncp "${{1#file://}}" "{asked}"\n')
    browser.chmod(0o755)
    settings = {"BROWSER": str(browser), "JUPYTER_CONFIG_DIR": str(tmp_path)}
    with (tmp_path / "log").open("w") as log:
        lab = subprocess.Popen(
            [*PRACTICALS, "lab", *arguments], cwd=checkout, env=environment(**settings),
            start_new_session=True, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        deadline = time.monotonic() + SECONDS
        while not asked.exists() or "</html>" not in asked.read_text():
            assert lab.poll() is None, (tmp_path / "log").read_text()
            assert time.monotonic() < deadline, (tmp_path / "log").read_text()
            time.sleep(0.2)
        links = re.findall(r'href="(http[^"]+)"', asked.read_text())
        address = urlsplit(html.unescape(links[0]))
        assert address.hostname in ("localhost", "127.0.0.1")
        assert address.path == f"/lab/tree/{practical}/{practical}.ipynb"
        # what the server has at that path is a copy of the release
        (token,) = parse_qs(address.query)["token"]
        contents = f"http://{address.netloc}/api/contents/{practical}/{practical}.ipynb?token={token}"
        with urlopen(contents) as answer:
            served = json.load(answer)["content"]["cells"]
        with urlopen(f"http://{address.netloc}/lab?token={token}") as answer:
            assert "@jupyter/nbgrader:create-assignment" in answer.read().decode()  # disabled
        released = json.loads((ROOT / "release" / practical / f"{practical}.ipynb").read_text())["cells"]
        assert [cell["id"] for cell in served] == [cell["id"] for cell in released]
        lab.send_signal(signal.SIGTERM)
        assert lab.wait(timeout=30) == 0
    finally:
        with suppress(ProcessLookupError):  # it ended by itself
            os.killpg(lab.pid, signal.SIGKILL)
        lab.wait()
