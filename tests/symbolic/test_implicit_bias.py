"""Steps of Theorem 4.1 against plain descent in floating point, and against numbers that break them."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

from symbolic import implicit_bias as b
from symbolic.scaled_convolution import roots


@pytest.mark.parametrize(("T", "n_x", "n_y", "N"), [(3, 1, 1, 2), (2, 2, 3, 2), (3, 2, 1, 1)])
def test_a_step_of_the_symbols_is_a_step_of_numbers(T: int, n_x: int, n_y: int, N: int) -> None:
    """L_j moves by η ρ_j Σ r x^T, in loops over sequences and times."""
    rng = np.random.default_rng(T + n_x)
    theta, x, y = rng.standard_normal((T, n_y, n_x)), rng.standard_normal((N, T, n_x)), rng.standard_normal((N, T, n_y))
    root = rng.uniform(0.5, 2.0, size=T)
    at = {b.RATE: 0.1, **dict(zip(roots(T), root, strict=True))}
    at |= {
        sp.Symbol(f"theta_{j}{p}{q}", real=True): theta[j, p, q]
        for j in range(T)
        for p in range(n_y)
        for q in range(n_x)
    }
    at |= {sp.Symbol(f"x{i}_{t}{q}", real=True): x[i, t, q] for i in range(N) for t in range(T) for q in range(n_x)}
    at |= {sp.Symbol(f"y{i}_{t}{p}", real=True): y[i, t, p] for i in range(N) for t in range(T) for p in range(n_y)}
    L = root[:, None, None] * theta
    r = y.copy()
    for i in range(N):
        for t in range(T):
            for j in range(t + 1):
                r[i, t] -= L[j] @ x[i, t - j]
    for j, (moved, pulled) in enumerate(b.lag_moves(T, n_x, n_y, N)):
        towards = sum(np.outer(r[i, t], x[i, t - j]) for i in range(N) for t in range(j, T))
        np.testing.assert_allclose(np.array(pulled.subs(at), dtype=float), 0.1 * towards, rtol=1e-9)
        np.testing.assert_allclose(np.array(moved.subs(at), dtype=float), 0.1 * root[j] ** 2 * towards, rtol=1e-9)


def test_the_start_is_the_same() -> None:
    assert b.same_start(3) == [0, 0, 0]


def test_residuals_shrink_up_to_the_limit_and_grow_beyond() -> None:
    speed = sp.Symbol("z")
    loss = b.residual_shrinkage(speed)
    assert [sp.sign(loss.subs(speed, v)) for v in (sp.Rational(1, 2), 2, sp.Rational(5, 2))] == [1, 0, -1]


def test_the_gaps_are_sums_of_squares() -> None:
    numbers = {"R": 5, "d0": 1, "d1": 3, "w0": 2, "w1": 7}
    at = {sp.Symbol(name, nonnegative=True): value for name, value in numbers.items()}
    assert b.curvature_gap(2).subs(at) == 5 * (4 + 49) - ((5 - 1) * 4 + (5 - 3) * 49)
    assert len(sp.Poly(b.block_gap(3, 1)).coeffs()) == 2
    assert not b.block_gap(3, 1).has(sp.Symbol("w1", nonnegative=True))


def test_recursion_and_transfer_are_zero() -> None:
    assert b.residual_recursion() == 0
    by_impulse, by_input = b.impulse_transfer(5)
    assert by_impulse == by_input == [0] * 5


def test_what_a_step_leaves_of_its_allowance_is_counted_in_numbers() -> None:
    """Bound 2·3·5 of η, ‖A‖, ‖r^0‖ at ρ = 7: after 4 steps 11 less than allowed, then a step by ‖r^ℓ‖ = 5 − 1."""
    gap = b.accumulated_gap(sp.Symbol("d", nonnegative=True))
    values = {"rho_j": 7, "a": 3, "r_0": 5, "l": 4, "s": 11, "u": 2, "d": 1, "eta": 2}
    moved, step = 2 * 3 * 5 * 7 * 4 - 11, 2 * 7 * (3 * 4 - 2)
    assert gap.subs({symbol: values[symbol.name] for symbol in gap.free_symbols}) == 2 * 3 * 5 * 7 * 5 - moved - step


def test_lengths_bound_products() -> None:
    assert b.alignment_gap(1) == b.alignment_gap(4) == 0
