"""An alarm ends what runs too long, and leaves everything else as it was."""

import signal
import threading
import time

import pytest

from numeric.deadline import WatchdogError, deadline

pytestmark = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="the platform has no alarms")


def left() -> float:
    return signal.getitimer(signal.ITIMER_REAL)[0]


def test_what_runs_too_long_is_ended() -> None:
    began = time.monotonic()
    with (
        pytest.raises(WatchdogError, match=r"^the task was still running after 0\.05 s of wall clock$"),
        deadline(0.05),
    ):
        time.sleep(60)
    assert time.monotonic() - began < 30


def test_what_is_quick_is_left_alone_and_so_is_what_comes_after() -> None:
    with deadline(0.05):
        pass
    time.sleep(0.1)


def test_handler_and_alarm_of_the_caller_are_there_again() -> None:
    """With what is left of its time: an alarm set for 100 s ago is not set for another 100."""
    rung = []
    before = signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
    outer, _ = signal.setitimer(signal.ITIMER_REAL, 100.0)
    try:
        with deadline(50.0):
            assert left() <= 50.0
            time.sleep(0.05)
        assert 0.0 < left() <= 99.95
        signal.setitimer(signal.ITIMER_REAL, 0.02)
        with deadline(50.0):
            time.sleep(0.05)
        assert rung == []
        time.sleep(0.05)
        assert rung == [1]  # late, and not lost
    finally:
        signal.setitimer(signal.ITIMER_REAL, outer)
        signal.signal(signal.SIGALRM, before)


def test_the_inner_of_two_goes_off_first() -> None:
    with deadline(60.0):
        with pytest.raises(WatchdogError, match=r"0\.02 s"), deadline(0.02):
            time.sleep(60)
        assert left() > 0.0


def test_an_alarm_that_an_earlier_task_blocked_goes_off() -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
    try:
        with pytest.raises(WatchdogError), deadline(0.02):
            time.sleep(1.0)
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM})


def test_in_another_thread_there_is_no_alarm_and_no_error() -> None:
    ended = []

    def work() -> None:
        with deadline(0.01):
            time.sleep(0.05)
        ended.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert ended == [True]
