"""The claim turns red when the code that it rests on is broken."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sympy as sp

from numeric import krylov, wasserstein
from numeric.grams import Grams
from numeric.streams import stream
from symbolic import gaussian_transport, gram_distance
from tests.verify.claims.judging import Judge
from verify.claims import appendix_a_gaussian_w2 as claim
from verify.model import Verdict

JUDGE = Judge(claim.__name__)


def assert_refuted(name: str, only: Callable[[Any], bool] = lambda _: True) -> None:
    assert Verdict.REFUTED in JUDGE.verdicts(name, only).values()


def test_a_wrong_map_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gaussian_transport, "map_cost", lambda t, b: ((t - sp.eye(t.rows)) * b * b).trace())
    assert_refuted("formula")


def test_a_forgotten_pairing_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """E (f^T A f)² without its third pairing tr A A^T changes the constant of E ‖G − D‖_F²."""
    gram_distance.cross_moment.cache_clear()
    gram_distance.deviation.cache_clear()
    monkeypatch.setattr(gram_distance, "transpose", lambda word: word)
    try:
        assert_refuted("mean distance")
    finally:
        gram_distance.cross_moment.cache_clear()
        gram_distance.deviation.cache_clear()


def test_another_spectral_floor_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice the floor is no floor."""
    monkeypatch.setattr(gaussian_transport, "spectral_floor", lambda _: right)
    right = gaussian_transport.LEAST * gaussian_transport.MOVE**2
    assert_refuted("bound")


def test_another_rate_of_the_simulation_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """W_2 falling like n^{−0.65}, the sides of `rate` accept, the exponent does not."""
    right = claim.sample_distance

    def faster(setting: Any, rngs: Any, *, sampler: Any) -> dict[str, np.ndarray]:  # noqa: ANN401
        found = right(setting, rngs, sampler=sampler)
        return {label: value * (setting["n"] / 100) ** -0.15 for label, value in found.items()}

    monkeypatch.setattr(claim, "sample_distance", faster)
    assert_refuted("exponent")


def test_a_wrong_density_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    n = gram_distance.WIDTH
    slope, peak = gaussian_transport.chi_peak(n)
    monkeypatch.setattr(gaussian_transport, "chi_peak", lambda _: (slope + 1, peak))
    assert_refuted("below")


def test_a_lost_digit_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A perturbation of 1e-12 of the change is three decimal places below the last that (32) keeps at n = 10¹²."""
    right = wasserstein.gaussian_w2
    monkeypatch.setattr(wasserstein, "gaussian_w2", lambda a, b: right(a, b) * (1 + 1e-12))
    assert_refuted("digits", lambda setting: setting["nu_W"] == "1")


def test_an_unaligned_form_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wasserstein, "w2_aligned", claim._unaligned)
    assert_refuted("forms", lambda setting: setting["case"] == 3)


@pytest.mark.parametrize(("power", "line"), [(0.25, "above"), (1.0, "below")])
def test_grams_of_another_width_are_seen(monkeypatch: pytest.MonkeyPatch, power: float, line: str) -> None:
    """Grams of width n^{1/4} are too far from the limit, those of width 1000 n too close."""
    right = krylov.sample_grams

    def other(**sizes: Any) -> Grams:  # noqa: ANN401
        sizes["n"] = int(sizes["n"] ** power) * (1000 if power == 1.0 else 1)
        return right(**sizes)

    monkeypatch.setattr(krylov, "sample_grams", other)
    found = JUDGE.verdicts("rate", lambda setting: setting["n"] == 10**8)
    assert {verdict for (_, label), verdict in found.items() if label == line} == {Verdict.REFUTED}


def test_the_lower_side_holds_for_the_chi_law_itself() -> None:
    """P(|χ_n − √n| < 1/5) by simulation of χ alone: the proof's bound is above it, and it is not a tenth of it."""
    for n in (5, 100, 10**6):
        chi = np.sqrt(stream("chi", n).chisquare(n, size=200_000))
        share = float(np.mean(np.abs(chi - np.sqrt(n)) < 0.2))
        assert 0.15 < share < 0.25


def test_the_finding_is_computed() -> None:
    (finding,) = claim.findings()
    assert "about floating point, not about the paper" in finding.text
    assert "(32) in double precision gives" in finding.counterexample


def test_distant_pairs_are_as_far_apart_as_they_are_said_to_be() -> None:
    """By the traces, W_2² ≥ tr Σ_1; of two independent pairs some are closer than any share of them."""
    for seed in range(200):
        for setting in claim.DISTANT[:2]:
            first, second = claim.draw_pair(setting, stream("pair", seed))
            assert wasserstein.gaussian_w2(first, second) ** 2 > (1 - 1e-9) * np.trace(first)
    near = [claim.draw_pair(claim.PAIRS[0], stream("pair", seed)) for seed in range(200)]
    assert min(wasserstein.gaussian_w2(*pair) ** 2 / np.trace(pair[0]) for pair in near) < 0.01
