"""What Ctrl-C and SIGTERM do: the first asks a run to stop, the second ends it at once."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, Self

from verify.judgement import INTERRUPTED

if TYPE_CHECKING:
    from concurrent.futures import Executor

__all__ = ["Interrupt"]

SIGNALS = (signal.SIGINT, signal.SIGTERM)
ONE_REQUEST = 0.3  # seconds; chosen: `timeout` and some shells send one request to stop as two signals
STDERR = 2
SHOW_CURSOR = "\x1b[?25h"


class Interrupt:
    """While entered, signals are counted here. Called, it says whether the run should stop.

    With `patient=False` there is nothing worth finishing, and the first signal ends the process.
    """

    def __init__(self, *, patient: bool = True, quiet: bool = False) -> None:
        self._patient, self._quiet = patient, quiet
        self._first: float | None = None
        self._before: dict[int, Any] = {}
        self._executors: list[Executor] = []

    def __call__(self) -> bool:
        return self._first is not None

    def ends(self, executor: Executor) -> None:
        """Let what this executor runs be ended where the process leaves at once."""
        self._executors.append(executor)

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._heard) for number in SIGNALS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _heard(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 — the signature of a handler
        now = time.monotonic()
        if self._first is None and self._patient:
            self._first = now
            if not self._quiet:
                _say("\nverify: stopping after the blocks at hand for a partial report; once more ends it at once\n")
        elif self._first is None or now - self._first > ONE_REQUEST:
            self._leave()

    def _leave(self) -> NoReturn:
        """End the workers and this process without unwinding: whatever hangs, this does not.

        A Dask scheduler notices that the connection is gone, and forgets what this process had asked for.
        """
        from numeric.processes import ProcessPool

        if os.isatty(STDERR):
            _say(SHOW_CURSOR)
        os.dup2(os.open(os.devnull, os.O_WRONLY), STDERR)  # others may have their own words on the loss of the workers
        for executor in self._executors:
            if isinstance(executor, ProcessPool):
                executor.kill()
        os._exit(INTERRUPTED)


def _say(text: str) -> None:
    """To stderr, past its buffer: the handler may have come in the middle of another write."""
    with contextlib.suppress(OSError):
        os.write(STDERR, text.encode())
