"""Lemma B.1: broken code turns the claim red."""

from __future__ import annotations

import math

import numpy as np
import pytest

from numeric import kernels, perturbation, rotations
from symbolic import gaussian_sum
from tests.verify.claims.judging import Judge
from verify import tasks
from verify.claims import lemma_b_1_gaussian_sum as claim
from verify.model import Config, Verdict

JUDGE = Judge(claim.__name__)


def test_wrong_second_moment_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gaussian_sum, "moment", lambda power: 2 if power == 2 else int(power == 0))
    mean = gaussian_sum.outer_mean
    monkeypatch.setattr(gaussian_sum, "outer_mean", lambda A, B: mean(A, B, gaussian_sum.moment))
    assert JUDGE.verdict("lemma") is Verdict.REFUTED


def test_fourth_moment_of_a_sign_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = gaussian_sum.expectation
    signs = lambda power: int(power % 2 == 0)  # noqa: E731 — the moments of ±1
    monkeypatch.setattr(gaussian_sum, "expectation", lambda polynomial, variables: whole(polynomial, variables, signs))
    assert JUDGE.verdict("variance") is Verdict.REFUTED


def test_perturbation_that_does_not_pass_through_w_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = perturbation.moved_outputs

    def cut(weights: perturbation.Weights, directions: np.ndarray, x: np.ndarray) -> np.ndarray:
        size = weights[0].size
        at_rest = np.zeros_like(directions)
        at_rest[:, :size] = directions[:, :size]
        return whole(weights, directions, x) - 0.1 * whole(weights, at_rest, x)

    monkeypatch.setattr(perturbation, "moved_outputs", cut)
    assert JUDGE.verdict("any basis") is Verdict.REFUTED
    assert JUDGE.verdict("sampled") is Verdict.REFUTED


def test_symbolic_perturbation_without_scale_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = gaussian_sum.perturbation
    monkeypatch.setattr(gaussian_sum, "perturbation", lambda weights, moves, x, _: whole(weights, moves, x, 1))
    assert JUDGE.verdict("perturbation form") is Verdict.REFUTED


def test_rotation_that_is_none_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = rotations.random_rotation
    monkeypatch.setattr(rotations, "random_rotation", lambda size, rng: whole(size, rng) * (1.0 + 1e-9))
    assert JUDGE.verdict("any basis") is Verdict.REFUTED


def test_kernel_of_other_weights_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = kernels.ntk
    monkeypatch.setattr(kernels, "ntk", lambda W, F, C, x, x2: whole(W.T, F, C, x, x2))
    assert JUDGE.verdict("any basis") is Verdict.REFUTED


def test_sampled_variance_is_the_one_that_is_used() -> None:
    """Ten standard errors of a mean of squares, with fourth moments of products of Gaussians below 200."""
    (family,) = tasks.plan(JUDGE.reference, "sampled", None, Config(profile="quick"))
    check = claim.CLAIM.check("sampled")
    from numeric.streams import streams

    values = check.sample(family.setting, streams(("variance",), range(400)))  # type: ignore[attr-defined]
    for line in check.lines(family.setting):  # type: ignore[attr-defined]
        assert np.mean((values[line.label] - line.low) ** 2) == pytest.approx(
            line.variance, rel=10 * math.sqrt(200 / (400 * 64))
        )


def test_signs_give_the_same_sum() -> None:
    (finding,) = claim.CLAIM.findings()
    assert finding.counterexample.endswith("the same matrix for all A and B.")


def test_derivation_tells_the_lemma() -> None:
    plain = [step.plain for step in claim.CLAIM.derivation()]
    assert "E = a00 b00 + a01 b01" in plain
    assert "S = a00 b00 + a01 b01" in plain
