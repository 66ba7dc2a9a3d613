"""The claim turns red when the code that it rests on is broken; its witnesses are those of brute force."""

from typing import Any

import numpy as np
import pytest
import sympy as sp

from numeric import bias_variance, training
from symbolic import filter as symbolic_filter
from tests.verify.claims.judging import Judge
from verify.claims import bias_variance_crossover as claim
from verify.model import Setting, Verdict

JUDGE = Judge(claim.__name__)


# --- faults ---


def scaled_field(monkeypatch: pytest.MonkeyPatch, name: str, factor: float) -> None:
    """The filter with one of its fields off by a factor."""
    right = bias_variance.polynomials

    def wrong(*arguments: Any) -> Any:  # noqa: ANN401
        index = ("kept", "spread", "passed").index(name)
        return [
            tuple(part * (factor if i == index else 1.0) for i, part in enumerate(row)) for row in right(*arguments)
        ]

    monkeypatch.setattr(bias_variance, "polynomials", wrong)


@pytest.mark.parametrize("field", ["kept", "spread", "passed"])
def test_a_filter_off_in_the_twelfth_digit_is_seen_by_the_steps(monkeypatch: pytest.MonkeyPatch, field: str) -> None:
    scaled_field(monkeypatch, field, 1.0 + 1e-11)
    assert JUDGE.verdict("steps") is Verdict.REFUTED


@pytest.mark.parametrize("check", ["law", "law of figure 3"])
@pytest.mark.parametrize(("field", "factor"), [("kept", 1.02), ("spread", 1.3)])
def test_another_mean_or_covariance_is_seen_by_the_law(
    monkeypatch: pytest.MonkeyPatch, field: str, factor: float, check: str
) -> None:
    scaled_field(monkeypatch, field, factor)
    assert JUDGE.verdict(check) is Verdict.REFUTED


def test_the_law_holds_where_figure_3_is_drawn() -> None:
    from verify.experiments import figure_3

    assert {setting["model"] for setting in claim.AS_FIGURE_3} == set(figure_3.MODELS)
    for setting in claim.AS_FIGURE_3:
        place = claim.place_of(setting)
        assert (place.T, place.nu, place.rate) == (figure_3.T, figure_3.NU, figure_3.RATE)
        drawn = (figure_3.SEQUENCES, figure_3.DECIBELS, figure_3.STEPS)
        assert (setting["N"], setting["dB"], setting["steps"]) == drawn
        assert setting["d"] in figure_3.DELAYS
        assert setting["start"] == "random"


def test_another_trainer_is_seen_by_the_law(monkeypatch: pytest.MonkeyPatch) -> None:
    right = training.train_by_steps

    def faster(*arguments: Any, rate: float, **more: Any) -> Any:  # noqa: ANN401
        return right(*arguments, rate=1.1 * rate, **more)

    monkeypatch.setattr(training, "train_by_steps", faster)
    assert JUDGE.verdict("law") is Verdict.REFUTED


@pytest.mark.parametrize("check", ["delay", "data", "noise"])
def test_another_closed_form_is_seen_by_the_errors(monkeypatch: pytest.MonkeyPatch, check: str) -> None:
    right = training.train_closed_form

    def fewer(*arguments: Any, steps: Any, **more: Any) -> Any:  # noqa: ANN401
        return right(*arguments, steps=[step // 2 for step in steps], **more)

    monkeypatch.setattr(training, "train_closed_form", fewer)
    assert JUDGE.verdict(check) is Verdict.REFUTED


def test_other_degrees_of_freedom_are_seen_by_the_fit_of_noise(monkeypatch: pytest.MonkeyPatch) -> None:
    scaled_field(monkeypatch, "passed", 1.2)
    fallen = {item.line.label for item in JUDGE.outcomes("data") if item.verdict is Verdict.REFUTED}
    assert fallen == {"df, scaled", "df, unscaled"}


@pytest.mark.parametrize("setting", [claim.SIZES[0], claim.NOISES[-1]], ids=["by noise", "across from the bias"])
def test_the_variance_of_the_fit_of_noise_is_exact(setting: Setting) -> None:
    """Its variance over 12 800 draws, against that which the check believes, for both models."""
    from numeric.streams import streams

    found = claim.sample_errors(setting, streams(("degrees",), range(200)))
    for line in claim.data_lines(setting):
        assert found[line.label].var() == pytest.approx(line.variance, rel=0.15)


def test_the_parts_drawn_add_up() -> None:
    curves = {curve.label: dict(zip(curve.x, curve.y, strict=True)) for curve in claim.error_curves(claim.SIZES, "N")}
    total = next(curve for label, curve in curves.items() if label != "ρ_7 = 1" and label.startswith("ρ_7"))
    for x, value in total.items():
        assert curves["bias², scaled"][x] + curves["variance, scaled"][x] == pytest.approx(value)
    assert max(curves.get("bias², unscaled", {}), default=0.0) < 12.0  # below a hundredth of its sum from there on


def test_other_moments_of_the_inputs_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    right = symbolic_filter.one_lag_moments
    monkeypatch.setattr(symbolic_filter, "one_lag_moments", lambda rows, **more: right(2 * rows, **more))
    assert JUDGE.verdict("random inputs") is Verdict.REFUTED


def test_steps_along_another_gradient_are_seen_by_the_proofs(monkeypatch: pytest.MonkeyPatch) -> None:
    right = symbolic_filter.trained

    def wrong(design: sp.Matrix, kernel: sp.Matrix, gain: sp.Expr, **more: Any) -> Any:  # noqa: ANN401
        return right(design, kernel * kernel, gain, **more)

    monkeypatch.setattr(symbolic_filter, "trained", wrong)
    assert JUDGE.verdict("filter") is Verdict.REFUTED
    assert JUDGE.verdict("crossover") is Verdict.REFUTED


# --- what is claimed, in numbers ---


def test_both_signs_are_in_every_figure() -> None:
    for figure in claim.CLAIM.figures:
        if figure.series == claim.DEGREES:
            continue
        scaled, unscaled = (np.array(curve.y) for curve in figure.theory()[:2])
        assert (scaled < unscaled).any()
        assert (scaled > unscaled).any()


def test_the_finding_is_computed_and_names_the_number_of_steps() -> None:
    finding, turned, other = claim.findings()
    assert "after 4 steps" in finding.text
    assert "a matter of stopping early" in finding.text
    assert "8.37 at 4 steps" in finding.counterexample
    assert "ρ = 1, 1.15, 1.26" in turned.counterexample
    assert "up to N* = 24.8 and the scaled one beyond, at delay 2 the tie is at 19.8" in turned.counterexample
    assert "bias² = 0.0237 scaled, 0.022 unscaled" in other.counterexample


def test_the_findings_claim_no_more_than_is_proved() -> None:
    """White inputs and the teacher of the figures: at delay 0, where ρ_0 = 1, the scaled convolution loses."""
    assert all("below" in finding.text for finding in claim.findings()[:2])
    setting = claim._setting(d=0, dB=20.0, N=96, steps=20)
    scaled, unscaled = (claim.excess(setting, model)[0]["all"] for model in claim.MODELS)
    assert scaled > 1.3 * unscaled
