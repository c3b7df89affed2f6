"""The Chromium that tests drive: the machine's own, or Debian's, fetched and unpacked without being root.

`make browser` runs this file. Nothing is installed: the packages that are missing here, as apt works them out
and checks them against its signed lists, are unpacked into a folder below the cache of the user, and a script
there starts the program with the libraries and fonts that came with it.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.sax.saxutils import escape

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "deep-learning-practicals"
FETCHED = CACHE / "chromium" / "start"
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
MISSING = "there is no Chromium here"
REMEDY = "`make browser` fetches one where there is apt; any on the PATH will do"
# pages of the tests are on this machine: nothing is to be asked of any other
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
)
SECONDS = 900  # that fetching may take


def find() -> str | None:
    """The program, or None where there is none that starts."""
    for program in (*map(shutil.which, PROGRAMS), FETCHED):
        if program and starts(program):
            return str(program)
    return None


def starts(program: str | Path) -> bool:
    """Whether it tells its version; it does not where a library is missing."""
    try:
        done = subprocess.run([program, "--version"], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def fetch() -> None:
    """Fetch and unpack the packages; raises CalledProcessError or OSError where apt cannot."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        work, new = Path(folder), Path(folder) / "chromium"
        for name in ("lists/partial", "archives/partial", "chromium/files"):
            (work / name).mkdir(parents=True)
        # lists and packages in folders of our own, what is installed as dpkg has it
        apt = [
            "apt-get", "-qq", "-o", f"Dir::State::Lists={work}/lists", "-o", f"Dir::Cache={work}",
            "-o", "Debug::NoLocking=true", "-o", "APT::Sandbox::User=", "-o", "Acquire::Retries=2",
        ]  # fmt: skip
        install = ["install", "--download-only", "--yes", "--no-install-recommends", "chromium"]
        for command in (["update"], install):
            subprocess.run([*apt, *command], check=True, timeout=SECONDS, stdin=subprocess.DEVNULL)
        for package in sorted((work / "archives").glob("*.deb")):
            subprocess.run(["dpkg", "-x", package, new / "files"], check=True)
        shutil.rmtree(FETCHED.parent, ignore_errors=True)
        write_start(new, FETCHED.parent)
        new.rename(FETCHED.parent)


def write_start(folder: Path, place: Path) -> None:
    """Write the script that starts it and the settings of its fonts; the folder will be at this place."""
    files = place / "files"
    # some packages keep libraries in a folder of their own below that of all
    libraries = [
        place / found.relative_to(folder)
        for pattern in (
            "lib/*-linux-gnu*",
            "lib/*-linux-gnu*/*",
            "usr/lib/*-linux-gnu*",
            "usr/lib/*-linux-gnu*/*",
        )
        for found in sorted((folder / "files").glob(pattern))
        if any(found.glob("lib*.so*"))
    ]
    fonts = "".join(
        f"<dir>{escape(str(path))}</dir>" for path in ("/usr/share/fonts", files / "usr/share/fonts")
    )
    rules = [f"{files}/usr/share/fontconfig/conf.avail/{name}.conf" for name in ("45-latin", "60-latin")]
    for path in ("/etc/fonts/fonts.conf", *rules):
        fonts += f'<include ignore_missing="yes">{escape(path)}</include>'
    (folder / "fonts.conf").write_text(
        f"<fontconfig>{fonts}<cachedir>{escape(str(place))}/fonts</cachedir></fontconfig>\n"
    )
    start = folder / "start"
    start.write_text(
        "#!/bin/sh\n"
        f'export LD_LIBRARY_PATH="{":".join(map(str, libraries))}"\n'
        f'export FONTCONFIG_FILE="{place}/fonts.conf"\n'
        f'exec "{files}/usr/lib/chromium/chromium" {FLAGS} "$@"\n'
    )
    start.chmod(0o755)


def main() -> None:
    """Fetch one where there is none; where that cannot be done, the tests say so and fail if they must."""
    if find():
        return
    print("Fetching Chromium for the tests of pages: some minutes, 400 MB in the cache, once", flush=True)
    try:
        fetch()
    except (OSError, subprocess.SubprocessError) as error:
        print(f"Chromium could not be fetched: {error}", file=sys.stderr)
    print(find() or f"{MISSING}: its tests cannot run")


def required() -> bool:
    """Whether tests that need a browser must not be skipped."""
    return os.environ.get("REQUIRE_BROWSER") == "1"


if __name__ == "__main__":
    main()
