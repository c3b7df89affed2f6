"""Starts each user's server in bubblewrap, with a passwd entry of its own: tests add no accounts."""

import os
from collections.abc import Callable
from pathlib import Path

from enclosure import enclosed
from jupyterhub.spawner import LocalProcessSpawner
from traitlets import Unicode


class BubblewrapSpawner(LocalProcessSpawner):
    """JupyterHub's spawner of local processes, whose users are not users of this machine."""

    place = Unicode(help="the folder of the hub, with homes and exchange").tag(config=True)
    cmd: list[str]  # a trait of JupyterHub's, named for mypy

    def make_preexec_fn(self, name: str) -> Callable[[], None]:
        return lambda: None

    def user_env(self, env: dict[str, str]) -> dict[str, str]:
        return {**env, "USER": self.user.name, "HOME": f"/home/{self.user.name}", "SHELL": "/bin/bash"}

    async def start(self) -> tuple[str, int]:
        self.cmd = [*enclosed(Path(self.place), self.user.name), *self.cmd]
        return await super().start()

    async def _signal(self, sig: int) -> bool:
        """To the whole group: the server, and bubblewrap, which waits for it."""
        try:
            os.killpg(self.pid, sig)
        except ProcessLookupError:
            return False
        return True
