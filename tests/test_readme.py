"""Every command in the README works: each section's commands run in a copy of the checkout, in order."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from checkout import ROOT, copy_checkout

README = (ROOT / "README.md").read_text()
# `make test` is what runs this test, and the clone is what it runs in; `make lab` ends only when told to
ELSEWHERE = {"make test", "make lab", "git clone <this repository> practicals && cd practicals"}


def sections() -> dict[str, list[str]]:
    """The commands of the README's ```sh blocks, by the heading that they stand under."""
    found = {}
    for part in re.split(r"^## ", README, flags=re.MULTILINE)[1:]:
        title = part.splitlines()[0]
        lines = "\n".join(re.findall(r"^```sh\n(.*?)^```", part, flags=re.MULTILINE | re.DOTALL)).splitlines()
        commands = [line.split("  #")[0].strip() for line in lines]
        if commands := [command for command in commands if command and not command.startswith("#")]:
            found[title] = commands
    return found


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A copy of the files that git has here, sharing this environment."""
    copy = copy_checkout(tmp_path_factory.mktemp("clone") / "practicals")
    environment = Path(sys.executable).parent.parent
    (copy / ".venv").symlink_to(environment)
    (environment / "installed").touch()  # else make would install everything again
    return copy


def run(command: str, checkout: Path) -> subprocess.CompletedProcess:
    return subprocess.run(
        ["bash", "-ec", command], cwd=checkout, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )


def test_the_readme_has_the_two_commands():
    assert {"make demo", "make test"} <= {command for commands in sections().values() for command in commands}


def keep_most_grades_of_the_demo(checkout: Path) -> None:
    """Of the class that `make demo` has graded, which the next section grades once more, three stay to do."""
    demo = checkout / "build" / "demo"
    if not demo.is_dir():
        return  # this section runs alone
    for name in ("gradebook.db", "autograded", "submitted", "feedback"):
        copy = shutil.copytree if (demo / name).is_dir() else shutil.copy2
        copy(demo / name, checkout / name)
    graded = sorted(path for path in (checkout / "autograded").iterdir() if path.is_dir())
    assert len(graded) > 6
    for student in graded[::3][:3]:
        shutil.rmtree(student)


@pytest.mark.slow
@pytest.mark.xdist_group("readme")
@pytest.mark.parametrize("section", sections())
def test_commands_of_a_section_work(section, checkout):
    commands = [command for command in sections()[section] if command not in ELSEWHERE]
    if not commands:
        pytest.skip("all of this section's commands are run elsewhere")
    if any(command.startswith("practicals grade") for command in commands):
        keep_most_grades_of_the_demo(checkout)
    answer = run("\n".join(commands), checkout)
    assert answer.returncode == 0, answer.stdout[-3000:] + answer.stderr[-3000:]


@pytest.mark.slow
@pytest.mark.xdist_group("readme")
def test_make_lab_opens_jupyterlab_on_loopback(checkout, tmp_path):
    # JupyterLab refuses to run as root, as CI does, unless told otherwise
    (tmp_path / "jupyter_server_config.json").write_text('{"ServerApp": {"allow_root": true}}')
    settings = {"BROWSER": "true", "JUPYTER_PORT": "0", "JUPYTER_CONFIG_DIR": str(tmp_path)}
    arguments = ["make", "lab"]
    log = checkout / "lab.log"
    with log.open("w") as output:
        lab = subprocess.Popen(
            arguments,
            cwd=checkout,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=os.environ | settings,
        )
    try:
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline and "is running at" not in log.read_text():
            assert lab.poll() is None, log.read_text()
            time.sleep(0.5)
        addresses = re.findall(r"https?://([^:/]+)", log.read_text())
        assert addresses
        assert set(addresses) <= {"localhost", "127.0.0.1"}
    finally:
        with suppress(ProcessLookupError):  # it ended by itself
            os.killpg(lab.pid, signal.SIGKILL)
        lab.wait()
