"""Grading on a Dask cluster: real worker processes on this machine, the results of a local run."""

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator

import dask
import distributed
import pytest
from rich.console import Console
from test_grade import by_student, graded
from toy_course import GOOD, HALF_SQUARE, ToyCourse

from autograder.errors import PracticalsError
from autograder.grading import cluster as module
from autograder.grading.cluster import compare, environment
from autograder.grading.run import grade
from autograder.grading.workers import Job, execute_job

SLOW = "def square(x):\n    return x * x\nimport time\ntime.sleep(3)"


@pytest.fixture
def cluster(tmp_path) -> Iterator[distributed.LocalCluster]:
    """A scheduler and two workers, each a process of one thread under a nanny that starts it anew."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None,
        local_directory=str(tmp_path),
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


@pytest.fixture
def blamed_at_once() -> Iterator[None]:
    """A scheduler that gives a task up when it lost one worker, not four: starting them takes long."""
    with dask.config.set({"distributed.scheduler.allowed-failures": 0}):
        yield


@pytest.mark.slow
def test_a_submission_that_kills_its_workers_gets_a_row_and_costs_no_other(
    toy, blamed_at_once, cluster, monkeypatch
):
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
def test_a_scheduler_that_ends_in_mid_run_is_one_sentence_and_the_next_run_goes_on(toy, cluster):
    for number in range(4):
        toy.submit(f"s{number}", {**GOOD, "square": SLOW})
    records = toy.root / "out" / "autograded"

    def end_in_mid_run() -> None:
        while not list(records.glob("*/toy.json")):
            time.sleep(0.2)
        cluster.close()

    killer = threading.Thread(target=end_in_mid_run, daemon=True)
    killer.start()
    with pytest.raises(PracticalsError, match="cluster") as error:
        on_cluster(toy, cluster.scheduler_address)
    assert "then run the same command again" in error.value.remedy
    killer.join()
    assert 0 < len(graded(toy).executed) < 4


def on_cluster(toy: ToyCourse, address: str, **options) -> None:
    folders = {"submitted": toy.submitted, "output": toy.root / "out"}
    grade(toy.root, "toy", Console(quiet=True), **folders, cluster=address, **options)


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
