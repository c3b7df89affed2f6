"""This checkout, and copies of it for tests that change files."""

import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def copy_checkout(folder: Path, only: str = "") -> Path:
    """Copy the files that git has here to a folder, all or those whose paths begin as the pattern says."""
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    for name in filter(re.compile(only).match, files.stdout.rstrip("\0").split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    return folder
