"""Theorem 3.3(a): broken code turns the claim red."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sympy as sp

from numeric import arnoldi, dense, krylov
from numeric.streams import stream, streams
from symbolic import impulse_law, impulse_moments, wick
from tests.verify.claims.judging import Judge
from verify.claims import _arnoldi_lines
from verify.claims import theorem_3_3a_impulse_gaussian as claim
from verify.model import Setting, Verdict
from verify.statistics import dkw

JUDGE = Judge(claim.__name__)


def test_one_size_for_a_lag_is_seen_by_the_rotation_and_not_by_single_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the rotation the rival passes: its entries are normal, and enough of them are independent."""
    monkeypatch.setattr(_arnoldi_lines, "fixed_rotation", np.eye)
    (item,) = JUDGE.outcomes("limit", "one size for a lag")
    assert (item.line.label, item.verdict) == ("fixed rotation", Verdict.VERIFIED)


def test_entries_of_different_outputs_given_the_weights_are_those_of_c() -> None:
    """n = 1: L_j/√(ν_C G_jj) is C/√ν_C up to the sign of M^j F."""
    setting = claim.CONDITIONAL[0]
    values = claim.sample_conditional(setting, streams(["given"], range(1)))
    absolute = [np.abs(values[f"L_{j}"]) for j in range(3)]
    np.testing.assert_allclose(absolute[0], absolute[1], rtol=1e-12)
    np.testing.assert_allclose(absolute[0], absolute[2], rtol=1e-12)


def test_bound_on_the_distance_covers_gaussians_of_other_covariance() -> None:
    """The total variation bound of one draw, ½ √n_y D, against a numerical integral for one output and one lag."""
    grid = np.linspace(-12, 12, 200_001)
    for variance in (0.6, 0.9, 1.1, 1.4):
        one = np.exp(-(grid**2) / 2) / math.sqrt(2 * math.pi)
        other = np.exp(-(grid**2) / (2 * variance)) / math.sqrt(2 * math.pi * variance)
        distance = 0.5 * np.trapezoid(np.abs(one - other), grid)
        assert distance <= 0.5 * abs(variance - 1)


def test_total_variation_shrinks_like_one_over_root_n() -> None:
    sizes = {"T": 3, "n_x": 2, "n_y": 2}
    near, far = (claim.total_variation(Setting(n=n, **sizes)) for n in (10**8, 10**10))
    assert near / far == pytest.approx(10.0, rel=1e-2)
    assert claim.total_variation(claim.WIDEST[0]) < claim.SPARE == 1.0 / dkw.BINS


def test_total_variation_from_sampled_grams() -> None:
    """E D², the mean of ‖S − I‖², by sampling the width-free RNN."""
    setting = Setting(n=50, T=3, n_x=2, n_y=1)
    right = krylov.sample_grams(n=50, T=3, n_x=2, replicates=40_000, rng=stream("tv")).right
    off = arnoldi.by_column(right) - np.eye(6)
    squares = (off**2).sum(axis=(1, 2))
    measured = 0.5 * math.sqrt(squares.mean()) + 4.0 * squares.mean()
    spread = 5 * squares.std() / math.sqrt(len(squares))
    assert claim.total_variation(setting) == pytest.approx(measured, abs=4.5 * spread)


def test_a_width_that_is_too_small_for_the_limit_is_refused() -> None:
    with pytest.raises(ValueError, match="take a width"):
        claim.limit_lines(Setting(n=10**6, T=5, n_x=3, n_y=3))


@pytest.mark.parametrize("degrees", [1.0, 2.0, 7.0])
def test_the_rival_t_is_a_law_of_its_own(degrees: float) -> None:
    law = claim.StudentT(degrees)
    u = np.linspace(0.01, 0.99, 33)
    np.testing.assert_allclose(law.cdf(law.ppf(u)), u, atol=1e-10)
    rng = stream("t")
    drawn = np.sort(rng.standard_normal(4000) / np.sqrt(rng.chisquare(degrees, 4000) / degrees))
    assert np.abs(law.cdf(drawn) - np.arange(1, 4001) / 4000).max() < 0.04


def test_wrong_variance_of_the_weights_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = dense.draw_weights

    def wrong(*given: object) -> tuple[np.ndarray, ...]:
        W, F, C = draw(*given)
        return 1.1 * W, F, C

    monkeypatch.setattr(dense, "draw_weights", wrong)
    assert JUDGE.verdict("Krylov basis") is Verdict.REFUTED
    assert JUDGE.verdict("given W and F") is Verdict.VERIFIED  # L over its own Gram does not depend on ν_W


def test_an_output_that_is_correlated_with_the_weights_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = dense.draw_weights

    def correlated(*given: object) -> tuple[np.ndarray, ...]:
        W, F, C = draw(*given)
        C[:, 0] = F[:, :, 0]
        return W, F, C

    monkeypatch.setattr(dense, "draw_weights", correlated)
    assert JUDGE.verdict("given W and F") is Verdict.REFUTED


def test_lags_that_share_a_sign_are_seen_by_the_rotation_or_the_length(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each entry stays N(0,1): only the joint statistics can tell."""
    sample = claim.width_free

    def copied(setting: Setting, rngs: list[np.random.Generator]) -> object:
        grams = sample(setting, rngs)
        nu_w = float(sp.Rational(setting["nu_W"]))
        grams.impulse[:, 1] = math.sqrt(nu_w) * grams.impulse[:, 0]
        return grams

    monkeypatch.setattr(claim, "width_free", copied)
    found = {item.line.label: item.verdict for item in JUDGE.outcomes("limit")}
    assert found["entries"] is not Verdict.REFUTED
    assert found["squared length"] is Verdict.REFUTED


def test_a_gram_of_the_wrong_power_is_seen_by_the_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    mean = wick.right_gram_mean
    monkeypatch.setattr(wick, "right_gram_mean", lambda j, k, n: mean(j, k, n) * (2 if j == k == 3 else 1))
    assert JUDGE.verdict("mean square") is Verdict.REFUTED


def test_a_lost_pairing_is_seen_by_the_second_route(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = impulse_moments.squared_norm_moment
    monkeypatch.setattr(
        impulse_moments, "squared_norm_moment", lambda *lags, n: moment(*lags, n=n) - (2 / n if len(lags) > 1 else 0)
    )
    assert JUDGE.verdict("finite width") is Verdict.REFUTED


def test_a_gaussian_exponent_without_its_half_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        impulse_law,
        "entry_characteristic",
        lambda: sp.exp(-impulse_law.NU_C * impulse_law.ARGUMENT**2),
    )
    assert JUDGE.verdict("conditional law") is Verdict.REFUTED
