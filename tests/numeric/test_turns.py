"""Many together or one alone; who wants to be alone is not kept waiting by those who come later."""

import threading
import time
from collections.abc import Callable

from numeric.turns import Turns


def started(*work: Callable[[], None]) -> list[threading.Thread]:
    threads = [threading.Thread(target=one, daemon=True) for one in work]
    for thread in threads:
        thread.start()
    return threads


def joined(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()


def test_together_means_at_the_same_time() -> None:
    turns, meeting = Turns(), threading.Barrier(3, timeout=30)

    def inside() -> None:
        with turns.together():
            meeting.wait()

    joined(started(*[inside] * 3))
    assert not meeting.broken


def test_alone_means_that_nobody_else_is_inside() -> None:
    turns, inside, seen = Turns(), [0], []
    guard = threading.Lock()

    def enter(alone: bool) -> None:
        for _ in range(50):
            with turns.alone() if alone else turns.together():
                with guard:
                    inside[0] += 100 if alone else 1
                    seen.append(inside[0])
                time.sleep(0.0001)
                with guard:
                    inside[0] -= 100 if alone else 1

    joined(started(*[lambda: enter(True)] * 2, *[lambda: enter(False)] * 3))
    assert inside == [0]
    assert len(seen) == 250
    assert set(seen) <= {1, 2, 3, 100}


def test_who_wants_to_be_alone_goes_before_those_who_come_later() -> None:
    turns, order = Turns(), []
    first_is_in, first_may_go = threading.Event(), threading.Event()

    def first() -> None:
        with turns.together():
            first_is_in.set()
            first_may_go.wait(30)

    def alone() -> None:
        with turns.alone():
            order.append("alone")

    def later() -> None:
        with turns.together():
            order.append("later")

    threads = started(first)
    first_is_in.wait(30)
    threads += started(alone)
    while not turns._wanting:
        time.sleep(0.001)
    threads += started(later)
    time.sleep(0.05)
    assert order == []
    first_may_go.set()
    joined(threads)
    assert order == ["alone", "later"]


def test_an_error_inside_leaves_the_lock_open() -> None:
    turns = Turns()
    for enter in (turns.together, turns.alone):
        try:
            with enter():
                raise ArithmeticError
        except ArithmeticError:
            pass
    with turns.alone():
        pass
