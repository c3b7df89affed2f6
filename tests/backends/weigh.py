"""Weighs the backends of Keras beside each other: packages, import, and a forked process that trains.

`python tests/backends/weigh.py` needs the environments of `make setup` and `make backends`, and Linux. It
asks the environments in turns, several times, and writes the medians into docs/backends.md.
"""

import json
import os
import subprocess
from statistics import median

from environment import without_tensorflow
from run import NAMES, PAGE, ROOT, page_with

from autograder.start.install import FOR_TESTS, LOCK, entries, name_of

ENVIRONMENTS = {
    "tensorflow": ROOT / ".venv",
    "jax": ROOT / "build" / "backends" / "jax",
    "torch": ROOT / "build" / "backends" / "torch",
}
ROUNDS = 3
BEGIN, END = "<!-- weighed: begin -->\n", "<!-- weighed: end -->\n"
SIZES = """
import json, re
from importlib.metadata import distributions
print(json.dumps({
    re.sub("[-_.]+", "-", one.name).lower(): sum(file.size or 0 for file in one.files or [])
    for one in distributions()
}))
"""
# what the child does is small, so that what is seen is what a backend needs to begin
FORK = """
import json, os, resource, sys, time, warnings
warnings.simplefilter("ignore")  # JAX warns of any fork
import keras
import numpy as np
imported = time.process_time()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
if sys.argv[1] == "used":
    keras.ops.convert_to_numpy(keras.ops.ones(3) + 1)
child = os.fork()
if child == 0:
    start = time.process_time()
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(100, "relu"), keras.layers.Dense(10)])
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.fit(np.ones((1_000, 784), "float32"), np.zeros(1_000, int), epochs=2, verbose=0)
    with open("/proc/self/smaps_rollup") as lines:
        own = next(int(line.split()[1]) for line in lines if line.startswith("Private_Dirty")) / 1024
    print(json.dumps([imported, peak, time.process_time() - start, own]), flush=True)
    os._exit(0)
limit = time.monotonic() + 120
while os.waitpid(child, os.WNOHANG) == (0, 0):
    if time.monotonic() > limit:
        os.kill(child, 9)
        os.waitpid(child, 0)
        print("null")
        break
    time.sleep(0.05)
"""


def ask(backend: str, code: str, *arguments: str) -> object:
    """What Python code prints in an environment, read as JSON; None where it prints nothing."""
    variables = os.environ | {"KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3", "OMP_NUM_THREADS": "1"}
    python = str(ENVIRONMENTS[backend] / "bin" / "python")
    ran = subprocess.run(
        [python, "-c", code, *arguments], env=variables, capture_output=True, text=True, check=False
    )
    return json.loads(ran.stdout or "null")


def own_packages() -> dict[str, float]:
    """MB of the packages that a backend brings for running, beside those that all environments have."""
    lock = LOCK.read_text("utf-8")
    shared = {name_of(entry) for entry in without_tensorflow(lock)} | {"pip"}
    for_running = {name_of(entry) for entry in entries(lock.partition(FOR_TESTS)[0])}
    found = {}
    for backend in ENVIRONMENTS:
        sizes = ask(backend, SIZES)
        assert isinstance(sizes, dict)
        own = sizes.keys() - shared
        if backend == "tensorflow":  # whose environment has packages for tests, too
            own &= for_running
        found[backend] = sum(sizes[name] for name in own) / 1e6
    return found


def weigh() -> str:
    """The table."""
    packages = own_packages()
    measured: dict[str, list] = {backend: [] for backend in ENVIRONMENTS}
    for _ in range(ROUNDS):
        for backend, found in measured.items():
            found.append(ask(backend, FORK, "fresh"))
            print(backend, found[-1], flush=True)
    rows = [
        "| backend | its packages | import | memory after it | a fork that trains | its own memory "
        "| fork after a computation |",
        f"| --- |{' ---: |' * 6}",
    ]
    for backend in ENVIRONMENTS:
        good = [one for one in measured[backend] if one]
        cells = [NAMES[backend], f"{packages[backend]:,.0f} MB", *["hangs"] * 4]
        if len(good) == ROUNDS:
            seconds, peak, training, own = (median(column) for column in zip(*good, strict=True))
            cells[2:] = [f"{seconds:.1f} s", f"{peak:,.0f} MB", f"{training:.1f} s", f"{own:,.0f} MB"]
        cells.append("trains" if ask(backend, FORK, "used") else "hangs")
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


def main() -> None:
    """Weigh, and write the table."""
    PAGE.write_text(page_with(BEGIN, weigh(), END), "utf-8")


if __name__ == "__main__":
    main()
