"""`practicals lab` opens JupyterLab where work begins."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import pytest

from autograder.errors import PracticalsError
from autograder.lab import open_lab

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 90  # that JupyterLab may take to start


@pytest.mark.parametrize(("name", "problem"), [("p99", "no practical called 'p99'"), (None, "is missing")])
def test_what_cannot_be_opened_is_said(course, name, problem):
    course.write()
    with pytest.raises(PracticalsError, match=problem):
        open_lab(course.root, name)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "practical"), [([], "p01_mlp_basics"), (["p03_initialization"], "p03_initialization")]
)
def test_the_browser_is_sent_to_the_practical_in_the_release(tmp_path, arguments, practical):
    # JupyterLab refuses to run as root, as CI does, unless told otherwise
    (tmp_path / "jupyter_server_config.json").write_text('{"ServerApp": {"allow_root": true}}')
    browser, asked = tmp_path / "browser", tmp_path / "asked"
    browser.write_text(f'#!/bin/sh\ncp "${{1#file://}}" "{asked}"\n')
    browser.chmod(0o755)
    settings = {"BROWSER": str(browser), "JUPYTER_PORT": "0", "JUPYTER_CONFIG_DIR": str(tmp_path)}
    with (tmp_path / "log").open("w") as log:
        lab = subprocess.Popen(
            [sys.executable, "-m", "autograder.cli", "lab", *arguments],
            cwd=ROOT, stdout=log, stderr=subprocess.STDOUT, start_new_session=True, env=os.environ | settings,
        )  # fmt: skip
    try:
        deadline = time.monotonic() + SECONDS
        while not asked.exists() or "</html>" not in asked.read_text():
            assert lab.poll() is None, (tmp_path / "log").read_text()
            assert time.monotonic() < deadline, (tmp_path / "log").read_text()
            time.sleep(0.2)
        address = urlsplit(re.search(r'href="(http[^"]+)"', asked.read_text())[1].replace("&amp;", "&"))
        assert address.hostname in ("localhost", "127.0.0.1")
        assert address.path == f"/lab/tree/{practical}/{practical}.ipynb"
        # what the server has at that path is the release
        (token,) = parse_qs(address.query)["token"]
        contents = f"http://{address.netloc}/api/contents/{practical}/{practical}.ipynb?token={token}"
        with urlopen(contents) as answer:
            served = json.load(answer)["content"]["cells"]
        released = json.loads((ROOT / "release" / practical / f"{practical}.ipynb").read_text())["cells"]
        assert [cell["id"] for cell in served] == [cell["id"] for cell in released]
        lab.send_signal(signal.SIGTERM)
        assert lab.wait(timeout=30) == 0
    finally:
        with suppress(ProcessLookupError):  # it ended by itself
            os.killpg(lab.pid, signal.SIGKILL)
        lab.wait()
