"""The rate is seen to fail when the student or the convolution is another one."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from numpy.random import Generator

from numeric import students
from numeric.streams import stream, streams
from tests.verify.claims.judging import Judge
from verify.claims import _synthetic
from verify.claims import figures_1_2_gap as claim
from verify.model import Setting, Verdict

JUDGE = Judge(claim.__name__)


def test_the_gap_is_verified_up_to_the_widths_of_the_profile() -> None:
    outcomes = JUDGE.outcomes("gap")
    assert {item.verdict for item in outcomes} == {Verdict.VERIFIED}
    assert {point.at["n"] for item in outcomes for point in item.points} == {60, 240}


def test_students_that_are_all_of_one_width_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """At every n a student of width 15: √n times its gap grows fourfold."""
    right = students.student_path
    monkeypatch.setattr(students, "student_path", lambda _, *more, **named: right(15, *more, **named))
    assert JUDGE.verdict("gap") is Verdict.REFUTED


def test_a_gap_that_falls_faster_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """At n > 15 the convolution itself in the student's place, off by 1/n: from below."""
    right = claim.gaps

    def closer(setting: Setting, rngs: Sequence[Generator]) -> Any:  # noqa: ANN401
        scale = (15 / setting["n"]) ** 1.5
        return {name: scale * values for name, values in right(Setting(n=15), rngs).items()}

    check = JUDGE.claim.check("gap")
    monkeypatch.setitem(check.__dict__, "errors", closer)
    assert "below" in [item.line.label[-5:] for item in JUDGE.outcomes("gap") if item.verdict is Verdict.REFUTED]


def test_the_gap_is_between_the_two_losses_of_one_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the convolution in the place of the student there is no gap at all, but for the rate."""
    from numeric.training import scaled_convolution, train_closed_form

    rho = claim.wide_factors()

    def convolution(n: int, moments: Any, rng: Generator, *, steps: Any, rate: float, **_: Any) -> Any:  # noqa: ANN401
        start = rng.standard_normal((claim.T, 1, 1)) * n**0
        return train_closed_form(scaled_convolution(start, rho), moments, rate=rate, steps=steps).impulse

    monkeypatch.setattr(students, "student_path", convolution)
    rngs = streams(("gap",), range(1))
    found = claim.gaps(Setting(n=15), rngs)
    assert all(values.shape == (64, len(claim.STEPS)) for values in found.values())
    assert max(np.abs(values).max() for values in found.values()) < 1e-10
    slower = claim.gaps(Setting(n=15), streams(("gap",), range(1)), slower=2.0)
    assert min(np.abs(values).max() for values in slower.values()) > 0.1


def test_a_student_that_diverges_is_infinitely_far(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claim, "RATE", 50.0)
    of_training, of_test = claim._one_gap(4, stream("wild"), claim.wide_factors(), 0.1)
    assert np.isinf(of_training).all()
    assert np.isinf(of_test).all()


def test_factors_are_those_of_the_theorem() -> None:
    nu_w, nu_f, nu_c = _synthetic.numbers(claim.NU)
    j = np.arange(claim.T)
    np.testing.assert_allclose(claim.wide_factors(), nu_c * (j * nu_f * nu_w ** (j - 1) + nu_w**j) + nu_f * nu_w**j)
    np.testing.assert_allclose(claim.without_w(), (nu_c + nu_f) * nu_w**j)
    np.testing.assert_allclose(_synthetic.start_variances(claim.T, claim.NU), nu_c * nu_f * nu_w**j)
