"""A steady load beside the tests: `python tests/toolkit/load.py N SECONDS`, N processes that compute and end.

They run at the priority of everything else: a load of four on two cores leaves the tests a third of what they
have alone. Ctrl-C ends them; so does the end of the process that started them.
"""

import argparse
import multiprocessing
import os
import time

STEP = 10**6  # additions between two looks at the clock


def compute(end: float, parent: int) -> None:
    """Keep one core busy until a moment of the monotonic clock, or until nobody waits for it."""
    while time.monotonic() < end and os.getppid() == parent:
        sum(range(STEP))


def main() -> None:
    """Start the processes and wait for their end."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("processes", type=int, help="how many compute at once")
    arguments.add_argument("seconds", type=float, help="how long; at most six hours")
    asked = arguments.parse_args()
    end = time.monotonic() + min(asked.seconds, 6 * 3600)
    busy = [
        multiprocessing.Process(target=compute, args=(end, os.getpid()), daemon=True)
        for _ in range(asked.processes)
    ]
    for one in busy:
        one.start()
    try:
        for one in busy:
            one.join()
    except KeyboardInterrupt:
        pass  # daemons end with us


if __name__ == "__main__":
    main()
