"""Empirical measures: broken code turns the claim red."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy as sp

from numeric import empirical_transport as numeric_side
from symbolic import empirical_transport as symbolic_side
from symbolic import gaussian_transport, independent_rows
from tests.verify.claims.judging import Judge
from verify.claims import appendix_a_empirical_measures as claim
from verify.model import Verdict

JUDGE = Judge(claim.__name__)


def test_a_wrong_average_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    right = independent_rows.squared_average
    monkeypatch.setattr(independent_rows, "squared_average", lambda *given, **named: 2 * right(*given, **named))
    assert JUDGE.verdict("independent rows") is Verdict.REFUTED


def test_a_wrong_cauchy_schwarz_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    right = gaussian_transport.cauchy_schwarz
    monkeypatch.setattr(gaussian_transport, "cauchy_schwarz", lambda: right() + sp.Symbol("XY", positive=True))
    assert JUDGE.verdict("transport") is Verdict.REFUTED


def test_unsorted_entries_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numeric_side.np, "sort", lambda samples, axis: samples if axis == -1 else None)
    for check in ("one lag", "lag one"):
        assert JUDGE.verdict(check) is Verdict.REFUTED


def test_a_wrong_overlap_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two per cent more than the overlap at n = 16 is 20 % less of E W_2²."""
    right = symbolic_side.overlap
    monkeypatch.setattr(symbolic_side, "overlap", lambda n: 1.02 * right(n))
    assert JUDGE.verdict("lag one") is Verdict.REFUTED


def test_a_forgotten_variance_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    right = claim.draw_rows

    def unscaled(setting: Any, rngs: Any) -> np.ndarray:  # noqa: ANN401
        rows = right(setting, rngs)
        return rows / np.sqrt(float(claim.row_variances(setting)[0])) ** np.arange(4)[None, :, None]

    monkeypatch.setattr(claim, "draw_rows", unscaled)
    assert JUDGE.verdict("one lag") is Verdict.REFUTED
    assert JUDGE.verdict("lag one") is Verdict.REFUTED
