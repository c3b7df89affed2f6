"""Measures a piece of work against what it may take: processor time, and far more of the clock.

A busy machine lets a right answer take longer by the clock, not more processor time. The clock is there for
what waits and never works.
"""

import math
import time
from collections.abc import Iterable
from enum import Enum
from typing import Protocol

from autograder.engine.inside.places import BACKSTOP

IDLE = 0.01  # share of a processor below which something waits; on the busiest machine, what works has more
LOOK = 0.25  # seconds between two looks at a piece of work


class Limit(Enum):
    """Which limit a piece of work exceeded."""

    PROCESSOR = "processor"
    CLOCK = "clock"


class Measured(Protocol):
    """What a meter needs of a kernel."""

    async def processor_seconds(self) -> float:
        """Processor time that it has used so far, with all that it started; the last known once it ended."""


class Meter:
    """What kernels take from now on, together.

    Args:
        kernels: whose processor time counts.
        seconds: of processor time that they may take; of the clock, `BACKSTOP` times as many.
        until: when they must have ended in any case, as `time.monotonic` tells it.
    """

    def __init__(self, kernels: Iterable[Measured], seconds: float, until: float = math.inf):
        self.kernels, self.seconds, self.until = list(kernels), seconds, until
        self._began, self._before = time.monotonic(), 0.0
        self._latest = 0.0  # what they had used when they were last looked at

    async def start(self) -> "Meter":
        """Begin to measure."""
        self._began, self._before = time.monotonic(), await self._used()
        return self

    def from_now(self, seconds: float) -> "Meter":
        """Another meter of the same kernels, from what they had used when this one last looked."""
        another = Meter(self.kernels, seconds)
        another._before = another._latest = self._latest
        return another

    @property
    def clock(self) -> float:
        """Seconds by the clock that they may take."""
        return min(BACKSTOP * self.seconds, self.until - self._began)

    async def exceeded(self) -> Limit | None:
        """Which limit they have exceeded, if any."""
        if await self._used() - self._before > self.seconds:
            return Limit.PROCESSOR
        if time.monotonic() - self._began > self.clock:
            return Limit.CLOCK
        return None

    async def idle(self) -> bool:
        """Whether so many seconds passed by the clock in which they did almost nothing."""
        passed = time.monotonic() - self._began
        return passed > self.seconds and await self._used() - self._before < IDLE * self.seconds

    async def _used(self) -> float:
        self._latest = sum([await kernel.processor_seconds() for kernel in self.kernels])
        return self._latest
