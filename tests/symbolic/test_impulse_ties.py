"""Ties of trained convolutions against floats, which share nothing with them, and against SymPy's own limit."""

from dataclasses import replace

import numpy as np
import pytest
import sympy as sp

from numeric import bias_variance
from numeric.moments import Moments, moments_of_sequences
from symbolic import impulse_ties
from symbolic.filter import STEP
from symbolic.impulse_ties import Duel

HALF = sp.Rational(1, 2)
FALLING = Duel(factors=(sp.Integer(1), HALF, sp.Rational(1, 5)), rate=sp.Rational(3, 4), noise=HALF, steps=4)
RISING = replace(FALLING, factors=(sp.Integer(1), sp.Rational(23, 20), sp.Rational(63, 50)))


def gap_of_floats(duel: Duel, delay: int, sequences: int) -> float:
    """Expected error of the scaled convolution less that of the unscaled one on impulses, by `expected_error`."""
    x = np.zeros((sequences, duel.lags, 1))
    x[:, 0] = 1.0
    target, moments = -np.eye(duel.lags)[:, delay, None, None], moments_of_sequences(x, x)
    scaled, unscaled = (
        bias_variance.expected_error(
            bias_variance.filter_of(moments, np.array(factors, dtype=float), rate=float(duel.rate), steps=[duel.steps]),
            target, noise=float(duel.noise), test=np.eye(duel.lags),
        ).total[0]
        for factors in (duel.factors, duel.unscaled)
    )  # fmt: skip
    return float(scaled - unscaled)


@pytest.mark.parametrize("delay", range(3))
@pytest.mark.parametrize("sequences", [1, 5])
def test_steps_modes_and_floats_agree(delay: int, sequences: int) -> None:
    exact = impulse_ties.gap_from_steps(FALLING, delay, sequences)
    assert exact == impulse_ties.gap_by_modes(FALLING, delay, sequences)
    assert float(exact) == pytest.approx(gap_of_floats(FALLING, delay, sequences), rel=1e-12)


@pytest.mark.parametrize(("duel", "sign"), [(FALLING, -1), (RISING, 1)], ids=["falling", "rising"])
def test_ties_are_where_the_floats_have_them(duel: Duel, sign: int) -> None:
    """Falling ρ: few data favour the scaled convolution, many the unscaled; rising ρ turns both round."""
    for delay in (1, 2):
        tie = float(impulse_ties.tie(duel, delay))
        below, above = (sign * gap_of_floats(duel, delay, sequences) for sequences in (int(tie), int(tie) + 1))
        assert above < 0 < below
    assert all(sign * gap_of_floats(duel, 0, sequences) > 0 for sequences in (1, 2, 10, 1000))


def test_after_one_step_the_scaled_one_wins_at_no_sample_size() -> None:
    """So whoever tells of a tie must name the number of steps."""
    early = replace(FALLING, factors=(sp.Integer(1), sp.Rational(7, 12), sp.Rational(5, 18)), steps=1)
    assert all(impulse_ties.tie(early, delay) < 1 for delay in (1, 2))
    assert all(gap_of_floats(early, delay, sequences) > 0 for delay in (1, 2) for sequences in (1, 9))


def test_with_all_data_the_errors_are_the_floats_without_noise() -> None:
    """10⁶ sequences of other inputs, folded to one of the same moments."""
    pulse = (sp.Integer(1), -HALF, HALF)
    first, second, third = map(float, pulse)
    design = np.array([[first, 0, 0], [second, first, 0], [third, second, first]])
    exact = impulse_ties.all_data_errors(FALLING, pulse)
    for factors, value in zip((FALLING.factors, FALLING.unscaled), exact, strict=True):
        root = 1e3 * np.concatenate([design, np.zeros((3, 1))], axis=1)
        moments = Moments(root=root, rows=3 * 10**6, T=3, n_x=1, n_y=1)
        found = bias_variance.filter_of(moments, np.array(factors, dtype=float), rate=0.75, steps=[4])
        error = bias_variance.expected_error(found, -np.eye(3)[:, :1, None], noise=0.5, test=np.eye(3))
        assert float(error.bias[0]) == pytest.approx(float(value), rel=1e-12)
        assert error.variance[0] < 1e-5


def test_the_share_at_many_steps_has_the_limit_of_sympy() -> None:
    inverse = 1 / impulse_ties.tie(replace(FALLING, steps=STEP), 1)
    assert sp.limit(inverse, STEP, sp.oo) == 0
    ratio = (inverse / impulse_ties.share_at_many_steps(FALLING, 1)).subs(STEP, 400)
    assert float(ratio) == pytest.approx(1.0, rel=1e-9)


def test_the_longest_kept_of_equal_bases_is_their_sum() -> None:
    powers = 3 * HALF**STEP - HALF**STEP + 5 * sp.Rational(1, 3) ** STEP + sp.Rational(2, 3) ** STEP
    assert impulse_ties.longest_kept(powers) == sp.Rational(2, 3) ** STEP
    assert impulse_ties.longest_kept(powers - sp.Rational(2, 3) ** STEP) == 2 * HALF**STEP
    apart = HALF**STEP + 4 * 3**STEP * sp.Rational(1, 6) ** STEP  # which SymPy does not join
    assert len(sp.Add.make_args(sp.expand(apart))) == 2
    assert impulse_ties.longest_kept(apart) == 5 * HALF**STEP
