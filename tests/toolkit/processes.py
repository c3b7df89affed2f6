"""Which processes still run.

A process that has ended stays in the table until its parent has asked how it ended. Where process 1 never
asks, as in a container without an init, an orphan stays there for ever.
"""

import time
from collections.abc import Iterable

import psutil


def alive(process: psutil.Process) -> bool:
    """Whether a process runs or waits; not if it has ended and its parent has not asked yet."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def wait_for_the_end(processes: Iterable[psutil.Process | int], seconds: float) -> list[psutil.Process]:
    """Those that still run after `seconds` at most.

    Args:
        processes: or their process ids.
        seconds: to wait, if some of them run.
    """
    left = []
    for one in processes:
        try:
            left.append(psutil.Process(one) if isinstance(one, int) else one)
        except psutil.NoSuchProcess:
            continue
    deadline = time.monotonic() + seconds
    while (left := [process for process in left if alive(process)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left
