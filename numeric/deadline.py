"""How a piece of work is stopped from within: an alarm that raises WatchdogError in it."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Iterator
from types import FrameType

__all__ = ["WatchdogError", "deadline"]

SOON = 1e-3  # seconds; chosen: an alarm of the caller that came due meanwhile is late, and not lost


class WatchdogError(RuntimeError):
    """A piece of work ran longer than the watchdog allows."""


@contextlib.contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Raise WatchdogError in the block if it is still running after so many seconds of wall clock.

    Only where the platform and the thread have alarms, else nothing happens: work that must end in any case belongs
    into a process of `numeric.processes`, which is ended from outside. An alarm that the caller had set goes on.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def bark(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 — the signature of a handler
        raise WatchdogError(f"the task was still running after {seconds:g} s of wall clock")

    began, handler = time.monotonic(), signal.signal(signal.SIGALRM, bark)
    left, _ = signal.setitimer(signal.ITIMER_REAL, seconds)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM})  # which an earlier task may have blocked
    try:
        yield
    finally:
        try:
            signal.setitimer(signal.ITIMER_REAL, 0.0)
        finally:
            signal.signal(signal.SIGALRM, handler or signal.SIG_DFL)
        if left:
            signal.setitimer(signal.ITIMER_REAL, max(SOON, left - (time.monotonic() - began)))
