"""A host for probes, and a parent of kernels with limits that a probe passes with little."""

import sys

import pytest

if sys.platform != "linux":
    collect_ignore_glob = ["test_*"]


@pytest.fixture
def host(tmp_path):
    """See `probes.Host`."""
    from probes import made_host

    with made_host(tmp_path) as host:
        yield host


@pytest.fixture(scope="session")
def parent():
    from probes import LIMITS

    from autograder.engine.kernel import KernelParent

    with KernelParent() as parent:
        for trusted in (False, True):
            parent.fork(LIMITS.resources, trusted=trusted).stop()  # which leaves a spare one each time
        yield parent
