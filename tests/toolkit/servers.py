"""Servers that tests start as users do, and that are gone when the tests are over."""

import functools
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import psutil
from processes import alive, wait_for_the_end

START_SECONDS, END_SECONDS = 300, 30
BETWEEN_LOOKS = 0.05  # seconds, at a server that starts


class Server:
    """A server in a process of its own, on a free port of this machine.

    Args:
        command: what starts it.
        folder: where it is started.
        env: its variables; HOME must be its own, and is how its descendants are known.
        address: what in its log is its address; the first group.
    """

    def __init__(self, command: list[str], folder: Path, env: dict[str, str], address: str):
        self.program = Path(command[0]).name
        self.home, self.address = env["HOME"], re.compile(address)
        self.log = Path(env["HOME"]) / "server.log"
        if setpriv := shutil.which("setpriv"):  # it ends too when these tests are killed
            command = [setpriv, "--pdeathsig", "TERM", *command]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )

    @functools.cached_property
    def url(self) -> str:
        """Its address, as soon as its log tells and it listens there."""
        deadline = time.monotonic() + START_SECONDS
        while not ((found := self.address.search(self.told())) and listens(found[1])):
            assert self.process.poll() is None, f"{self.program} ended:\n{self.told()}"
            assert time.monotonic() < deadline, f"{self.program} does not listen:\n{self.told()}"
            time.sleep(BETWEEN_LOOKS)
        return found[1]

    def told(self) -> str:
        """What it has logged."""
        return self.log.read_text(errors="replace")

    def end(self) -> None:
        """End it as Ctrl-C or a service manager does; what it started must be gone then too."""
        family = self.family().union(psutil.Process(self.process.pid).children(recursive=True))
        self.process.terminate()
        try:
            self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        left = [*{*wait_for_the_end(family, END_SECONDS), *self.family()}]
        names = [f"{process.pid} {process.name()}" for process in left]
        for process in left:
            process.kill()
        assert not left, f"{self.program} left {names}:\n{self.told()}"

    def family(self) -> set[psutil.Process]:
        """All that it started, also what changed its parent; zombies are gone."""
        found = set()
        for process in psutil.process_iter(["environ"]):
            if not alive(process) or process.pid == self.process.pid:
                continue
            if (process.info["environ"] or {}).get("HOME") == self.home:
                found.add(process)
        return found


class Lab(Server):
    """JupyterLab with a token; `folder` is what its file browser shows.

    Args:
        folder: where it is started.
        env: as in `Server`.
    """

    def __init__(self, folder: Path, env: dict[str, str]):
        self.token = secrets.token_hex(16)
        self.folder = folder
        quiet = Path(env["HOME"], ".jupyter/lab/user-settings/@jupyterlab/apputils-extension")
        quiet.mkdir(parents=True)
        # it would ask whether it may fetch news
        (quiet / "notification.jupyterlab-settings").write_text(
            '{"checkForUpdates": false, "fetchNews": "false"}'
        )
        command = [
            sys.executable, "-m", "jupyter", "lab", "--no-browser", "--ServerApp.ip=127.0.0.1",
            f"--ServerApp.port={free_port()}", f"--IdentityProvider.token={self.token}",
        ]  # fmt: skip
        if os.name == "posix" and os.geteuid() == 0:
            command.append("--allow-root")
        super().__init__(command, folder, env, r"(http://127\.0\.0\.1:\d+)/lab\?token=")

    @property
    def start_page(self) -> str:
        """The address of JupyterLab, with the token; nothing that was open before is opened again."""
        return f"{self.url}/lab?reset&token={self.token}"


def free_port() -> int:
    """A port that nobody listens on; JupyterLab tries others if somebody comes first."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def listens(url: str) -> bool:
    """Whether somebody listens there."""
    try:
        socket.create_connection((urlsplit(url).hostname, urlsplit(url).port)).close()
    except OSError:
        return False
    return True
