"""The rate is seen to fail when the student or the convolution is another one."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from numpy.random import Generator

from numeric import kernels, krylov, students, training
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
    assert all(values.shape == (64, 2 * len(claim.STEPS)) for values in found.values())
    assert max(np.abs(values).max() for values in found.values()) < 1e-10
    slower = claim.gaps(Setting(n=15), streams(("gap",), range(1)), slower=2.0)
    assert min(np.abs(values).max() for values in slower.values()) > 0.1
    first, second = np.split(slower["training"], 2, axis=1)
    assert (first != second).all()  # two starts, not one twice


def test_a_student_that_diverges_is_infinitely_far(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claim, "RATE", 50.0)
    of_training, of_test = claim._one_gap(4, stream("wild"), claim.wide_factors(), 0.1)
    assert np.isinf(of_training).all()
    assert np.isinf(of_test).all()


# --- the first order ------------------------------------------------------------------------------------------------


def test_the_first_order_is_what_a_small_first_step_parts_by(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dense RNN and the convolution from its start, both trained for a step so small that its square is nothing."""
    rng, n = stream("first order"), 9
    starts = [
        [
            np.sqrt(nu) * rng.standard_normal(shape)
            for nu, shape in zip(_synthetic.numbers(claim.NU), ((n, n), (n, 1), (1, n)), strict=True)
        ]
        for _ in range(claim.STARTS)
    ]
    grams = (kernels.grams_of(*weights, claim.T) for weights in starts)
    monkeypatch.setattr(krylov, "sample_grams", lambda **_: next(grams))
    found = claim.first_order(Setting(n=n), [rng])["ΔL"]
    data = _synthetic.data(claim.T, claim.SEQUENCES, claim.DECIBELS)["training"]
    options = {"rate": 1e-7, "steps": (0, 1)}
    for weights, of_start in zip(starts, np.split(found, claim.STARTS, axis=1), strict=True):
        rnn, _ = training.train_rnn(*weights, data, **options, refuse_unstable=False)
        wide = training.scaled_convolution(rnn.impulse[0], claim.wide_factors())
        convolution = training.train_by_steps(wide, data, **options).impulse
        scale = np.linalg.norm(convolution[1] - convolution[0])
        assert of_start.shape == (1, claim.T)
        np.testing.assert_allclose(of_start[0], (rnn.impulse[1] - convolution[1]).ravel() / scale, atol=1e-5)


@pytest.mark.parametrize("error", [0.98, 1.02])
def test_an_error_of_the_factors_by_a_fiftieth_is_seen(monkeypatch: pytest.MonkeyPatch, error: float) -> None:
    wide = error * claim.wide_factors()
    monkeypatch.setattr(claim, "wide_factors", lambda: wide)
    assert JUDGE.verdict("first order") is Verdict.REFUTED


def test_a_kernel_that_closes_on_its_limit_faster_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    right = krylov.sample_grams
    monkeypatch.setattr(krylov, "sample_grams", lambda n, **named: right(n=n**2 // 16, **named))
    refuted = [item.line.label for item in JUDGE.outcomes("first order") if item.verdict is Verdict.REFUTED]
    assert set(refuted) == {"ΔL: below"}


def test_factors_are_those_of_the_theorem() -> None:
    nu_w, nu_f, nu_c = _synthetic.numbers(claim.NU)
    j = np.arange(claim.T)
    np.testing.assert_allclose(claim.wide_factors(), nu_c * (j * nu_f * nu_w ** (j - 1) + nu_w**j) + nu_f * nu_w**j)
    np.testing.assert_allclose(claim.without_w(), (nu_c + nu_f) * nu_w**j)
    np.testing.assert_allclose(_synthetic.start_variances(claim.T, claim.NU), nu_c * nu_f * nu_w**j)
