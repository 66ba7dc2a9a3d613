"""The claim holds, its rivals fall where they must, and broken code turns it red."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy as sp

from numeric import empirical_transport as numeric_side
from symbolic import empirical_transport as symbolic_side
from symbolic import gaussian_transport, independent_rows
from tests.verify.claims.judging import Judge
from verify.claims import appendix_a_empirical_measures as module
from verify.model import Control, Verdict

JUDGE = Judge("verify.claims.appendix_a_empirical_measures")
CLAIM, verdict = JUDGE.claim, JUDGE.verdict


@pytest.mark.parametrize("check", [check.name for check in CLAIM.checks])
def test_check_holds(check: str) -> None:
    assert verdict(check) is Verdict.VERIFIED


@pytest.mark.parametrize("control", CLAIM.controls, ids=lambda control: control.name)
def test_rival_falls_where_it_must(control: Control) -> None:
    JUDGE.assert_falls(control, "the residual is|the value is")


def test_a_wrong_average_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    right = independent_rows.squared_average
    monkeypatch.setattr(independent_rows, "squared_average", lambda *given, **named: 2 * right(*given, **named))
    assert verdict("independent rows") is Verdict.REFUTED


def test_a_wrong_cauchy_schwarz_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    right = gaussian_transport.cauchy_schwarz
    monkeypatch.setattr(gaussian_transport, "cauchy_schwarz", lambda: right() + sp.Symbol("XY", positive=True))
    assert verdict("transport") is Verdict.REFUTED


def test_unsorted_entries_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numeric_side.np, "sort", lambda samples, axis: samples if axis == -1 else None)
    for check in ("one lag", "lag one"):
        assert verdict(check) is Verdict.REFUTED


def test_a_wrong_overlap_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two per cent more than the overlap at n = 16 is 20 % less of E W_2²."""
    right = symbolic_side.overlap
    monkeypatch.setattr(symbolic_side, "overlap", lambda n: 1.02 * right(n))
    assert verdict("lag one") is Verdict.REFUTED


def test_a_forgotten_variance_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    right = module.draw_rows

    def unscaled(setting: Any, rngs: Any) -> np.ndarray:  # noqa: ANN401
        rows = right(setting, rngs)
        return rows / np.sqrt(float(module.row_variances(setting)[0])) ** np.arange(4)[None, :, None]

    monkeypatch.setattr(module, "draw_rows", unscaled)
    assert verdict("one lag") is Verdict.REFUTED
    assert verdict("lag one") is Verdict.REFUTED
