"""One parent of kernels for the whole test run (importing takes seconds)."""

import sys

import pytest

from autograder.engine import kernel

if sys.platform != "linux":
    collect_ignore_glob = ["test_*"]


@pytest.fixture(scope="session")
def parent():
    with kernel.KernelParent() as parent:
        parent.wait()
        yield parent


@pytest.fixture
def fork(parent):
    """A function that forks and attaches a kernel; all are stopped afterwards."""
    forked = []

    def make(**options):
        one = parent.fork(**options)
        forked.append(one)
        kernel.attach(one)
        return one

    yield make
    for one in forked:
        one.stop()
