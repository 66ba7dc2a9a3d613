"""Theorem 3.2: broken code turns the claim red."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import sympy as sp

from numeric import kernels
from numeric import scaled_convolution as numeric_side
from symbolic import scaled_convolution as symbolic_side
from tests.verify.claims.judging import Judge
from verify.claims import theorem_3_2_convolution_ntk as claim
from verify.model import Verdict

JUDGE = Judge(claim.__name__)


def test_model_with_factors_in_the_place_of_their_roots_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """L_j = ρ_j θ_j in the place of √ρ_j θ_j."""
    whole = symbolic_side.output

    def scaled(theta: Sequence[sp.Matrix], x: Sequence[sp.Matrix]) -> sp.Matrix:
        roots = symbolic_side.roots(len(theta))
        return whole([root * matrix for root, matrix in zip(roots, theta, strict=True)], x)

    monkeypatch.setattr(symbolic_side, "output", scaled)
    assert JUDGE.verdict("jacobian") is Verdict.REFUTED


def test_model_that_looks_ahead_is_seen_by_the_jacobian(monkeypatch: pytest.MonkeyPatch) -> None:
    run = numeric_side.run_convolution
    monkeypatch.setattr(numeric_side, "run_convolution", lambda L, x: run(L, x[::-1]))
    assert JUDGE.verdict("jacobian products") is Verdict.REFUTED


def test_toeplitz_matrix_without_its_last_lag_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = numeric_side.block_toeplitz

    def cut(x: np.ndarray) -> np.ndarray:
        matrix = whole(x)
        matrix[-x.shape[1] :] = 0.0
        return matrix

    monkeypatch.setattr(numeric_side, "block_toeplitz", cut)
    assert {item.verdict for item in JUDGE.outcomes("jacobian products")} == {Verdict.REFUTED}


def test_contraction_with_the_inputs_exchanged_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    contract = kernels.ntk_of_grams
    monkeypatch.setattr(kernels, "ntk_of_grams", lambda grams, x, x2: contract(grams, x2, x))
    assert JUDGE.verdict("wide limit") is Verdict.REFUTED


def test_derivative_that_forgets_the_output_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    derivative = symbolic_side._derivative
    monkeypatch.setattr(
        symbolic_side,
        "_derivative",
        lambda name, t, lag, a, b: derivative(name, t, lag, a, b).subs(a, symbolic_side.ALPHA),
    )
    assert JUDGE.verdict("all lengths") is Verdict.REFUTED


def test_derivation_tells_the_kernel() -> None:
    plain = [step.plain for step in claim.CLAIM.derivation()]
    assert "K_(11) = r_0^2 x_10 z_10 + r_1^2 x_00 z_00" in plain
    assert "k = r[j]^2 x[d, b] z[e, b]" in plain
