"""Curvature, sums and one lag: against derivatives of a real network, explicit sums and explicit descent."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp

from symbolic import lazy_training as z

L, THETA, E = sp.symbols("L Theta e")


def descend(
    C: list[Fraction], F: list[Fraction], slope: Fraction, rate: Fraction, n: int
) -> tuple[list[Fraction], ...]:
    """One step for L = C F/√n with √n rational."""
    root = Fraction(1, int(n**0.5))
    return (
        [c - rate * slope * root * f for c, f in zip(C, F, strict=True)],
        [f - rate * slope * root * c for c, f in zip(C, F, strict=True)],
    )


def state(C: list[Fraction], F: list[Fraction], n: int) -> tuple[Fraction, Fraction]:
    root = Fraction(1, int(n**0.5))
    return root * sum(c * f for c, f in zip(C, F, strict=True)), sum(v * v for v in (*C, *F)) / n


@pytest.mark.parametrize("n", [1, 4, 9])
def test_one_lag_is_the_descent_of_the_network(n: int) -> None:
    C, F = [Fraction(i * i % 5 - 2) for i in range(n)], [Fraction(2 * i % 7 - 3, 2) for i in range(n)]
    rate, slope = Fraction(1, 3), Fraction(-5, 2)
    before, after = state(C, F, n), state(*descend(C, F, slope, rate, n), n)
    at = {L: before[0], THETA: before[1], E: slope, z.RATE: rate, z.INVERSE_WIDTH: Fraction(1, n)}
    got = [sp.Rational(part.subs({k: sp.Rational(v) for k, v in at.items()})) for part in z.one_lag_step()]
    assert [Fraction(int(v.p), int(v.q)) for v in got] == list(after)


def test_the_deviation_of_one_lag_is_of_the_order_of_the_inverse_width_and_of_none_higher() -> None:
    moved, kernel = z.one_lag_deviation()
    assert moved.subs(z.INVERSE_WIDTH, 0) == 0 == kernel.subs(z.INVERSE_WIDTH, 0)
    assert sp.diff(moved, z.INVERSE_WIDTH).subs(z.INVERSE_WIDTH, 0) != 0
    mean_field, _ = z.one_lag_deviation(output=2)
    assert mean_field.subs(z.INVERSE_WIDTH, 0) != 0


@pytest.mark.parametrize("lag", [1, 2, 3])
def test_norms_bound_the_second_derivative_of_a_real_network(lag: int) -> None:
    """Second differences of L_j along random moves of unit norm, against the Hessian of the product of norms."""
    rng = np.random.default_rng(lag)
    n = 6
    W, F, C = rng.standard_normal((n, n)), rng.standard_normal((n, 1)), rng.standard_normal((1, n))
    norms = {"m": np.linalg.norm(W, 2) / n**0.5, "phi": np.linalg.norm(F) / n**0.5, "gamma": np.linalg.norm(C) / n**0.5}
    at = {sp.Symbol(name, positive=True): value for name, value in norms.items()}
    bounds = {name: float(e.subs({**at, z.ROOT: n**-0.5, z.LAG: lag})) for name, e in z.norm_hessian().items()}
    weights = {"W": W, "F": F, "C": C}
    for pair, bound in bounds.items():
        moves = [{k: v / np.linalg.norm(v) for k, v in ((p, rng.standard_normal(weights[p].shape)),)} for p in pair]
        second = 0.0
        for signs in itertools.product((1, -1), repeat=2):
            moved = {k: v.copy() for k, v in weights.items()}
            for sign, move in zip(signs, moves, strict=True):
                for k, v in move.items():
                    moved[k] += 1e-3 * sign * v
            response = moved["C"] @ np.linalg.matrix_power(moved["W"] / n**0.5, lag) @ moved["F"] / n**0.5
            second += signs[0] * signs[1] * float(response[0, 0]) / 4e-6
        assert abs(second) <= 1.001 * bound + 1e-9  # what rounding leaves of a second difference over (1e-3)²


def test_curvature_falls_with_the_width_for_the_rnn_alone() -> None:
    assert z.lazy_ratio() == z.ROOT
    assert z.lazy_ratio(output=2) == 1
    assert all(sp.expand(e / z.ROOT).free_symbols.isdisjoint({z.ROOT}) for e in z.norm_hessian().values())


def test_the_weighted_sum_is_the_sum() -> None:
    t = sp.Symbol("t", positive=True)
    total = z.weighted_sum()
    assert total["start"] == total["step"] == 0
    at = {t: sp.Rational(1, 3)}
    p = 1 / (1 + at[t])
    for N in (1, 2, 7):
        missing = (total["missing"] * (1 / (1 + t)) ** z.LAG).subs({**at, z.LAG: N})
        assert sum(j * p ** (j - 1) for j in range(1, N + 1)) == 1 / (1 - p) ** 2 - missing


def test_the_path_stays_inside_half_of_the_radius() -> None:
    path, half = z.path_length()
    assert sp.simplify(path - half) == 0
    assert half.has(z.RATE)


def test_two_residuals_part_by_kernel_and_curvature() -> None:
    assert z.difference_recursion() == 0
    assert z.kernel_change() == 0
