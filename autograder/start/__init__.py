"""The first minutes: what this machine has, a demonstration, JupyterLab."""
