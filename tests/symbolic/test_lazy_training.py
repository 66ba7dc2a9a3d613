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


def test_a_step_grows_residuals_by_no_more_than_the_contraction() -> None:
    """p of its formula less the growth at d < D and a smaller residual, in rationals."""
    at = dict(
        zip((*"AG", "kappa", "eta", *"qdupv"), (2, 3, Fraction(1, 7), Fraction(1, 5), 0, 1, 4, 2, 3), strict=True)
    )
    names = {symbol.name: symbol for symbol in z.step_gap().free_symbols}
    A, G, kappa, eta, _, d, u, p, v = at.values()

    def factor(distance: Fraction, residual: Fraction) -> Fraction:
        moved = kappa * distance
        return eta * A**2 * moved * (2 * G + moved) + kappa * eta**2 * A**3 * (G + moved) ** 2 * residual / 2

    got = z.step_gap().subs({names[name]: sp.Rational(value) for name, value in at.items() if name in names})
    assert got == sp.Rational(factor(d + u, p + v) - factor(d, p))
    assert got > 0


def test_a_smaller_contraction_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that forgets the curvature, or has it with the other sign, is below what a step can do."""
    right = z._contraction
    monkeypatch.setattr(z, "_contraction", lambda q: right(q) - 7 * z.CURVATURE)
    assert min(sp.Poly(sp.numer(sp.together(z.step_gap()))).coeffs()) < 0


def test_the_path_stays_inside_the_radius_up_to_an_explicit_curvature() -> None:
    meaning, small = z.path_gap()
    assert meaning == 0
    assert min(sp.Poly(sp.numer(small)).coeffs()) > 0


def test_descent_within_the_stated_curvature_stays_within_the_radius() -> None:
    """The worst that the norms allow, step by step in floats, at κ_0 itself: the recursion of residual and distance."""
    A, G, eta, q, r = 1.3, 0.9, 0.2, 0.8, 2.0
    D = 2 * eta * G * A * r / (1 - q)
    kappa = G * (1 - q) / (D * (8 * eta * A**2 * G**2 + 1 - q))
    residual, distance = r, 0.0
    for _ in range(2000):
        slope = G + kappa * distance
        step = eta * slope * A * residual
        kernel = kappa * distance * (G + slope)
        residual = (q + eta * A**2 * kernel) * residual + A * kappa * step**2 / 2
        distance += step
    assert distance < D
    assert residual < 1e-12


def test_two_residuals_part_by_kernel_and_curvature() -> None:
    assert z.difference_recursion() == 0
    assert z.kernel_change() == 0
