"""What each user of a test's hub runs in: bubblewrap, with a name, a home and folders of its own.

nbgrader takes the operating system's user for the student. Inside, /etc/passwd is the hub's own, and the
process has the number that this file gives the user, so that no account is added to the machine. Where root
runs the tests, the number is the process's own outside, too: then users cannot read each other's files.
Otherwise all are the one who runs the tests.
"""

import os
import sys
import sysconfig
from pathlib import Path

from checkout import ROOT

from autograder.engine.sandbox import find_bwrap

INSTRUCTOR = "instructor"
USERS = {INSTRUCTOR: 61001, "anna": 61002, "ben": 61003}  # numbers that no account has
# the same paths as in docs/jupyterhub.md
EXCHANGE = Path("/srv/nbgrader/exchange")
DATA = Path("/srv/data")
# Root binds what the user shall see, wherever it lies, to places that any user can walk to, in a mount
# namespace of its own; then gives up root and starts bubblewrap.
STAGE = "/mnt"
AS_ROOT = """
set -e
cd /
mount -t tmpfs -o mode=755,size=1m tmpfs STAGE
number=0
while [ "$1" != -- ]; do
    if [ -d "$1" ]; then mkdir "STAGE/$number"; else : > "STAGE/$number"; fi
    mount --rbind "$1" "STAGE/$number"
    number=$((number + 1)); shift
done
shift
exec setpriv --reuid="$NUMBER" --regid="$NUMBER" --clear-groups --inh-caps=-all --no-new-privs "$@"
""".replace("STAGE", STAGE)
SYSTEM = [
    *map(Path, ("/usr", "/lib", "/lib64", "/bin", "/sbin")),
    *map(Path, ("/etc/alternatives", "/etc/fonts", "/etc/hosts", "/etc/ssl")),
]


def make_folders(place: Path) -> None:
    """Write the folders of a hub: homes, exchange, data, and the /etc that its users see."""
    for folder in ("exchange", "data", "etc/jupyter", *(f"home/{user}" for user in USERS)):
        (place / folder).mkdir(parents=True)
    (place / "exchange").chmod(0o777)
    rows = [f"{user}:x:{number}:{number}::/home/{user}:/bin/bash" for user, number in USERS.items()]
    (place / "etc" / "passwd").write_text("\n".join(rows) + "\n")
    (place / "etc" / "group").write_text("".join(f"{user}:x:{number}:\n" for user, number in USERS.items()))


def give_homes(place: Path) -> None:
    """Give each user what lies in the home, which others cannot enter; as root only."""
    for user, number in USERS.items():
        home = place / "home" / user
        home.chmod(0o700)
        if os.geteuid() == 0:
            for path in (home, *home.rglob("*")):
                os.chown(path, number, number)


def enclosed(place: Path, user: str) -> list[str]:
    """The beginning of a command that runs as a user of the hub in this folder.

    Args:
        place: as `make_folders` wrote it.
        user: one of USERS. The instructor alone sees the code that grades.
    """
    number, home = str(USERS[user]), f"/home/{user}"
    readable, writable = folders(place, user)
    sources = [*readable, *writable]
    as_root = os.geteuid() == 0
    begin = []
    if as_root:
        begin = ["unshare", "--mount", "--propagation", "private", "--"]
        begin += ["sh", "-c", AS_ROOT.replace("$NUMBER", number), "sh", *map(str, sources), "--"]
    begin += [find_bwrap(), "--unshare-user", "--uid", number, "--gid", number, "--unshare-ipc"]
    begin += ["--tmpfs", "/tmp"]
    for index, source in enumerate(sources):
        inside = readable.get(source) or writable[source]
        here = f"{STAGE}/{index}" if as_root else str(source)
        begin += ["--ro-bind" if source in readable else "--bind", here, str(inside)]
    for path in filter(Path.is_symlink, SYSTEM):
        begin += ["--symlink", str(path.readlink()), str(path)]
    begin += ["--dev", "/dev"]
    # the engine closes submissions in with a /proc of their own, which needs one that nothing covers
    begin += ["--bind", "/proc", "/proc"] if user == INSTRUCTOR else ["--unshare-pid", "--proc", "/proc"]
    return [*begin, "--chdir", home, "--"]


def folders(place: Path, user: str) -> tuple[dict[Path, Path], dict[Path, Path]]:
    """What a user can read, and what change: paths here, with those inside."""
    packages = [Path(entry) for entry in sys.path if entry.endswith(("site-packages", "dist-packages"))]
    python = {Path(sys.prefix), Path(sys.base_prefix), *map(Path, sysconfig.get_paths().values()), *packages}
    code = [ROOT / "course_utils", ROOT / "build" / "hub" / "python"]
    if user == INSTRUCTOR:
        code.append(ROOT / "autograder")
    # parents sort before what is inside them
    system = [path for path in SYSTEM if not path.is_symlink()]
    same = [path for path in (*system, *sorted(python), *code) if path.exists()]
    readable = {path: path for path in same}
    for name in ("passwd", "group", "jupyter"):
        readable[place / "etc" / name] = Path("/etc", name)
    readable[place / "data"] = DATA
    return readable, {place / "exchange": EXCHANGE, place / "home" / user: Path("/home", user)}
