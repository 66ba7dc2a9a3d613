"""Balls enclose what exact arithmetic on any of their members gives."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numeric.norm_balls import Ball, ball
from numeric.streams import stream

Array = np.ndarray[Any, np.dtype[np.float64]]


def exact(matrix: Array) -> Any:  # noqa: ANN401 — an array of fractions
    return np.vectorize(Fraction, otypes=[object])(matrix)


def distance(found: Ball, truth: Any) -> float:  # noqa: ANN401
    return float(sum(((exact(found.value) - truth) ** 2).ravel())) ** 0.5


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([0.0, 1e-12, 1e-3]))
def test_every_operation_encloses_the_result_of_members(seed: int, error: float) -> None:
    rng = stream("balls", seed)
    X, Y, dX, dY = rng.standard_normal((4, 3, 3))
    dX, dY = (error * d / np.linalg.norm(d) * 0.999 for d in (dX, dY))
    x, y = ball(X, error), ball(Y, error)
    a, b = exact(X) + exact(dX), exact(Y) + exact(dY)
    third = 1.0 / 3.0
    cases = (
        (x @ y, a @ b), (x + y, a + b), (x - y, a - b),
        (x * third, a * Fraction(1, 3)), (third * x, a * Fraction(1, 3)),
        (X @ y, exact(X) @ b), (X - y, exact(X) - b), (X + y, exact(X) + b), (x @ Y, a @ exact(Y)),
        (x @ y @ x + y, a @ b @ a + b),
    )  # fmt: skip
    for found, truth in cases:
        assert distance(found, truth) <= found.error


def test_a_bound_that_is_too_small_would_be_seen() -> None:
    rng = stream("balls", "tight")
    X, Y = rng.standard_normal((2, 3, 3))
    d = 1e-3 * X / np.linalg.norm(X)
    found = ball(X, 1e-3) @ Y
    assert distance(found, (exact(X) + exact(d)) @ exact(Y)) > found.error / 10
    assert distance(ball(X, 0.0) @ Y, (exact(X) + exact(d)) @ exact(Y)) > (ball(X, 0.0) @ Y).error


@pytest.mark.parametrize("made", [lambda b: b @ np.eye(2), lambda b: np.eye(2) @ b, lambda b: np.eye(2) - b])
def test_arrays_leave_the_work_to_balls(made: Any) -> None:  # noqa: ANN401
    assert isinstance(made(ball(np.ones((2, 2)), 1e-9)), Ball)
    assert len(ball(np.ones((2, 3)))) == 2
