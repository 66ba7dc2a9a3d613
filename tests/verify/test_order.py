"""Which task is started next: cheap claims first, within them what costs most, and last nothing that all wait for."""

from __future__ import annotations

import heapq
import itertools
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.model import Family, Line, Setting
from verify.order import State, Telling, Work, next_of


@dataclass
class Job:
    """Work of equal tasks: `parts` of them, `left` seconds in all."""

    claim: str
    left: float
    parts: int = 1

    @property
    def task(self) -> float:
        return self.left / self.parts


def state(
    claim: str = "c", *, looks: tuple[int, ...] = (640, 2560), chunk: int = 4, microseconds: float = 1e4
) -> State:
    family = Family(
        claim=claim,
        check="k",
        control=None,
        kind="Mean",
        setting=Setting(n=1),
        lines=(Line(label="x", null=""),),
        looks=looks,
        chunk=chunk,
        microseconds=microseconds,
    )
    return State(family=family, check=None)  # type: ignore[arg-type]


def planned(work: list[Job]) -> dict[str, float]:
    return {claim: sum(job.left for job in work if job.claim == claim) for claim in {job.claim for job in work}}


# --- chunks ---


def test_a_look_is_laid_out_in_chunks_and_what_is_left_counts_later_looks() -> None:
    found = state()
    found.collect()
    assert list(found.todo) == [(0, 4), (4, 8), (8, 10)]
    assert found.waiting == 3
    assert found.left == pytest.approx(25.6)
    assert found.task == pytest.approx(2.56)
    found.todo.popleft()
    assert found.left == pytest.approx(25.6 * 36 / 40)
    found.todo.clear()
    assert (found.left, found.task) == (0.0, 0.0)
    found.look = 2
    found.collect()
    assert (found.todo[0], found.todo[-1], found.waiting) == ((10, 14), (38, 40), 8)
    assert found.left == pytest.approx(25.6 * 30 / 40)


@given(
    st.lists(st.integers(1, 40), min_size=1, max_size=4),
    st.integers(1, 50),
)
def test_the_chunks_of_all_looks_are_all_blocks_once_and_in_order(steps: list[int], chunk: int) -> None:
    looks = tuple(64 * sum(steps[: i + 1]) for i in range(len(steps)))
    found = state(looks=looks, chunk=chunk)
    blocks: list[int] = []
    for look in range(1, len(looks) + 1):
        found.look = look
        found.collect()
        assert found.waiting == len(found.todo)
        while found.todo:
            first, last = found.todo.popleft()
            assert 0 < last - first <= chunk
            blocks += range(first, last)
        assert len(blocks) * 64 == looks[look - 1]
    assert blocks == list(range(sum(steps)))


# --- order ---


def test_the_cheapest_claim_goes_first_and_within_it_what_costs_most() -> None:
    work = [Job("dear", 90.0, 90), Job("cheap", 2.0, 4), Job("cheap", 3.0, 6), Job("middle", 8.0, 16)]
    order = []
    costs = planned(work)
    while work:
        chosen = next_of(work, costs, 2)  # type: ignore[arg-type]
        order.append((chosen.claim, chosen.left))
        work.remove(chosen)  # type: ignore[arg-type]
    assert order == [("cheap", 3.0), ("cheap", 2.0), ("middle", 8.0), ("dear", 90.0)]


def test_what_cannot_be_split_is_started_before_it_is_what_all_wait_for() -> None:
    """Thirty seconds in one piece: beside 70 seconds of other work for two workers there is time, beside 20 not."""
    whole = Job("dear", 30.0)
    for other, first in ((70.0, "cheap"), (20.0, "dear")):
        work = [whole, Job("cheap", other, 100)]
        assert next_of(work, {"dear": 100.0, "cheap": 1.0}, 2).claim == first  # type: ignore[arg-type]


def test_the_last_work_is_started_whatever_it_is() -> None:
    only: list[Work] = [Telling("c")]
    assert next_of(only, {}, 8) is only[0]


def makespan(jobs: list[Job], slots: int) -> float:
    """List scheduling, the plain way: whenever a worker is free it takes a task of what is next."""
    costs, count = planned(jobs), itertools.count()
    work, running, now = list(jobs), [], 0.0
    while work or running:
        while work and len(running) < slots:
            chosen = next_of(work, costs, slots)  # type: ignore[arg-type]
            assert isinstance(chosen, Job)
            heapq.heappush(running, (now + chosen.task, next(count)))
            if chosen.parts == 1:
                work.remove(chosen)
            chosen.left, chosen.parts = chosen.left - chosen.task, chosen.parts - 1
        now = heapq.heappop(running)[0]
    return now


jobs = st.builds(
    lambda claim, seconds, parts: Job(claim, seconds * parts, parts),
    st.sampled_from("abcd"),
    st.floats(0.01, 10.0),
    st.integers(1, 12),
)


@given(st.lists(jobs, min_size=1, max_size=8), st.integers(1, 4))
def test_no_order_is_twice_as_good(found: list[Job], slots: int) -> None:
    """Graham 1969: a worker never idle while there is work ends within work/slots + (1 − 1/slots) longest task."""
    total, longest = sum(job.left for job in found), max(job.task for job in found)
    assert makespan(found, slots) <= total / slots + (1.0 - 1.0 / slots) * longest + 1e-9


def test_one_long_task_among_many_short_ones_costs_no_time() -> None:
    """The dear claim has its long task last in its list; without the rule the run would take 40 seconds and not 30."""
    short = [Job("cheap", 20.0, 200), Job("dear", 10.0, 100)]
    assert makespan([*short, Job("dear", 30.0)], 2) == pytest.approx(30.0, abs=0.2)
