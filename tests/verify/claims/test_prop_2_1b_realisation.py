"""Proposition 2.1(b): broken code turns the claim red."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from numeric import dense, streams
from numeric import realization as numeric_side
from symbolic import realization as symbolic_side
from tests.verify.claims.judging import Judge
from verify.claims import prop_2_1b_realisation as claim
from verify.model import Verdict

JUDGE = Judge(claim.__name__)


def test_read_out_of_the_reversed_response_is_seen_by_every_exact_check(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = symbolic_side.inverse
    monkeypatch.setattr(symbolic_side, "inverse", lambda lam: [row[::-1] for row in whole(lam)])
    for check in ("block", "stacked", "number of units", "bias", "exact systems", "many digits", "double precision"):
        assert JUDGE.verdict(check) is Verdict.REFUTED, check


def test_last_bit_of_one_weight_is_seen_in_fractions(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = symbolic_side.inverse

    def rounded(lam: list[Fraction]) -> list[list[Fraction]]:
        return [[Fraction(float(entry)) for entry in row] for row in whole(lam)]

    monkeypatch.setattr(symbolic_side, "inverse", rounded)
    assert JUDGE.verdict("exact systems") is Verdict.REFUTED
    assert JUDGE.verdict("many digits") is Verdict.REFUTED


def test_weights_stacked_in_another_order_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = numeric_side.stacked_weights
    monkeypatch.setattr(
        numeric_side, "stacked_weights", lambda nodes, readout, root: whole(nodes, readout[:, ::-1], root=root)
    )
    assert JUDGE.verdict("dense RNN") is Verdict.REFUTED


def test_solver_with_a_relative_error_of_one_in_a_million_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = numeric_side.solve_readout

    def off(nodes: np.ndarray, L: np.ndarray, *, transposed: bool = True) -> tuple[np.ndarray, np.ndarray]:
        found, backward = whole(nodes, L, transposed=transposed)
        return found * (1.0 + 1e-6), backward

    monkeypatch.setattr(numeric_side, "solve_readout", off)
    assert JUDGE.verdict("double precision") is Verdict.REFUTED


def test_bias_that_is_normalised_like_w_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = dense.run_rnn

    def scaled(W: np.ndarray, F: np.ndarray, C: np.ndarray, x: np.ndarray) -> np.ndarray:
        return whole(W, np.column_stack([F[:, :-1], F[:, -1] / math.sqrt(len(W))]), C, x)

    monkeypatch.setattr(dense, "run_rnn", scaled)
    assert JUDGE.verdict("bias, in numbers") is Verdict.REFUTED


@pytest.mark.parametrize("seed", range(5))
def test_every_solution_in_double_precision_could_fail(seed: int) -> None:
    """A relative error of 1 is what a solution of 0 has: a bound above it would accept anything."""
    check = claim.CLAIM.check("double precision")
    for setting in claim.CONDITIONED:
        (comparison,) = check.compare(setting, streams.stream("could fail", seed))  # type: ignore[attr-defined]
        assert comparison.bound < 1.0, setting.label


def test_bounds_at_many_digits_are_as_small_as_promised() -> None:
    for item in JUDGE.outcomes("many digits"):
        assert all(point.high <= 10.0**-claim.DIGITS for point in item.points)


def test_condition_number_is_that_of_numpy() -> None:
    lam = claim.equispaced(7, -1.0)
    V = np.vander(np.array(lam, dtype=float), increasing=True)
    assert claim.condition_number(lam) == pytest.approx(np.linalg.cond(V.T, np.inf), rel=1e-9)


@pytest.mark.parametrize("low", [0.0, -1.0])
@pytest.mark.parametrize("T", [1, 2, 17, 40])
def test_nodes_are_distinct_exact_and_not_zero(T: int, low: float) -> None:
    for lam in (claim.equispaced(T, low), claim.chebyshev(T)):
        assert len(set(lam)) == T
        assert all(Fraction(float(node)) == node != 0 and abs(node) < 1 for node in lam)


def test_lost_digits_are_found_where_they_are_lost() -> None:
    """The finding's T against the errors on both sides of it."""
    text = claim._loss("λ evenly spaced in (0, 1)")
    first = int(text.split("the read-out has none from T = ")[1].split(" ")[0])
    errors = [claim._errors("λ evenly spaced in (0, 1)", T)[0] for T in (first - 1, first, claim.LONGEST_TRIED)]
    assert errors[0] < claim.LOST <= min(errors[1:])


def test_response_used_for_the_digits_is_not_trivial() -> None:
    L = claim.dyadic_response(30, streams.stream("a response to realise", 30))
    assert len(set(L)) > 15


def test_findings_are_computed() -> None:
    precision, number, zero = claim.CLAIM.findings()
    assert "has none from T = " in precision.counterexample
    assert "6 units in the place of 12 realise it exactly" in number.counterexample
    assert "rank 4 > T = 3" in number.counterexample
    assert "k = [-3, 5] gives the response [2, 5]" in zero.counterexample


def test_derivation_tells_the_weights() -> None:
    plain = [step.plain for step in claim.CLAIM.derivation()]
    assert "k_1 = (L_000 λ_0 - L_100)/(λ_0 - λ_1)" in plain
    assert "k' = k/(a - b)" in plain
