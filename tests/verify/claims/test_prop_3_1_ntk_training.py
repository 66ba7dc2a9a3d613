"""Proposition 3.1: broken code turns the claim red."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import sympy as sp

from numeric import training
from numeric.dense import run_convolution
from numeric.moments import moments_of_sequences
from numeric.scaled_convolution import block_toeplitz
from numeric.streams import streams
from symbolic import gradient_descent, lazy_training, linearised_descent, small_rnn, training_kernel
from tests.verify.claims.judging import Judge
from verify.claims import prop_3_1_ntk_training as claim
from verify.model import Setting, Verdict

JUDGE = Judge(claim.__name__)


@pytest.fixture(autouse=True)
def _fresh_derivatives() -> Iterator[None]:
    """What a broken module derived is remembered neither here nor by the tests that follow."""
    small_rnn.linearised.cache_clear()
    yield
    small_rnn.linearised.cache_clear()


# --- broken derivations -----------------------------------------------------------------------------------------------


def broken(monkeypatch: pytest.MonkeyPatch, module: object, name: str, wrong: object) -> None:
    monkeypatch.setattr(module, name, wrong)


def test_a_recursion_that_looks_ahead_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run backwards in time, the RNN is no convolution of the past."""
    whole = small_rnn.outputs
    broken(monkeypatch, small_rnn, "outputs", lambda w, xs: whole(w, [sp.Matrix(x)[:, ::-1] for x in xs]))
    assert JUDGE.verdict("exact runs") is Verdict.REFUTED


def test_a_kernel_without_its_w_part_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    moved = small_rnn._moved
    broken(monkeypatch, small_rnn, "_moved", lambda weights: (m for m in moved(weights) if m[0] == weights[0]))
    assert JUDGE.verdict("exact runs") is Verdict.REFUTED


def test_a_convolution_with_another_kernel_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = gradient_descent.lag_kernel
    broken(monkeypatch, gradient_descent, "lag_kernel", lambda given: 2 * kernel(given))
    assert JUDGE.verdict("exact runs") is Verdict.REFUTED


def test_a_residual_of_the_wrong_sign_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = linearised_descent.residuals

    def wrong(states: object) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
        by_parameters, by_dual, by_response = whole(states)
        return by_parameters, by_dual, -by_response

    broken(monkeypatch, linearised_descent, "residuals", wrong)
    assert JUDGE.verdict("steps") is Verdict.REFUTED


def test_parameters_that_move_half_as_far_are_seen_in_a_scaled_convolution(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = linearised_descent.step

    def wrong(states: linearised_descent.States, **named: bool) -> linearised_descent.States:
        right = whole(states, **named)
        return replace(right, moved=(right.moved + states.moved) / 2)

    broken(monkeypatch, linearised_descent, "step", wrong)
    fallen = [line.label for line in claim.prove_steps() if line.decide()[0] is Verdict.REFUTED]
    assert "a scaled convolution has Θ = D(ρ)" in fallen


def test_cofactors_without_their_signs_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    signed = training_kernel._cofactor
    broken(monkeypatch, training_kernel, "_cofactor", lambda series, i: (-1) ** i * signed(series, i))
    assert JUDGE.verdict("hypothesis") is Verdict.REFUTED


def test_curvature_of_order_one_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    hessian = lazy_training.norm_hessian
    broken(
        monkeypatch,
        lazy_training,
        "norm_hessian",
        lambda o=1: {k: e / lazy_training.ROOT for k, e in hessian(o).items()},
    )
    assert JUDGE.verdict("perturbation") is Verdict.REFUTED


def test_a_contraction_below_what_a_step_does_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    right = lazy_training._contraction
    broken(monkeypatch, lazy_training, "_contraction", lambda q: right(q) - 7 * lazy_training.CURVATURE)
    assert JUDGE.verdict("perturbation") is Verdict.REFUTED


# --- broken training --------------------------------------------------------------------------------------------------


def test_a_model_linearised_elsewhere_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The NTK model whose kernel forgets a share of its C part that does not depend on the width."""
    model = training.ntk_model

    def wrong(W: np.ndarray, F: np.ndarray, C: np.ndarray, T: int) -> training.LinearLearner:
        right = model(W, F, C, T)
        return training.LinearLearner(start=right.start, half=0.9 * right.half)

    monkeypatch.setattr(training, "ntk_model", wrong)
    assert JUDGE.verdict("every step") is Verdict.REFUTED


def test_an_rnn_trained_at_another_rate_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    train = training.train_rnn
    monkeypatch.setattr(training, "train_rnn", lambda *a, rate, **k: train(*a, rate=0.5 * rate, **k))
    assert JUDGE.verdict("scaled convolution") is Verdict.REFUTED


def test_a_start_that_is_not_the_rnns_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    convolution = training.scaled_convolution
    monkeypatch.setattr(training, "scaled_convolution", lambda start, rho: convolution(0 * start, rho))
    assert JUDGE.verdict("scaled convolution") is Verdict.REFUTED


# --- what is measured -------------------------------------------------------------------------------------------------

SMALL = Setting(**{**claim.LATE, "n": 9, "steps": 3})


def test_gaps_are_differences_of_outputs_on_the_new_sequences() -> None:
    """One draw by hand: the RNN and its model both convolved, sequence by sequence."""
    last, every = claim.gaps(SMALL, streams(["gaps"], range(1)), claim.own_model)
    weights = next(claim.starts(SMALL, streams(["gaps"], range(1))))
    x, y, new = claim.teacher_data(SMALL)
    moments = moments_of_sequences(x, y)
    options = {"rate": claim.rate_of(SMALL, moments), "steps": range(4), "refuse_unstable": False}
    path, _ = training.train_rnn(*weights, moments, **options)
    model = training.train_by_steps(training.ntk_model(*weights, SMALL["T"]), moments, **options)
    for step in range(4):
        by_hand = [run_convolution(path.impulse[step] - model.impulse[step], z) for z in new]
        np.testing.assert_allclose(every[0, step], np.ravel(by_hand), rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(last[0], every[0, -1], rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(every[:, 0], 0, atol=1e-12)


def test_the_worst_step_is_the_worst() -> None:
    setting = Setting(**{**SMALL, "steps": 5})
    found = claim.errors_at_steps(setting, streams(["worst"], range(1)))
    _, every = claim.gaps(setting, streams(["worst"], range(1)), claim.own_model)
    np.testing.assert_array_equal(found["step 4"], every[:, 4])
    expected = np.linalg.norm(every, axis=2).max(axis=1)
    np.testing.assert_allclose(np.linalg.norm(found["worst step"], axis=1), expected)


def test_titles_say_the_steps_that_are_run() -> None:
    titles = {check.name: check.title for check in claim.CLAIM.checks}
    for name, setting in (("own model", claim.LATE), ("every step", claim.EXCITED), ("the end", claim.END)):
        assert str(setting["steps"]) in titles[name]
    found = claim.gaps(claim.END, streams(["steps"], range(1)), claim.own_model)[1]
    assert found.shape[1] == claim.END["steps"] + 1


def test_the_data_of_every_step_and_of_the_end_excite_all_lags() -> None:
    """A^T A ≻ 0, as their titles say; for the rival of the end it is not."""
    settings = [setting for name in ("every step", "the end") for setting in JUDGE.claim.check(name).settings]
    smallest = [_eigenvalues(setting)[0] for setting in (*settings, claim.UNEXCITED)]
    assert min(smallest[:-1]) > 0.01
    assert abs(smallest[-1]) < 1e-12


def _eigenvalues(setting: Setting) -> np.ndarray:
    """Of A^T A, ascending, from the sequences themselves."""
    x, _, _ = claim.teacher_data(setting)
    A = np.concatenate([block_toeplitz(sequence).T for sequence in x])
    return np.linalg.eigvalsh(A.T @ A)


def test_where_all_lags_are_excited_the_largest_gap_is_passed_long_before_the_last_step() -> None:
    """So the largest gap over these steps is the largest over all: longer runs do not raise it."""
    longer = Setting(**{**claim.END, "steps": 3 * claim.END["steps"]})
    _, every = claim.gaps(longer, streams(["long"], range(1)), claim.own_model)
    size = np.linalg.norm(every, axis=2)
    assert np.median(size.argmax(axis=1)) < claim.END["steps"] / 4
    np.testing.assert_array_equal(size[:, : claim.END["steps"] + 1].max(axis=1), size.max(axis=1))


def test_another_output_scaling_is_the_descent_of_scaled_outputs() -> None:
    """With 1/n at the output and n times the rate: gradient descent on C W F/n, by central differences."""
    setting = Setting(**{**claim.END, "n": 4, "steps": 1, "share": 0.01})
    weights = next(claim.starts(setting, streams(["scaled"], range(1))))
    x, y, new = claim.teacher_data(setting)
    n, rate = 4, claim.rate_of(setting, moments_of_sequences(x, y)) * 4

    def outputs(theta: np.ndarray, z: np.ndarray) -> np.ndarray:
        W, F, C = (
            theta[: n * n].reshape(n, n),
            theta[n * n : n * (n + 1)].reshape(n, 1),
            theta[n * (n + 1) :].reshape(2, n),
        )
        return run_convolution(np.stack([C @ np.linalg.matrix_power(W / 2, j) @ F / n for j in range(setting["T"])]), z)

    def loss(theta: np.ndarray) -> float:
        return float(np.mean([(b - outputs(theta, a)) ** 2 for a, b in zip(x, y, strict=True)]))

    start = np.concatenate([w.ravel() for w in weights])
    unit = np.eye(start.size) * 1e-5
    gradient = np.array([(loss(start + e) - loss(start - e)) / 2e-5 for e in unit])
    moved = start - rate * gradient
    linear = [np.ravel([(outputs(start + e, z) - outputs(start - e, z)) / 2e-5 for z in new]) for e in unit]
    expected = np.ravel([outputs(moved, z) - outputs(start, z) for z in new]) + rate * gradient @ np.array(linear)
    last, every = claim.gaps(setting, streams(["scaled"], range(1)), claim.own_model, output=2)
    np.testing.assert_allclose(every[0, -1], last[0], rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(last[0], expected, rtol=1e-3, atol=1e-8)


def test_an_rnn_that_diverges_is_far_and_the_gap_largest_at_the_end() -> None:
    setting = Setting(**{**claim.END, "n": 4, "steps": 40})
    found = claim.sample_end(setting, streams(["diverging"], range(1)), share=6.0)["gap at the end"]
    assert np.isfinite(found).all()
    last, _ = claim.gaps(setting, streams(["diverging"], range(1)), claim.own_model, share=6.0)
    assert (last == claim.FAR).all(axis=1).any()
    assert (found[(last == claim.FAR).all(axis=1)] == 1.0).all()


def test_the_last_lag_of_late_inputs_is_excited_by_no_data() -> None:
    x, y, _ = claim.teacher_data(claim.LATE)
    assert np.linalg.matrix_rank(moments_of_sequences(x, y).gram) == 3 * 3
    x, y, _ = claim.teacher_data(claim.NOISE)
    assert np.linalg.matrix_rank(moments_of_sequences(x, y).gram) == 4 * 3


def test_findings_show_the_null_vector_and_the_excess() -> None:
    hypothesis, rates = claim.CLAIM.findings()
    assert "v^T K v = 0" in hypothesis.counterexample
    assert "rank 2 of 4" in hypothesis.counterexample
    assert "(L e^2 η^2)/n" in rates.counterexample
