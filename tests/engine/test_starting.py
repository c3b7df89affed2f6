"""A grader that ends while the parent of kernels starts leaves no process behind."""

import os
import time

import psutil
import pytest

from autograder.engine import sandbox


def test_a_grader_that_is_interrupted_while_bubblewrap_starts_leaves_nothing(monkeypatch):
    def interrupted(descriptor: int):
        """Ctrl-C while the grader waits for what bubblewrap says of itself."""
        os.close(descriptor)
        raise KeyboardInterrupt

    before = _ours()
    with monkeypatch.context() as patched:
        patched.setattr(os, "fdopen", interrupted)
        with pytest.raises(KeyboardInterrupt):
            sandbox.start(["--probe"], data=None)
    deadline = time.monotonic() + 60
    while (left := _ours() - before) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert left == set()


def _ours() -> set[int]:
    """Processes that name a stage of this process in their command line: bubblewrap, its child, Python."""
    stage = f"{sandbox.STAGE}{os.getpid()}-"
    return {
        process.pid
        for process in psutil.process_iter(["cmdline", "status"])
        if process.info["status"] != psutil.STATUS_ZOMBIE
        and any(stage in word for word in process.info["cmdline"] or [])
    }
