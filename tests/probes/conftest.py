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
    """Forks the kernels of all probes; in the end it must still have some for an honest submission."""
    import engine_course as course
    from probes import HONEST, LIMITS, MARKS

    from autograder.engine import split
    from autograder.engine.kernel import KernelParent

    with KernelParent() as parent:
        for trusted in (False, True):
            parent.fork(LIMITS.resources, trusted=trusted).stop()  # which leaves a spare one each time
        yield parent
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(split, "kernel_parent", lambda **_: parent)
            after = split.execute_notebook(
                course.submission(HONEST), LIMITS, {}, references=course.REFERENCES
            )
        assert course.scores(after) == MARKS
