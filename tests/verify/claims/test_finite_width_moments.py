"""Finite-width moments: broken code turns the claim red."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sympy as sp

from numeric import kernels, krylov
from numeric.streams import stream, streams
from symbolic import fluctuations, gram_moments, wick
from tests.verify.claims.judging import Judge
from verify.claims import finite_width_moments as claim
from verify.model import Setting, Verdict

JUDGE = Judge(claim.__name__)


@pytest.mark.parametrize("j", range(32))
def test_stated_coefficients_are_the_binomials(j: int) -> None:
    assert claim.kernel_variance(sp.Integer(j)) == math.comb(2 * j + 4, 3)
    assert claim.kernel_variance(sp.Integer(j)) == 4 * sum(m * m for m in range(1, j + 2))
    assert claim.binomial_one_less(sp.Integer(j)) == math.comb(2 * j + 3, 3)
    assert claim.independent_lags(sp.Integer(j)) == 2 * sum(2 * (a + 1) for a in range(j + 1))


def test_late_fluctuations_have_the_stated_size_and_its_neighbours_have_not() -> None:
    """Sample variances at n = 10¹⁰, where the statistic is nearly normal: 8 % covers five standard errors."""
    values = claim.sample_late(claim.WIDE[0], streams(["late"], range(128)))
    for j in claim.LATE:
        measured = float(np.var(values[f"j={j}, too far"])) * 1e10
        assert measured == pytest.approx(math.comb(2 * j + 4, 3), rel=0.08)
        assert measured > 1.5 * float(claim.independent_lags(sp.Integer(j)))


def test_variances_of_the_lines_are_those_of_the_statistics() -> None:
    setting = Setting(n=48, T=3)
    values = claim.sample(setting, [stream("spread", block) for block in range(2000)])
    for line in claim.mean_lines(setting):
        squares = (values[line.label] - line.low) ** 2
        assert abs(squares.mean() - line.variance) <= 6 * squares.std() / math.sqrt(len(squares))


def test_lines_cover_both_kinds_of_entry() -> None:
    labels = {line.label for line in claim.mean_lines(Setting(n=12, T=2))}
    assert labels == {"G_00", "G_01", "G_11", "Θ_00", "Θ_01", "Θ_11"}


def test_a_forgotten_pairing_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    complete = gram_moments._pair_vectors
    monkeypatch.setattr(gram_moments, "_pair_vectors", lambda *given: complete(*given)[:-1] or complete(*given))
    assert JUDGE.verdict("two derivations") is Verdict.REFUTED
    assert JUDGE.verdict("covariances") is Verdict.REFUTED


def test_a_kernel_without_its_cross_terms_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = gram_moments._ntk_parts

    def diagonal(j: int, k: int) -> tuple[list[gram_moments.Term], ...]:
        by_c, by_f, by_w = parts(j, k)
        return (
            by_c,
            by_f,
            [term for term in by_w if term.left == "W" * (len(term.left) // 2) + "T" * (len(term.left) // 2)],
        )

    caches = (gram_moments.part_means, gram_moments.part_second_moments, gram_moments.ntk_gram_cross_moment)
    for cached in caches:
        cached.cache_clear()
    monkeypatch.setattr(gram_moments, "_ntk_parts", diagonal)
    try:
        assert JUDGE.verdict("means") is Verdict.REFUTED  # E Θ_jk off the diagonal needs them
    finally:
        monkeypatch.undo()
        for cached in caches:
            cached.cache_clear()


def test_an_expansion_that_forgets_c_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    expansion = fluctuations.kernel_expansion
    monkeypatch.setattr(
        fluctuations,
        "kernel_expansion",
        lambda j: expansion(j) - fluctuations.EPSILON * fluctuations.fluctuation("g", j, j),
    )
    assert JUDGE.verdict("linear") is Verdict.REFUTED


def test_an_increment_without_its_own_variance_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    increment = fluctuations.increment
    monkeypatch.setattr(fluctuations, "increment", lambda lag: increment(lag) - 2 * (lag + 1))
    assert JUDGE.verdict("all lags") is Verdict.REFUTED


def test_another_variance_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    variance = wick.ntk_variance
    monkeypatch.setattr(wick, "ntk_variance", lambda j, k, n, **nu: variance(j, k, n, **nu) + 1 / sp.sympify(n))
    assert JUDGE.verdict("variances") is Verdict.REFUTED
    assert JUDGE.verdict("any variances") is Verdict.REFUTED


def test_a_sampler_with_dependent_sides_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    sample = krylov.sample_grams

    def dependent(**given: object) -> object:
        grams = sample(**given)
        grams.left[...] = grams.right
        return grams

    monkeypatch.setattr(krylov, "sample_grams", dependent)
    assert JUDGE.verdict("small widths") is Verdict.REFUTED


def test_a_kernel_without_the_part_of_w_is_seen_at_late_lags(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        kernels,
        "lag_ntk_diagonal",
        lambda grams: np.stack([grams.right[:, j, j] + grams.left[:, j, j] for j in range(grams.T)], 1),
    )
    assert JUDGE.verdict("late lags") is Verdict.REFUTED
