"""What /proc says of processes, read cheaply; processor time of all that descends from one."""

import os
from collections import defaultdict


def processes() -> list[int]:
    """Ids of all processes that /proc shows."""
    with os.scandir("/proc") as entries:
        return [int(entry.name) for entry in entries if entry.name.isdigit()]


def read(path: str) -> bytes:
    """A short file of /proc; made for being read many times a second.

    Args:
        path: of a file below 4 kB.

    Raises:
        OSError: it is not there, or not ours to read.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(descriptor, 4096)
    finally:
        os.close(descriptor)


def seconds_below(ancestor: int) -> float:
    """Processor time of a process's descendants so far: user and system time, in seconds.

    A process that has ended counts where it was waited for: with its parent, or with the ancestor. The
    ancestor's own time is left out. Processes are read by rising numbers, parents mostly before children, so
    that one that ends meanwhile is rather missed for a moment than counted twice.

    Args:
        ancestor: its process id, as /proc has it here.
    """
    own: dict[int, int] = {}
    reaped: dict[int, int] = {}
    children: defaultdict[int, list[int]] = defaultdict(list)
    for pid in sorted(processes()):
        try:
            stat = read(f"/proc/{pid}/stat")
        except OSError:  # it has ended
            continue
        # proc(5); its name comes before, and may hold anything
        fields = stat.rsplit(b")", 1)[1].split()
        children[int(fields[1])].append(pid)
        own[pid] = int(fields[11]) + int(fields[12])
        reaped[pid] = int(fields[13]) + int(fields[14])
    ticks = reaped.get(ancestor, 0)
    family = list(children[ancestor])
    for pid in family:  # grows meanwhile
        ticks += own[pid] + reaped[pid]
        family += children[pid]
    return ticks / os.sysconf("SC_CLK_TCK")
