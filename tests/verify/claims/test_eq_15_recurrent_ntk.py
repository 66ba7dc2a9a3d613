"""(15): broken code turns the claim red."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
import sympy as sp

from numeric import recurrent_ntk
from symbolic import recurrent_ntk as symbolic_ntk
from tests.verify.claims.judging import Judge
from verify.claims import eq_15_recurrent_ntk as claim
from verify.model import Setting, Verdict

JUDGE = Judge(claim.__name__)


@pytest.fixture
def fresh() -> Iterator[None]:
    """The limit is derived once a process; what a test breaks must neither be hidden nor stay."""
    claim.limit.cache_clear()
    yield
    claim.limit.cache_clear()


@pytest.mark.usefixtures("fresh")
def test_a_limit_without_the_part_of_c_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = symbolic_ntk._parts
    monkeypatch.setattr(symbolic_ntk, "_parts", lambda *where: (sp.Integer(0), *whole(*where)[1:]))
    assert JUDGE.verdict("dense network") is Verdict.REFUTED
    assert JUDGE.verdict("linear") is Verdict.REFUTED


def off_in_one_entry(whole: Callable[..., np.ndarray]) -> Callable[..., np.ndarray]:
    def kernel(weights: tuple[np.ndarray, ...], *more: object) -> np.ndarray:
        found = whole(weights, *more)
        found[:, -1, -1] *= 1.0 + 1e-9
        return found

    return kernel


def test_a_simulator_that_is_off_in_one_entry_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recurrent_ntk, "recurrent_ntk", off_in_one_entry(recurrent_ntk.recurrent_ntk))
    assert JUDGE.verdict("tangents") is Verdict.REFUTED


def test_weights_come_in_groups_that_leave_no_trace() -> None:
    """A block of 64 networks at once at n = 4, as it is drawn, and one by one."""
    rng = np.random.default_rng(3)
    numbers = rng.standard_normal((64, 4 * 6))
    ((W, F, C),) = claim.weights(4, [np.random.default_rng(3)])
    assert np.array_equal(np.hstack([W.reshape(64, -1), F[..., 0], C]), numbers)
    assert [len(part[0]) for part in claim.weights(512, [np.random.default_rng(3)])][:2] == [1, 1]


def test_the_error_is_a_norm_over_the_distinct_entries() -> None:
    errors = claim.errors(Setting(T=3, n=4), [np.random.default_rng(4)])
    assert {label: values.shape for label, values in errors.items()} == {
        label: (64, count) for label, count in claim.coordinates().items()
    }
