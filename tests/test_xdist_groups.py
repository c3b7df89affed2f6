"""`make test` shares servers, sites and classes between tests: one worker has all tests of a group."""

import sys

from command_line import run

FOUR_TESTS = """
import pytest


@pytest.mark.xdist_group("one")
@pytest.mark.parametrize("number", range(4))
def test_which_worker(number, worker_id):
    with open("workers.txt", "a") as file:
        print(worker_id, file=file)
"""


def test_one_worker_runs_all_tests_of_a_group(tmp_path):
    (tmp_path / "test_group.py").write_text(FOUR_TESTS)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-n",
        "2",
        "--dist",
        "loadgroup",
        "-p",
        "no:cacheprovider",
    ]
    run(command, cwd=tmp_path)
    workers = (tmp_path / "workers.txt").read_text().split()
    assert len(workers) == 4
    assert len(set(workers)) == 1
