"""Merging: sums of chunks do not depend on how the draws were cut, or on the order in which chunks come in.

Counts, sketches and the sums of every sampling check are integers, so that merging is associative and commutative
exactly; that is what makes a verdict independent of batches, workers and interruptions. No tolerance at all.
"""

import functools
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.random import Generator

from numeric.streams import BLOCK, streams
from tests.laws import strategies
from tests.laws.profiles import law
from tests.laws.strategies import Array
from verify import scheduler
from verify.checks import Law, LawLine, Mean, MeanLine, Proportion, ProportionLine
from verify.model import Config, Setting
from verify.statistics import dkw, mean
from verify.statistics.laws import Normal

Reduce = Callable[[Array], Any]

VALUES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=12).map(np.array)
BLOCKS = 5


def count(values: Array) -> Array:
    """Counts of Φ(x) in bins."""
    return dkw.count(Normal().cdf(values))


def sketch(values: Array) -> Array:
    """The sketch of a mean."""
    return mean.sketch(values, 0.5, 2.0)


def merges_otherwise(reduce: Reduce, values: Array, parts: list[range], order: list[int]) -> bool:
    """Whether merging the parts in this order, left to right or as a tree, differs from reducing all values at once."""
    pieces = [reduce(values[parts[index].start : parts[index].stop]) for index in order]
    whole = np.asarray(reduce(values))
    left = functools.reduce(operator.add, pieces)
    half = len(pieces) // 2
    tree = left if half == 0 else sum(pieces[half:]) + sum(pieces[:half])
    return any(np.asarray(merged).tobytes() != whole.tobytes() for merged in (left, tree))


@st.composite
def cuts(draw: strategies.Draw) -> tuple[Array, list[range], list[int]]:
    """Values, a partition of them, and an order of its parts."""
    values = draw(VALUES)
    parts = draw(strategies.partitions(len(values)))
    return values, parts, draw(strategies.permutations(len(parts)))


def sample(setting: Setting, rngs: list[Generator]) -> dict[str, Array]:  # noqa: ARG001 — the signature of a sampler
    return {"x": np.concatenate([rng.standard_normal(BLOCK) for rng in rngs])}


COMMON = {"name": "toy", "title": "toy", "settings": (Setting(n=1),), "sample": sample, "microseconds": 1.0}
CHECKS = {
    "Law": Law(lines=lambda _: [LawLine(label="x", null="x", laws=(Normal(),))], **COMMON),
    "Mean": Mean(lines=lambda _: [MeanLine(label="x", null="x", low=0.0, high=0.0, variance=1.0, scale=1.0)], **COMMON),
    "Proportion": Proportion(lines=lambda _: [ProportionLine(label="x", null="x", centre=0.0, radius=2.0)], **COMMON),
}


@law
@given(cut=cuts())
def test_counts_and_sketches(cut: tuple[Array, list[range], list[int]]) -> None:
    assert not merges_otherwise(count, *cut)
    assert not merges_otherwise(sketch, *cut)


@pytest.mark.parametrize("kind", CHECKS)
@law
@given(parts=strategies.partitions(BLOCKS), data=st.data())
def test_what_the_scheduler_adds_up(kind: str, parts: list[range], data: st.DataObject) -> None:
    """Chunks of seed streams, observed one by one and merged in any order, are the whole observed at once."""
    check = CHECKS[kind]
    (family,) = check.plan("claim", None, Config(profile="quick"))

    def observed(blocks: range) -> Any:  # noqa: ANN401 — integers of any kind of check
        return check.observe(family, streams(family.key, blocks))["x"]

    order = data.draw(strategies.permutations(len(parts)), label="order")
    total = None
    for index in order:
        total = scheduler._add(total, observed(parts[index]))
    assert np.asarray(total).tolist() == np.asarray(observed(range(BLOCKS))).tolist()


def test_the_law_fails_for_sums_of_floats() -> None:
    """0.1 + 0.2 + 0.3: a plain sum depends on the cut."""
    values = np.array([0.1, 0.2, 0.3])
    backwards = ([range(1), range(1, 2), range(2, 3)], [2, 1, 0])
    assert not merges_otherwise(sketch, values, *backwards)
    assert merges_otherwise(lambda part: functools.reduce(operator.add, part.tolist()), values, *backwards)


def test_the_law_fails_for_means_of_means() -> None:
    values = np.array([1.0, 2.0, 6.0])
    assert merges_otherwise(lambda part: part.mean(), values, [range(1), range(1, 3)], [0, 1])


def test_the_law_fails_for_bins_that_follow_the_data() -> None:
    """A sketch centred on the values at hand cannot be merged."""
    values = np.array([1.0, 2.0, 6.0])
    adaptive = lambda part: mean.sketch(part, float(part.mean()), 2.0)  # noqa: E731 — one line says it all
    assert merges_otherwise(adaptive, values, [range(1), range(1, 3)], [0, 1])
