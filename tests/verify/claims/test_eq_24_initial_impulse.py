"""(24): broken code turns the claim red."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import sympy as sp

from numeric import dense, krylov
from numeric.grams import Grams
from numeric.streams import stream, streams
from symbolic import deferred_moments, impulse_moments
from tests.verify.claims.judging import Judge
from verify.claims import _samplers
from verify.claims import eq_24_initial_impulse as claim
from verify.model import Setting, Verdict

JUDGE = Judge(claim.__name__)


@pytest.mark.parametrize(("sampler", "draw"), [("dense", dense.sample_grams), ("width_free", krylov.sample_grams)])
def test_the_statistic_is_the_sum_of_squares_over_inputs_and_outputs(sampler: str, draw: Callable[..., Grams]) -> None:
    setting = claim.FREE[0]
    values = claim.sample(setting, streams(["energy"], range(2)), sampler=getattr(_samplers, sampler))
    sizes = {name: setting[name] for name in ("n", "T", "n_x", "n_y")}
    impulse = draw(**sizes, replicates=128, rng=streams(["energy"], range(2))).impulse
    by_hand = [sum(impulse[b, 1, a, c] ** 2 for a in range(3) for c in range(2)) for b in range(128)]
    np.testing.assert_allclose(values["‖L_1‖²"], by_hand, rtol=1e-12)


def test_variance_of_the_lines_is_that_of_the_statistic() -> None:
    """The spread of a sample, within six of its own standard errors, at a width where the tails allow it."""
    setting = Setting(n=32, T=3, n_x=2, n_y=3)
    values = claim.sample(setting, [stream("spread", block) for block in range(3000)], sampler=_samplers.width_free)
    for line in claim.mean_lines(setting):
        squares = (values[line.label] - line.low) ** 2
        assert abs(squares.mean() - line.variance) <= 6 * squares.std() / math.sqrt(len(squares))


def test_lines_know_the_variances_of_the_weights() -> None:
    (line,) = [line for line in claim.mean_lines(claim.DENSE[0]) if line.label == "‖L_2‖²"]
    assert line.low == pytest.approx(6 * 0.7 * 1.3 * 0.25 * (1 + 2 / 64))


def test_weights_without_the_root_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = dense.draw_weights

    def wrong(generator: object, sizes: object, room: object) -> tuple[np.ndarray, ...]:
        W, F, C = draw(generator, sizes, room)
        return math.sqrt(sizes.nu_w) * W, F, C

    monkeypatch.setattr(dense, "draw_weights", wrong)
    assert JUDGE.verdict("dense") is Verdict.REFUTED


def test_an_output_that_is_left_out_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    sample = krylov.sample_grams

    def without(**given: object) -> object:
        grams = sample(**given)
        grams.impulse[:, :, 0] = 0.0
        return grams

    monkeypatch.setattr(krylov, "sample_grams", without)
    assert JUDGE.verdict("width-free") is Verdict.REFUTED


def test_another_polynomial_is_seen_by_the_second_derivation(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = deferred_moments.right_gram_moment
    monkeypatch.setattr(deferred_moments, "right_gram_moment", lambda *pairs, n: moment(*pairs, n=n, too_many=1))
    assert JUDGE.verdict("pairings") is Verdict.REFUTED


def test_a_wrong_second_moment_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the pairing of rows (a b)(a b) were counted once too often."""
    count = impulse_moments._free_groups
    monkeypatch.setattr(impulse_moments, "_free_groups", lambda pairing: min(2, 1 + count(pairing)))
    impulse_moments._counts.cache_clear()
    try:
        assert JUDGE.verdict("second moment") is Verdict.REFUTED
    finally:
        impulse_moments._counts.cache_clear()


def test_derivation_names_the_first_correction() -> None:
    plain = [step.plain for step in claim.CLAIM.derivation()]
    assert "E ‖L_2‖² = n_x n_y ν_C ν_F ν_W^2 (n^2 + 2)/n^2" in plain
    assert sp.sympify("m_j").free_symbols  # the last step is about the limit
    assert plain[-1] == "m_j(n) → 1"
