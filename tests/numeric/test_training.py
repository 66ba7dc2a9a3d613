"""Training the RNN: against descent by automatic differentiation, its laws, its refusals."""

import math

import numpy as np
import pytest
from autograd import grad
from hypothesis import given, settings
from hypothesis import strategies as st

from numeric import training
from numeric.dense import impulse_response, run_rnn
from numeric.errors import ArgumentError
from numeric.rounding import product_error
from numeric.streams import stream
from numeric.training import (
    Moments,
    TrainingError,
    moments_of_sequences,
    ntk_model,
    rnn_gradient,
    stability_limit,
    train_closed_form,
    train_rnn,
)
from numeric.training_error import rnn_gradient_error
from numeric.training_stability import has_diverged
from tests.numeric.test_training_gradient import Case, case, explicit_loss

SIZES = [(1, 1, 1, 1, 1), (5, 4, 1, 1, 3), (6, 5, 3, 2, 4), (6, 5, 2, 3, 4), (9, 3, 7, 6, 2)]  # n, T, n_x, n_y, N
sizes = pytest.mark.parametrize("size", SIZES, ids=str)


def problem(*size: int, seed: int = 0) -> tuple[Case, Moments, float]:
    """Weights with sequences, their moments, and half of the limit of the rate."""
    network = case(*size, seed=seed)
    weights, x, y = network
    moments = moments_of_sequences(x, y)
    return network, moments, stability_limit(ntk_model(*weights, moments.T), moments) / 2


@sizes
def test_every_step_is_that_of_automatic_differentiation_over_sequences(size: tuple[int, ...]) -> None:
    """One step after the other: that training can be cut anywhere is a law of its own, below."""
    (weights, x, y), moments, rate = problem(*size)
    for _ in range(5):
        loss_bound, bounds = rnn_gradient_error(weights, moments)
        slopes = grad(explicit_loss)(weights, x, y)
        path, ends = train_rnn(*weights, moments, rate=rate, steps=[0, 1], refuse_unstable=False)
        assert abs(path.loss[0] - explicit_loss(weights, x, y)) <= 2 * loss_bound
        for ours, start, slope, bound in zip(ends, weights, slopes, bounds, strict=True):
            moved = start - rate * slope
            assert np.all(np.abs(ours - moved) <= 2 * rate * bound + 2.0**-51 * (np.abs(start) + np.abs(moved)))
        weights = ends


@sizes
def test_recorded_responses_and_losses_belong_to_the_weights(size: tuple[int, ...]) -> None:
    (weights, x, y), moments, rate = problem(*size)
    path, ends = train_rnn(*weights, moments, rate=rate, steps=[0, 2, 9])
    for index, at in ((0, weights), (2, ends)):
        bound = 2 * product_error(*at, moments.T)
        assert np.all(np.abs(path.impulse[index] - impulse_response(*at, moments.T)) <= bound)
        predictions = np.array([run_rnn(*at, x_i) for x_i in x])
        assert abs(path.loss[index] - np.mean((predictions - y) ** 2)) <= 2 * rnn_gradient_error(at, moments)[0]
    assert np.array_equal(path.steps, [0, 2, 9])


@settings(max_examples=25)
@given(st.integers(0, 10**6), st.sampled_from(SIZES), st.integers(0, 6), st.integers(1, 6))
def test_training_can_be_cut_anywhere(seed: int, size: tuple[int, ...], first: int, second: int) -> None:
    """Weights after ℓ steps, trained for m more, give the bytes of ℓ + m steps: nothing else is remembered."""
    (weights, _, _), moments, rate = problem(*size, seed=seed)
    rate = rate / 10
    whole, ends = train_rnn(*weights, moments, rate=rate, steps=[first, first + second])
    halfway, between = train_rnn(*weights, moments, rate=rate, steps=[first])
    rest, last = train_rnn(*between, moments, rate=rate, steps=[0, second], refuse_unstable=False)
    assert whole.impulse.tobytes() == rest.impulse.tobytes()
    assert whole.impulse[:1].tobytes() == halfway.impulse.tobytes()
    assert all(a.tobytes() == b.tobytes() for a, b in zip(ends, last, strict=True))


@settings(max_examples=25)
@given(st.integers(0, 10**6), st.sampled_from(SIZES))
def test_signs_of_hidden_units_mean_nothing(seed: int, size: tuple[int, ...]) -> None:
    """W ↦ SWS, F ↦ SF, C ↦ CS with S = diag(±1): rounding is symmetric, so not a bit of the path changes."""
    (weights, _, _), moments, rate = problem(*size, seed=seed)
    W, F, C = weights
    signs = stream("signs", seed).choice([-1.0, 1.0], size=len(W))
    here, ends = train_rnn(W, F, C, moments, rate=rate, steps=range(4), refuse_unstable=False)
    there, moved = train_rnn(
        signs[:, None] * W * signs,
        signs[:, None] * F,
        C * signs,
        moments,
        rate=rate,
        steps=range(4),
        refuse_unstable=False,
    )
    assert np.array_equal(here.impulse, there.impulse)
    assert np.array_equal(here.loss, there.loss)
    assert np.array_equal(moved[0], signs[:, None] * ends[0] * signs)


@sizes
def test_every_requested_step_is_one_of_all_steps(size: tuple[int, ...]) -> None:
    (weights, _, _), moments, rate = problem(*size)
    every, _ = train_rnn(*weights, moments, rate=rate / 10, steps=range(12))
    some, _ = train_rnn(*weights, moments, rate=rate / 10, steps=(1, 4, 11))
    assert np.array_equal(some.steps, [1, 4, 11])
    assert np.array_equal(every.impulse[[1, 4, 11]], some.impulse)
    assert np.array_equal(every.loss[[1, 4, 11]], some.loss)
    assert some.limit == every.limit


@settings(max_examples=15)
@given(st.integers(0, 10**6), st.sampled_from(SIZES), st.integers(1, 3), st.integers(0, 2))
def test_copies_of_the_data_change_nothing_and_zeros_dilute(
    seed: int, size: tuple[int, ...], copies: int, zeros: int
) -> None:
    (weights, x, y), moments, _ = problem(*size, seed=seed)
    more = [np.concatenate([array] * copies + [0 * array] * zeros) for array in (x, y)]
    others = moments_of_sequences(*more)
    dilution = copies / (copies + zeros)
    losses, slopes = zip(*(rnn_gradient(*weights, each) for each in (moments, others)), strict=True)
    errors = [rnn_gradient_error(weights, each) for each in (moments, others)]
    assert abs(dilution * losses[0] - losses[1]) <= errors[0][0] + errors[1][0]
    for here, there, *bounds in zip(*slopes, errors[0][1], errors[1][1], strict=True):
        assert np.all(np.abs(dilution * here - there) <= bounds[0] + bounds[1])


def test_arguments_are_left_alone() -> None:
    (weights, _, _), moments, rate = problem(5, 4, 1, 1, 3)
    before = [w.copy() for w in (*weights, moments.root)]
    train_rnn(*weights, moments, rate=rate, steps=[5])
    assert all(np.array_equal(a, b) for a, b in zip((*weights, moments.root), before, strict=True))


@pytest.mark.parametrize(("n", "T", "n_x", "n_y"), [(6, 4, 1, 1), (7, 3, 2, 3), (8, 4, 3, 2)])
def test_to_first_order_in_the_rate_the_network_moves_as_its_ntk_model(n: int, T: int, n_x: int, n_y: int) -> None:
    """L¹ of both differs by O(η²): a quarter of it at half the rate. It ties row adjoints to the lag kernel."""
    weights, x, y = case(n, T, n_x, n_y, 4)
    moments, model = moments_of_sequences(x, y), ntk_model(*weights, T)
    largest = stability_limit(model, moments) / 64
    differences = []
    for rate in (largest, largest / 2, largest / 4):
        moved = train_rnn(*weights, moments, rate=rate, steps=[1])[0].impulse
        differences.append(np.linalg.norm(moved - train_closed_form(model, moments, rate=rate, steps=[1]).impulse))
    slopes = np.array(differences[:-1]) / differences[1:]
    assert np.all(np.abs(slopes / 4 - 1) < 0.05), slopes


# --- stability ---


def test_a_rate_above_the_limit_is_refused_and_named() -> None:
    (weights, _, _), moments, half = problem(6, 5, 2, 3, 4)
    limit = 2 * half
    with pytest.raises(TrainingError, match="above the stability limit") as caught:
        train_rnn(*weights, moments, rate=1.001 * limit, steps=[1])
    for part in (f"rate={1.001 * limit:.6g}", f"rate <= {limit:.6g} = 2/λ_max", "refuse_unstable=False"):
        assert part in str(caught.value)
    assert train_rnn(*weights, moments, rate=1.001 * limit, steps=[1], refuse_unstable=False)[0].limit == limit


def test_the_limit_is_that_of_the_start_however_late_it_is_asked_for() -> None:
    """Not of weights that the caller has changed since, nor of those that training reached."""
    (weights, _, _), moments, half = problem(6, 5, 2, 3, 4)
    path, _ = train_rnn(*weights, moments, rate=half, steps=[0, 9], refuse_unstable=False)
    for weight in weights:
        weight *= 3.0
    assert path.limit == 2 * half


def test_no_limit_is_looked_for_unless_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    (weights, _, _), moments, half = problem(6, 5, 2, 3, 4)
    asked: list[int] = []
    monkeypatch.setattr(training, "stability_limit", lambda *_: asked.append(1) or 2 * half)
    path, _ = train_rnn(*weights, moments, rate=half, steps=[1], refuse_unstable=False)
    assert not asked
    assert path.limit == path.limit == 2 * half
    assert len(asked) == 1


def test_divergence_is_seen_on_request_and_ends_in_an_error_before_any_nan() -> None:
    (weights, _, _), moments, half = problem(6, 5, 2, 3, 4)
    path, _ = train_rnn(*weights, moments, rate=20 * half, steps=range(3), refuse_unstable=False)
    assert path.loss[2] > path.loss[0]
    with pytest.raises(TrainingError, match=r"training diverged at step \d+: got loss (inf|nan)") as caught:
        train_rnn(*weights, moments, rate=20 * half, steps=range(500), refuse_unstable=False)
    assert f"rate <= {2 * half:.6g}" in str(caught.value)


def test_a_network_whose_curvature_grows_is_stopped_with_both_limits() -> None:
    """Near 0 nothing couples and the limit is huge; a rate below it destroys the network a few steps later."""
    (weights, _, _), moments, _ = problem(6, 5, 2, 3, 4)
    small = tuple(0.01 * w for w in weights)
    limit = stability_limit(ntk_model(*small, 5), moments)
    with pytest.raises(TrainingError, match="training diverged at step") as caught:
        train_rnn(*small, moments, rate=0.9 * limit, steps=range(2000))
    message = str(caught.value)
    assert f"rate <= {limit:.6g}" in message
    now = float(message.split("at the present weights the limit is ")[1].split(". ")[0])
    assert 0 < now < 0.9 * limit
    assert math.isfinite(float(message.split("loss ")[1].split(" ")[0]))  # stopped by growth, long before the end


def test_a_perfect_start_is_no_divergence() -> None:
    """The loss is rounding; that it grows by any factor says nothing."""
    weights, x, _ = case(6, 5, 2, 3, 4)
    y = np.array([run_rnn(*weights, x_i) for x_i in x])
    moments = moments_of_sequences(x, y)
    rate = stability_limit(ntk_model(*weights, 5), moments) / 2
    path, _ = train_rnn(*weights, moments, rate=rate, steps=range(50))
    assert np.all(path.loss < 1e-20 * np.mean(y**2))


@pytest.mark.parametrize(
    ("loss", "first", "of_zero", "refuse", "stops"),
    [
        (999.0, 1.0, 0.1, True, False),
        (1001.0, 1.0, 0.1, True, True),
        (1001.0, 1.0, 0.1, False, False),
        (1e-20, 1e-30, 1.0, True, False),
        (1001.0, 1e-30, 1.0, True, True),
        (math.nan, 1.0, 1.0, False, True),
        (math.inf, 1.0, 1.0, False, True),
        (0.0, 0.0, 0.0, True, False),
    ],
)
def test_what_counts_as_divergence(loss: float, first: float, of_zero: float, refuse: bool, stops: bool) -> None:
    assert has_diverged(loss, first, of_zero, refuse_unstable=refuse) == stops


def test_weights_of_zero_stay() -> None:
    (weights, _, _), moments, _ = problem(5, 4, 1, 1, 3)
    path, ends = train_rnn(*(0 * w for w in weights), moments, rate=1.0, steps=[0, 10])
    assert path.limit == math.inf
    assert not np.any(path.impulse)
    assert not any(np.any(w) for w in ends)


# --- dtypes and mistakes ---


@pytest.mark.parametrize("size", [(9, 4, 1, 1, 3), (9, 4, 2, 3, 3), (9, 3, 7, 6, 2)], ids=str)
def test_single_precision_stays_single_and_follows_double(size: tuple[int, ...]) -> None:
    (weights, x, y), moments, rate = problem(*size)
    single = tuple(w.astype(np.float32) for w in weights)
    data = moments_of_sequences(x.astype(np.float32), y.astype(np.float32))
    path, ends = train_rnn(*single, data, rate=rate / 4, steps=[0, 1, 20])
    assert {array.dtype for array in (path.impulse, path.loss, *ends)} == {np.dtype(np.float32)}
    exact, _ = train_rnn(*weights, moments, rate=rate / 4, steps=[0, 1, 20])
    distance = np.abs(path.impulse - exact.impulse).max()
    assert 0 < distance < 1e-4 * np.abs(exact.impulse).max()  # chosen: single precision, 20 steps of some 100 roundings


@pytest.mark.parametrize("which", ["weights", "data"])
def test_mixed_precision_is_double(which: str) -> None:
    (weights, x, y), _, rate = problem(6, 4, 2, 3, 3)
    of_weights, of_data = (np.float32, np.float64) if which == "weights" else (np.float64, np.float32)
    moments = moments_of_sequences(x.astype(of_data), y.astype(of_data))
    path, ends = train_rnn(*(w.astype(of_weights) for w in weights), moments, rate=rate, steps=[0, 2])
    assert {array.dtype for array in (path.impulse, path.loss, *ends)} == {np.dtype(np.float64)}


def test_integer_weights_train() -> None:
    (_, x, y), _, _ = problem(2, 3, 1, 1, 3)
    weights = np.array([[0, 1], [1, 0]]), np.array([[1], [0]]), np.array([[1, 1]])
    path, ends = train_rnn(*weights, moments_of_sequences(x, y), rate=0.01, steps=[0, 5])
    assert path.loss[1] < path.loss[0]
    assert ends[0].dtype == np.float64


def test_mistakes_are_named() -> None:
    (weights, x, y), moments, rate = problem(6, 4, 2, 3, 3)
    with pytest.raises(ArgumentError, match=r"other \(n_x, n_y\) than the data: got \(2, 3\), allowed: \(2, 2\)"):
        train_rnn(*weights, moments_of_sequences(x, y[:, :, :2]), rate=rate, steps=[1])
    with pytest.raises(ArgumentError, match="steps cannot be recorded"):
        train_rnn(*weights, moments, rate=rate, steps=[])
    with pytest.raises(ArgumentError, match="rate is no rate of descent: got nan"):
        train_rnn(*weights, moments, rate=math.nan, steps=[1])
    with pytest.raises(ArgumentError, match="W is not finite"):
        train_rnn(np.inf * weights[0], *weights[1:], moments, rate=rate, steps=[1])


def test_everything_a_claim_needs_is_in_one_place() -> None:
    assert all(hasattr(training, name) for name in training.__all__)
