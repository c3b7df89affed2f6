"""Grading on a Dask cluster: real worker processes on this machine, the results of a local run."""

import asyncio
import concurrent.futures
import os
import shutil
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock, create_autospec

import distributed
import pytest
from distributed.client import (
    CancelledFuturesGroup,
    ClosedClientError,
    FutureCancelledError,
    FuturesCancelledError,
)
from graded_class import by_student, graded
from light_kernels import program
from rich.console import Console
from toy_course import GOOD, HALF_SQUARE, ToyCourse

from autograder.engine.job import Job, execute_job
from autograder.engine.limits import Limits
from autograder.errors import PracticalsError
from autograder.grading import cluster as module
from autograder.grading.cluster import compare, environment
from autograder.grading.options import GradeOptions
from autograder.grading.run import grade
from autograder.practical import digests

SLOW = "def square(x):\n    return x * x\nimport time\ntime.sleep(3)"


def local_cluster(folder: Path) -> distributed.LocalCluster:
    """A scheduler and two workers, each a process of one thread under a nanny that starts it anew."""
    light = f"import light_kernels, pathlib\nlight_kernels.use(pathlib.Path({str(program())!r}))"
    return distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None,
        local_directory=str(folder), preload=[light],
    )  # fmt: skip


@pytest.fixture(scope="module")
def cluster(tmp_path_factory) -> Iterator[distributed.LocalCluster]:
    """One for all tests: its workers are killed and started anew."""
    with local_cluster(tmp_path_factory.mktemp("cluster")) as local:
        yield local


@pytest.fixture
def mortal(tmp_path) -> Iterator[distributed.LocalCluster]:
    """One for a test that closes it: its worker is a thread of this process, with its parent of kernels."""
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, protocol="tcp://", host="127.0.0.1",
        dashboard_address=None, local_directory=str(tmp_path),
    ) as local:  # fmt: skip
        yield local


def workers_pids(local: distributed.LocalCluster) -> list[int]:
    with distributed.Client(local, set_as_default=False) as client:
        return list(client.run(os.getpid).values())


def kills_its_worker(job: Job, there: dict) -> tuple[str, dict]:
    """On a worker: what running out of memory does to it, for one submission."""
    if "this one kills" in job.notebook:
        os.kill(os.getpid(), signal.SIGKILL)
    return execute_job(job)


def class_of_eight(toy: ToyCourse) -> None:
    for number in range(4):
        toy.submit(f"s{number}_slow", {**GOOD, "square": SLOW})
    toy.submit("s4_half", {**GOOD, "square": HALF_SQUARE})
    toy.submit("s5_words", {**GOOD, "why": "Because."})
    toy.submit("s6_dies", {**GOOD, "square": "import os\ndef square(x):\n    os._exit(0)"})
    toy.submit("s7_untouched")


@pytest.mark.slow
def test_the_results_are_those_of_a_local_run_although_a_worker_is_killed(toy, cluster):
    class_of_eight(toy)
    graded(toy, output=toy.root / "local")
    pids = workers_pids(cluster)
    started = toy.root / "on_cluster" / "autograded" / "s4_half"

    def kill_in_mid_run() -> None:
        while not list(started.parent.glob("*/toy.json")):
            time.sleep(0.2)
        os.kill(pids[0], signal.SIGKILL)

    killer = threading.Thread(target=kill_in_mid_run, daemon=True)
    killer.start()
    graded(toy, output=toy.root / "on_cluster", cluster=cluster.scheduler_address)
    killer.join(timeout=0)
    assert not killer.is_alive()
    assert pids[0] not in workers_pids(cluster)
    tables = [(toy.root / output / "grades.csv").read_text() for output in ("local", "on_cluster")]
    assert tables[0] == tables[1]


@pytest.mark.slow
def test_a_submission_that_kills_its_workers_gets_a_row_and_costs_no_other(toy, cluster, monkeypatch):
    # given up when it lost one worker, not four: starting them takes long
    monkeypatch.setattr(cluster.scheduler, "allowed_failures", 0)
    toy.submit("s1_good", GOOD)
    toy.submit("s2_kills", {**GOOD, "mean": "# this one kills"})
    toy.submit("s3_half", {**GOOD, "square": HALF_SQUARE})
    monkeypatch.setattr(module, "_execute_on_worker", kills_its_worker)
    results = by_student(graded(toy, cluster=cluster.scheduler_address))
    assert results["s2_kills"].status == (
        "not graded: every worker of the cluster that executed it was killed; was the memory used up?"
    )
    assert "without --cluster" in results["s2_kills"].remedy
    assert results["s1_good"].score == 5
    assert results["s3_half"].score == 3


@pytest.mark.slow
def test_a_scheduler_that_ends_in_mid_run_is_one_sentence_and_the_next_run_goes_on(toy, mortal):
    for number in range(4):
        toy.submit(f"s{number}", {**GOOD, "square": SLOW})
    records = toy.root / "out" / "autograded"

    def end_in_mid_run() -> None:
        while not list(records.glob("*/toy.json")):
            time.sleep(0.2)
        mortal.close()

    killer = threading.Thread(target=end_in_mid_run, daemon=True)
    killer.start()
    with pytest.raises(PracticalsError, match="cluster") as error:
        on_cluster(toy, mortal.scheduler_address)
    assert "then run the same command again" in error.value.remedy
    killer.join()
    assert 0 < len(graded(toy).executed) < 4


@pytest.mark.slow
@pytest.mark.parametrize("call", ["exception", "result"])
def test_a_scheduler_that_ends_before_a_finished_result_arrives_is_one_sentence(
    toy, mortal, monkeypatch, call
):
    toy.submit("s1", GOOD)
    monkeypatch.setattr(module, "GIVE_SECONDS", 5)
    ask = getattr(distributed.Future, call)

    def ended_before(future, *arguments):
        mortal.close()
        return ask(future, *arguments)

    monkeypatch.setattr(distributed.Future, call, ended_before)
    with pytest.raises(PracticalsError, match="the connection to the cluster was lost") as error:
        on_cluster(toy, mortal.scheduler_address)
    assert "then run the same command again" in error.value.remedy


def future_of(call: str, error: BaseException) -> Mock:
    """A finished future of a cluster that goes away when it is asked.

    Args:
        call: the method that raises, "exception" or "result".
        error: what it raises.
    """
    future = create_autospec(distributed.Future, instance=True)
    future.cancelled.return_value = False
    future.exception.configure_mock(return_value=None, side_effect=error if call == "exception" else None)
    future.result.side_effect = error
    return future


@pytest.mark.parametrize("call", ["exception", "result"])
@pytest.mark.parametrize(
    "error",
    [
        FutureCancelledError("key", "scheduler-connection-lost"),
        FuturesCancelledError([CancelledFuturesGroup([], "scheduler-connection-lost")]),
        concurrent.futures.CancelledError(),
        asyncio.CancelledError(),
        distributed.TimeoutError(),
        distributed.comm.CommClosedError("in <TCP (closed)>"),
        ClosedClientError("Client is closed. Can't send client-desires-keys message."),
    ],
    ids=lambda value: type(value).__name__,
)
def test_whatever_the_client_raises_when_the_cluster_goes_away_is_one_sentence(call, error):
    with pytest.raises(PracticalsError, match="the connection to the cluster was lost"):
        module._settled(future_of(call, error))


def test_what_a_job_raised_stays_its_own_whatever_it_is(monkeypatch):
    future = future_of("neither", OSError())
    future.exception.return_value = TimeoutError("of the job itself")
    assert str(module._settled(future).exception()) == "of the job itself"


def test_a_job_that_cannot_be_made_costs_its_submission_only(monkeypatch):
    def job(student: str) -> Job:
        raise ValueError(f"no notebook of {student}")

    client = create_autospec(distributed.Client, instance=True)
    client.nthreads.return_value = {"tcp://w": 1}
    finished = dict(module._execute_all(client, module._execute_on_worker, ["s1", "s2"], job))
    assert {student: str(future.exception()) for student, future in finished.items()} == {
        "s1": "no notebook of s1", "s2": "no notebook of s2",
    }  # fmt: skip


def on_cluster(toy: ToyCourse, address: str, **options) -> None:
    told = GradeOptions(submitted=toy.submitted, output=toy.root / "out", cluster=address, **options)
    grade(toy.root, "toy", Console(quiet=True), told)


def test_a_cluster_that_is_not_there(toy, monkeypatch):
    monkeypatch.setattr(module, "CONNECT_SECONDS", 1)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens
        with pytest.raises(PracticalsError, match="there is no cluster at tcp://127"):
            on_cluster(toy, f"tcp://127.0.0.1:{taken.getsockname()[1]}")


def test_an_address_that_is_none(toy):
    with pytest.raises(PracticalsError, match="there is no cluster at nonsense://x"):
        on_cluster(toy, "nonsense://x")


def test_a_cluster_without_workers(toy):
    with (
        distributed.LocalCluster(n_workers=0, host="127.0.0.1", dashboard_address=None) as local,
        pytest.raises(PracticalsError, match="has no workers"),
    ):
        on_cluster(toy, local.scheduler_address)


def test_without_a_sandbox_no_cluster_is_used(toy):
    with pytest.raises(PracticalsError, match="in the sandbox only"):
        on_cluster(toy, "tcp://127.0.0.1:9", sandboxed=False)


def test_another_environment_is_named(monkeypatch):
    monkeypatch.delenv("COURSE_SEED", raising=False)
    environment.cache_clear()
    here = environment()
    assert compare(here) == ""
    assert compare({name: value for name, value in here.items() if name != "numpy"}) == ""
    assert compare({**here, "numpy": "1.0"}) == f"numpy is {here['numpy']}, not 1.0"
    assert compare({**here, "COURSE_SEED": "7"}) == "COURSE_SEED is not set, not 7"


@pytest.mark.parametrize(
    "changed", ["errors.py", "practical/cells.py", "engine/split.py", "grading/collect.py"]
)
def test_a_worker_with_other_code_is_refused(monkeypatch, tmp_path, changed):
    monkeypatch.setattr(distributed, "get_worker", lambda: SimpleNamespace(address="tcp://w"))
    environment.cache_clear()
    there = environment()
    copy = tmp_path / "autograder"
    shutil.copytree(digests.AUTOGRADER, copy)
    (copy / changed).write_text((copy / changed).read_text("utf-8") + "\nCHANGED = True\n")
    monkeypatch.setattr(digests, "AUTOGRADER", copy)
    environment.cache_clear()
    try:
        with pytest.raises(PracticalsError, match="the worker tcp://w is not as this machine: autograder is"):
            module._execute_on_worker(Job("", {}, {}, Limits()), there)
    finally:
        environment.cache_clear()


@pytest.mark.slow
def test_a_worker_with_another_environment_is_refused(toy, cluster, monkeypatch):
    toy.submit("s1", GOOD)
    monkeypatch.setenv("COURSE_SEED", "7")
    environment.cache_clear()
    try:
        with pytest.raises(PracticalsError, match="is not as this machine: COURSE_SEED is not set, not 7"):
            on_cluster(toy, cluster.scheduler_address)
    finally:
        environment.cache_clear()
