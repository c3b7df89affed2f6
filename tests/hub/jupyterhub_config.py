"""The settings of docs/jupyterhub.md, and what is a test's own: ports, passwords, the spawner."""

import json
import os
import sys
from pathlib import Path

from checkout import ROOT
from hub import PROXY, PYTHON, files_of_page
from spawner import BubblewrapSpawner

exec(files_of_page()["/etc/jupyterhub/jupyterhub_config.py"])

settings = json.loads(Path(os.environ["HUB_SETTINGS"]).read_text())
c = get_config()  # type: ignore[name-defined]  # noqa: F821 (JupyterHub defines it)
for name in ("bind_url", "hub_bind_url"):
    setattr(c.JupyterHub, name, settings[name])
c.ConfigurableHTTPProxy.api_url = settings["api_url"]
c.ConfigurableHTTPProxy.command = ["node", str(PROXY)]

c.JupyterHub.spawner_class = BubblewrapSpawner
c.BubblewrapSpawner.place = settings["place"]
c.Spawner.cmd = [sys.executable, "-m", "jupyterhub.singleuser"]
c.Spawner.environment["PYTHONPATH"] = f"{PYTHON}:{ROOT}"

c.JupyterHub.authenticator_class = "shared-password"
c.SharedPasswordAuthenticator.user_password = settings["password"]
c.JupyterHub.services.append({"name": "tests", "api_token": settings["token"]})
scopes = ["admin:users", "admin:servers", "access:servers"]
c.JupyterHub.load_roles.append({"name": "tests", "scopes": scopes, "services": ["tests"]})
