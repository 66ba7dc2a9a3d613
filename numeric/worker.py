"""What runs inside a worker process: one task after the other, read from a pipe and answered on another.

A frame on a pipe is its length and its bytes. A task is a pickled (function, arguments, keywords), an answer a pickled
(True, value) or (False, error).
"""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import signal
import struct
import sys
import threading
import traceback
from typing import Any, BinaryIO

__all__ = ["CALLERS_SIGNALS", "READY", "answer", "failure", "main", "opened", "receive", "send"]

CALLERS_SIGNALS = (signal.SIGINT, signal.SIGTERM)  # what a user sends to stop a run; the caller decides what to do
READY = b""  # the first frame, before any answer
LENGTH = struct.Struct("!Q")
STDIN, STDOUT, STDERR = 0, 1, 2
IDLE = 300.0  # seconds; chosen: a worker that nobody has needed for so long leaves, and another is started when needed
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of Linux's prctl


def send(pipe: BinaryIO, frame: bytes) -> None:
    """Write one frame; OSError where nobody reads."""
    pipe.write(LENGTH.pack(len(frame)))
    pipe.write(frame)
    pipe.flush()


def receive(pipe: BinaryIO) -> bytes | None:
    """The next frame; None where the other side has closed the pipe, be it in the middle of a frame."""
    head = pipe.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    frame = pipe.read(length)
    return frame if len(frame) == length else None


def answer(task: bytes) -> bytes:
    """Run a task. Whatever it raises, SystemExit included, is its answer."""
    try:
        function, arguments, keywords = pickle.loads(task)
        return pickle.dumps((True, function(*arguments, **keywords)))
    except BaseException as error:
        error.add_note(f"In the worker process:\n{''.join(traceback.format_exception(error)).rstrip()}")
        return failure(error)


def failure(error: BaseException) -> bytes:
    """An error as an answer; one that does not survive pickling is told by its name and its words."""
    try:
        found = pickle.dumps((False, error))
        pickle.loads(found)
    except Exception:  # an error class may do anything when it is rebuilt
        told = RuntimeError(f"{type(error).__name__}: {error}")
        told.__notes__ = getattr(error, "__notes__", [])
        return pickle.dumps((False, told))
    return found


def opened(found: bytes) -> Any:  # noqa: ANN401 — whatever the task returned
    """The value of an answer; raises the error that it holds."""
    succeeded, value = pickle.loads(found)
    if not succeeded:
        raise value
    return value


def main() -> None:
    """Serve until the caller closes the pipe or is gone. Not to be called but in a process made for it."""
    tasks, answers = _take_pipes()
    _leave_the_group_of_the_caller()
    inbox: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(tasks, inbox), daemon=True).start()
    send(answers, READY)
    with contextlib.suppress(queue.Empty, OSError):
        while True:
            send(answers, answer(inbox.get(timeout=IDLE)))


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The pipes that came as stdin and stdout; what a task prints goes to stderr, and it has nothing to read."""
    tasks, answers = os.fdopen(os.dup(STDIN), "rb"), os.fdopen(os.dup(STDOUT), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, STDIN)
    try:
        os.dup2(STDERR, STDOUT)
    except OSError:  # the caller has closed its stderr
        os.dup2(nothing, STDOUT)
    return tasks, answers


def _leave_the_group_of_the_caller() -> None:
    """Ctrl-C and `timeout` signal the group as a whole, but what to do is for the caller to decide.

    The worker is started with these signals blocked, so that none ends it while it is still loading.
    """
    if sys.platform == "linux":
        _die_with_parent()
    if hasattr(os, "setpgrp"):
        os.setpgrp()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # drops what arrived meanwhile
        signal.pthread_sigmask(signal.SIG_UNBLOCK, CALLERS_SIGNALS)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _die_with_parent() -> None:
    """Ask the kernel for SIGKILL when the caller dies: a task that holds the interpreter sees no pipe close."""
    import ctypes

    with contextlib.suppress(OSError, AttributeError):  # a libc without prctl
        ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0)


def _read(tasks: BinaryIO, inbox: queue.SimpleQueue[bytes]) -> None:
    while (task := receive(tasks)) is not None:
        inbox.put(task)
    os._exit(0)  # at once, be a task under way or not: nobody waits for its answer
