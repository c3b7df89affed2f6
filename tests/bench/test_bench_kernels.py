"""The benchmark of kernels weighs as many as it says, counts what they share once, and leaves none."""

from contextlib import suppress

import psutil
import pytest
from rich.console import Console

from autograder.bench.kernels import FORKED, ORDINARY, bench_kernels
from autograder.errors import PracticalsError

MEGABYTES = 200
WORK = {"before": "import tensorflow", "after": f"held = bytearray(b'x' * {MEGABYTES} * 2**20)"}


def kernels() -> set[int]:
    """Those that this process started, or what it started; another test's server may have some."""
    found = set()
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if "ipykernel" in " ".join(process.cmdline()):
                found.add(process.pid)
    return found


@pytest.mark.slow
def test_memory_that_each_kernel_holds_counts_for_each_and_what_is_shared_once():
    console = Console(record=True, width=120)
    before = kernels()
    found = {
        (one.way, one.kernels, one.when): one.bytes / 2**20 for one in bench_kernels([1, 2], console, WORK)
    }
    assert len(found) == 8
    for way in (ORDINARY, FORKED):
        for count in (1, 2):
            held = found[way, count, "after"] - found[way, count, "before"]
            assert held == pytest.approx(count * MEGABYTES, abs=0.2 * count * MEGABYTES)
    one_more = {way: found[way, 2, "before"] - found[way, 1, "before"] for way in (ORDINARY, FORKED)}
    assert one_more[FORKED] < one_more[ORDINARY]
    assert f"{found[FORKED, 2, 'after']:,.0f}" in console.export_text()
    assert kernels() <= before


def test_a_cell_that_fails_is_told():
    with pytest.raises(PracticalsError, match="a kernel failed: ZeroDivisionError"):
        bench_kernels([1], Console(quiet=True), {"at once": "1 / 0"})
