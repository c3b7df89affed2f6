"""This process's parents of kernels: one for each setting, started early and ended with the process.

It imports little, so that TensorFlow, which takes longest, is imported beside all else.
"""

import atexit
import os
import threading
from pathlib import Path

from autograder.engine import sandbox
from autograder.engine.kernel import KernelParent
from course_utils.data import chosen_folder, keras_home

_parents: dict[tuple, KernelParent] = {}
_parents_lock = threading.Lock()


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def start_early(*, sandboxed: bool = True) -> None:
    """Start this process's parent of kernels, if there will be one, so that it imports while others work.

    Raises:
        SandboxUnavailable: this machine cannot isolate student code.
    """
    if sandboxed or sandbox.HAS_NAMESPACES:
        kernel_parent(sandboxed=sandboxed)


def kernel_parent(*, sandboxed: bool = True) -> KernelParent:
    """This process's parent of kernels, started when it is first needed and ended with the process."""
    data = data_folder()
    settings = sandbox.environment(data, sandboxed=sandboxed)
    key = (os.getpid(), sandboxed, data, *sorted(settings.items()))
    with _parents_lock:
        parent = _parents.get(key)
        if parent is None or not parent.alive:
            if parent is not None:
                parent.close()
            parent = _parents[key] = KernelParent(data=data, sandboxed=sandboxed)
        return parent


@atexit.register
def close_parents() -> None:
    """End this process's parents of kernels, and with them all their kernels."""
    with _parents_lock:
        for key in [key for key in _parents if key[0] == os.getpid()]:
            _parents.pop(key).close()


def data_folder() -> Path | None:
    """The folder of data sets that kernels may read: COURSE_DATA_DIR, else Keras' cache."""
    folders = [chosen_folder(), keras_home() / "datasets"]
    return next((folder.resolve() for folder in folders if folder and folder.is_dir()), None)
