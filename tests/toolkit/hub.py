"""A JupyterHub on this machine, set up as docs/jupyterhub.md says, each user closed in with bubblewrap."""

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import requests
from checkout import ROOT
from command_line import environment
from enclosure import DATA, INSTRUCTOR, USERS, enclosed, give_homes, make_folders
from servers import END_SECONDS, Server, free_port

BUILT = ROOT / "build" / "hub"
PYTHON = BUILT / "python"  # packages of the extra `hub`, beside those of this environment
PROXY = BUILT / "node" / "node_modules" / "configurable-http-proxy" / "bin" / "configurable-http-proxy"
PAGE = ROOT / "docs" / "jupyterhub.md"
CONFIG = ROOT / "tests" / "hub" / "jupyterhub_config.py"
MISSING = "there is no JupyterHub here"
REMEDY = "`make hub` fetches it where there is Node 20 or newer"
SECONDS = 300  # that anything asked of the hub may take


def missing() -> str:
    """What of a hub is not here; "" where all is."""
    absent = [name for name in ("node", "bash") if not shutil.which(name)]
    absent += [path.name for path in (PYTHON / "jupyterhub", PROXY) if not path.exists()]
    return f"{', '.join(absent)} not here" if absent else ""


def required() -> bool:
    """Whether tests that need a hub must not be skipped."""
    return os.environ.get("REQUIRE_HUB") == "1"


def files_of_page() -> dict[str, str]:
    """The files that docs/jupyterhub.md shows, by the path in their first line."""
    blocks = re.findall(r"^```\w+\n(?:#|//) ([/~]\S+)\n(.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S)
    return dict(blocks)


class Hub:
    """A hub that runs until `end`; each user's server starts when it is asked for.

    Args:
        place: an empty folder, for all that belongs to it.
    """

    def __init__(self, place: Path):
        self.place = place
        make_folders(place)
        for path, text in files_of_page().items():
            here = place / path.replace("~", f"home/{INSTRUCTOR}").lstrip("/")
            here.parent.mkdir(parents=True, exist_ok=True)
            here.write_text(text)
        give_homes(place)
        (place / "root").mkdir()
        self.token, self.password = secrets.token_hex(32), secrets.token_hex(32)
        ports = [free_port() for _ in range(3)]
        self.url, self.inner, self.proxy = (f"http://127.0.0.1:{port}" for port in ports)
        settings = {
            "place": str(place),
            "token": self.token,
            "password": self.password,
            "bind_url": self.url,
            "hub_bind_url": self.inner,
            "api_url": self.proxy,
        }
        (place / "settings.json").write_text(json.dumps(settings))
        self.start()

    def start(self) -> None:
        """Start it, also after `stop`."""
        imports = (PYTHON, ROOT, ROOT / "tests" / "toolkit", CONFIG.parent)
        settings = {"HOME": str(self.place / "root"), "HUB_SETTINGS": str(self.place / "settings.json")}
        env = environment(*imports, **settings)
        command = [sys.executable, "-m", "jupyterhub", "-f", str(CONFIG)]
        self.server = _Hub(
            command, self.place, env, r"JupyterHub is now running at (http://127\.0\.0\.1:\d+)"
        )
        self.server.inner = self.inner
        assert self.server.url == self.url

    def stop(self) -> None:
        """Stop the hub and its proxy, and no user's server."""
        self.server.process.terminate()
        self.server.process.wait(END_SECONDS)

    def end(self) -> None:
        """End all of it; nothing may be left."""
        if self.server.process.poll() is not None:
            self.start()
        for user in USERS:
            self.end_server(user)
        self.server.end()

    def end_server(self, user: str) -> None:
        """End a user's server, if it runs."""
        self.ask("DELETE", f"/hub/api/users/{user}/server")
        self.wait(lambda: not self.runs(user))

    def runs(self, user: str) -> bool:
        """Whether the user has a server, be it one that starts or ends."""
        return bool(self.ask("GET", f"/hub/api/users/{user}").json()["servers"])

    def wait(self, until: Callable[[], bool]) -> None:
        """Wait until it is so."""
        deadline = time.monotonic() + SECONDS
        while not until():
            assert time.monotonic() < deadline, self.server.told()
            time.sleep(0.1)

    def ask(self, method: str, path: str, **options: Any) -> requests.Response:
        """Ask the hub, or with a path `/user/NAME/…` a user's server, which must run."""
        headers = {"Authorization": f"token {self.token}"}
        return requests.request(method, self.url + path, headers=headers, timeout=SECONDS, **options)

    def serve(self, user: str) -> None:
        """Start a user's server, if it does not run."""
        answer = self.ask("POST", f"/hub/api/users/{user}/server")
        assert answer.status_code in (201, 202, 400), answer.text
        self.wait(lambda: self.ask("GET", f"/user/{user}/api/status").ok)

    def run(self, user: str, *command: str, cwd: str = "", check: bool = True) -> subprocess.CompletedProcess:
        """Run a command as a user types it in a terminal of the server.

        Args:
            user: whose.
            command: it and its arguments.
            cwd: below the home.
            check: it must succeed.
        """
        begin = [*enclosed(self.place, user), "env", f"--chdir=/home/{user}/{cwd}"]
        env = environment(PYTHON, ROOT, HOME=f"/home/{user}", COURSE_DATA_DIR=str(DATA))
        done = subprocess.run([*begin, *command], env=env, capture_output=True, text=True, check=False)
        assert not check or done.returncode == 0, f"{command}:\n{done.stdout}\n{done.stderr}"
        return done

    def home(self, user: str) -> Path:
        """A user's home, as this machine sees it."""
        return self.place / "home" / user

    @property
    def exchange(self) -> Path:
        """The exchange, as this machine sees it."""
        return self.place / "exchange"


class _Hub(Server):
    """The hub's process; of its family is all that knows its address."""

    inner = ""

    def family(self) -> set[psutil.Process]:
        found = super().family()
        for process in psutil.process_iter(["environ"]):
            if (process.info["environ"] or {}).get("JUPYTERHUB_API_URL", "").startswith(self.inner):
                found.add(process)
        return found
