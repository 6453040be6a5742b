"""The time, and waiting: passed in, so that weeks can pass in a test without a pause."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Clock:
    """`now` gives the time in seconds since the epoch; `sleep` waits so many seconds."""

    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep


WALL = Clock()
"""The clock on the wall."""
