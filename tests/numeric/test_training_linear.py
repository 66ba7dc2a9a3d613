"""Linear learners: closed form, recursion and brute force over explicit sequences must be one and the same descent."""

import math
from fractions import Fraction

import autograd.numpy as anp
import mpmath
import numpy as np
import pytest
from autograd import grad, hessian, jacobian
from hypothesis import given, settings
from hypothesis import strategies as st

from numeric import training_linear as linear
from numeric.dense import impulse_response, run_convolution
from numeric.errors import ArgumentError
from numeric.kernels import grams_of, lag_ntk
from numeric.moments import Moments, moments_of_sequences
from numeric.rounding import gamma
from numeric.streams import stream
from numeric.training_error import HOUSEHOLDER
from numeric.training_filter import powers, train_closed_form
from numeric.training_loss import flat, mean_squared_error, operator_norm, sum_form_rate
from numeric.training_stability import TrainingError
from numeric.training_trajectory import Trajectory

SIZES = [(1, 1, 1, 1), (4, 3, 1, 1), (1, 4, 2, 2), (6, 3, 2, 3)]  # N, T, n_x, n_y; the third has fewer rows than lags
sizes = pytest.mark.parametrize("size", SIZES, ids=str)
both = pytest.mark.parametrize("train", [linear.train_by_steps, train_closed_form])
UNIT = 2.0**-53


def data(*size: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """x, y, a start L^0 and factors ρ of which the second is 0, as whole numbers over 8."""
    N, T, n_x, n_y = size
    rng = stream("linear learners", *size, seed)
    x, y, L = (rng.integers(-15, 16, shape) / 8 for shape in ((N, T, n_x), (N, T, n_y), (T, n_y, n_x)))
    rho = rng.integers(1, 24, T) / 8
    rho[1:2] = 0.0
    return x, y, L, rho


def network(n: int, T: int, n_x: int, n_y: int, N: int = 4) -> tuple[tuple[np.ndarray, ...], np.ndarray, np.ndarray]:
    rng = stream("linearised network", n, T, n_x, n_y)
    weights = tuple(rng.standard_normal(shape) for shape in ((n, n), (n, n_x), (n_y, n)))
    return weights, rng.standard_normal((N, T, n_x)), rng.standard_normal((N, T, n_y))


def path_error(learner: linear.LinearLearner, moments: Moments, rate: float, steps: int) -> float:
    """Bound on ‖L̂ − L‖ after so many stable steps, by either route.

    ‖I − g BᵀB‖ ≤ 1: errors of single steps add up. A backward error δ‖B‖ in B (QR of the data, product with half, SVD)
    moves a step by at most 3 g δ‖B‖‖r‖, the rounding of the recursion by less; on what the data excite, later steps
    shrink it by 1 − g σ² each, so that never more than 1/(g σ²) of them add up, σ the smallest singular value. L adds
    ‖half‖ times that and its own products. HOUSEHOLDER also stands for the constant of LAPACK's SVD, with at most P²
    reflections and rotations.
    """
    B, r = linear.in_parameters(learner, moments)
    P = max(B.shape)
    delta = gamma(HOUSEHOLDER * (moments.rows * moments.root.shape[1] + 4 * P * P))
    half, norm, left = (np.linalg.norm(part) for part in (learner.half, B, r))
    singular = np.linalg.svd(B)[1]
    smallest = singular[singular > P * 2 * UNIT * singular[0]].min(initial=np.inf)
    moved = min(steps * 2 * rate / moments.entries, smallest**-2) * norm * left
    return float(2 * delta * (half * moved * 3 + np.linalg.norm(learner.start)))


def lengths(path: np.ndarray) -> np.ndarray:
    """‖L^ℓ‖ of every recorded step."""
    return np.linalg.norm(path.reshape(len(path), -1), axis=1)


def explicit_loss(L: np.ndarray, x: np.ndarray, y: np.ndarray) -> float:
    """The mean squared error of the convolution over every sequence, differentiable."""
    total = 0.0
    for t in range(x.shape[1]):
        found = sum(anp.dot(x[:, t - j], L[j].T) for j in range(t + 1))
        total = total + anp.sum((found - y[:, t]) ** 2)
    return total / y.size


def exact_descent(case: tuple[np.ndarray, ...], rate: Fraction, steps: int) -> list[np.ndarray]:
    """L^0 … L^steps of L_j ← L_j − η ρ_j ∇_j in fractions, from residuals over every sequence."""
    x, y, L, rho = (np.vectorize(lambda value: Fraction(float(value)), otypes=[object])(part) for part in case)
    path, T = [L], x.shape[1]
    for _ in range(steps):
        residual = y - sum(_shifted(x, j) @ L[j].T for j in range(T))
        slope = [np.einsum("nta,ntb->ab", residual, _shifted(x, j)) for j in range(T)]
        L = np.stack([L[j] + rate * rho[j] * 2 * slope[j] / y.size for j in range(T)])
        path.append(L)
    return path


def _shifted(x: np.ndarray, lag: int) -> np.ndarray:
    moved = np.full_like(x, Fraction(0))
    moved[:, lag:] = x[:, : x.shape[1] - lag]
    return moved


def of_convolution(case: tuple[np.ndarray, ...]) -> tuple[linear.LinearLearner, Moments]:
    x, y, L, rho = case
    return linear.scaled_convolution(L, rho), moments_of_sequences(x, y)


@both
@settings(max_examples=15)
@given(st.integers(0, 10**6), st.sampled_from(SIZES))
def test_convolution_descends_as_in_exact_fractions(train, seed: int, size: tuple[int, ...]) -> None:  # noqa: ANN001
    case = data(*size, seed=seed)
    learner, moments = of_convolution(case)
    rate = Fraction(min(linear.stability_limit(learner, moments), 64.0) * 0.9)
    path = train(learner, moments, rate=float(rate), steps=range(9))
    exact = exact_descent(case, rate, 8)
    for step, L in enumerate(exact):
        distance = np.linalg.norm(path.impulse[step] - L.astype(float))
        assert distance <= path_error(learner, moments, float(rate), step) + UNIT * np.linalg.norm(path.impulse[step])
    assert np.array_equal(path.impulse[:, 1:2], np.broadcast_to(case[2][1:2], path.impulse[:, 1:2].shape))  # ρ_1 = 0


@both
@sizes
def test_recorded_losses_are_those_of_the_recorded_responses(train, size: tuple[int, ...]) -> None:  # noqa: ANN001
    learner, moments = of_convolution(data(*size))
    rate = 0.7 * linear.stability_limit(learner, moments)
    path = train(learner, moments, rate=rate, steps=[0, 1, 5, 40])
    errors = np.array([path_error(learner, moments, rate, int(step)) for step in path.steps])
    root = np.sqrt(mean_squared_error(moments, path.impulse))
    assert np.all(np.abs(np.sqrt(path.loss) - root) <= errors * operator_norm(moments) / math.sqrt(moments.entries))
    explicit = [explicit_loss(L, *data(*size)[:2]) for L in path.impulse]
    np.testing.assert_allclose(root**2, explicit, rtol=1e-12)
    assert np.all(np.diff(path.loss) <= 0)


@sizes
def test_closed_form_is_the_recursion(size: tuple[int, ...]) -> None:
    learner, moments = of_convolution(data(*size))
    for share in (0.3, 0.999):  # below and above the rate at which the stiffest mode dies in one step
        rate = share * linear.stability_limit(learner, moments)
        steps = [0, 1, 2, 3, 50, 201]
        recursion = linear.train_by_steps(learner, moments, rate=rate, steps=steps)
        closed = train_closed_form(learner, moments, rate=rate, steps=steps)
        distance = lengths(recursion.impulse - closed.impulse)
        assert np.all(distance <= [2 * path_error(learner, moments, rate, step) for step in steps])
        assert recursion.limit == closed.limit


@both
def test_parameters_descend_along_their_own_gradient(train) -> None:  # noqa: ANN001
    """θ_j ← θ_j − η ∂loss/∂θ_j with L_j = √ρ_j θ_j, by automatic differentiation. Source: [E] (6), (7)."""
    x, y, L, rho = data(5, 4, 2, 3)
    rho = rho + 0.25
    learner, moments = linear.scaled_convolution(L, rho), moments_of_sequences(x, y)
    rate = 0.5 * linear.stability_limit(learner, moments)
    root = np.sqrt(rho)[:, None, None]
    theta = L / root
    slope = grad(lambda theta: explicit_loss(root * theta, x, y))
    for _ in range(7):
        theta = theta - rate * slope(theta)
    found = train(learner, moments, rate=rate, steps=[7]).impulse[0]
    assert np.linalg.norm(found - root * theta) <= 2 * path_error(learner, moments, rate, 7)


@both
@pytest.mark.parametrize(("n", "T", "n_x", "n_y"), [(3, 3, 1, 1), (5, 4, 2, 1), (4, 3, 2, 3)])
def test_ntk_model_is_the_linearised_network(train, n: int, T: int, n_x: int, n_y: int) -> None:  # noqa: ANN001
    """θ ← θ − η ∂loss(L⁰ + J(θ − θ⁰))/∂θ with the Jacobian J of all weights formed. Source: [E] (11), (12)."""
    weights, x, y = network(n, T, n_x, n_y)
    learner, moments = linear.ntk_model(*weights, T), moments_of_sequences(x, y)
    rate = 0.8 * linear.stability_limit(learner, moments)
    J = weight_jacobian(weights, T)
    theta = np.zeros(J.shape[1])
    start = impulse_response(*weights, T)
    slope = grad(lambda moved: explicit_loss(start + anp.dot(J, moved).reshape(start.shape), x, y))
    for _ in range(6):
        theta = theta - rate * slope(theta)
    path = train(learner, moments, rate=rate, steps=[0, 6])
    assert np.array_equal(path.impulse[0], start)
    distance = np.linalg.norm(path.impulse[1] - (start + (J @ theta).reshape(start.shape)))
    # the half has only the root of the digits where K is small, but L depends on K = half halfᵀ, right to u ‖K‖
    assert distance <= 2 * path_error(learner, moments, rate, 6)


def weight_jacobian(weights: tuple[np.ndarray, ...], T: int) -> np.ndarray:
    """∂L/∂(W, F, C) [T·n_y·n_x, P] by automatic differentiation."""
    shapes = [w.shape for w in weights]
    ends = np.cumsum([w.size for w in weights])[:-1]

    def response(flat_weights: np.ndarray) -> np.ndarray:
        W, F, C = (part.reshape(s) for part, s in zip(anp.split(flat_weights, ends), shapes, strict=True))
        columns, out = F, []
        for _ in range(T):
            out.append(anp.ravel(anp.dot(C, columns)) / len(W) ** 0.5)
            columns = anp.dot(W, columns) / len(W) ** 0.5
        return anp.concatenate(out)

    return jacobian(response)(np.concatenate([w.ravel() for w in weights]))


def test_a_kernel_that_couples_nothing_is_the_convolution() -> None:
    """K = D(ρ) ⊗ I, given as a full lag kernel, moves L as the scaled convolution does."""
    x, y, L, rho = data(5, 4, 2, 3)
    moments = moments_of_sequences(x, y)
    kernel = np.zeros((4, 4, 6, 6))
    for j in range(4):
        kernel[j, j] = rho[j] * np.eye(6)
    learners = linear.scaled_convolution(L, rho), linear.kernel_learner(L, kernel)
    rate = 0.9 * linear.stability_limit(learners[0], moments)
    paths = [train_closed_form(learner, moments, rate=rate, steps=[0, 3, 500]) for learner in learners]
    bound = sum(path_error(learner, moments, rate, 500) for learner in learners)
    assert np.linalg.norm(paths[0].impulse - paths[1].impulse) <= 3 * bound
    assert paths[0].limit == pytest.approx(paths[1].limit, rel=1e-13)


# --- closed form at many steps ---


@pytest.mark.parametrize("steps", [0, 1, 2, 3, 10, 999_999, 1_000_000])
def test_powers_against_fifty_digits(steps: int) -> None:
    a = np.array([0.0, 5e-324, 1e-300, 1e-18, 1e-9, 0.3, 1 - UNIT, 1.0, 1 + 2 * UNIT, 1.7, 2 - 2.0**-30, 2.0, 2.0001])
    left, done = powers(a, np.array([steps]))
    with mpmath.workdps(50):
        for i, value in enumerate(a):
            exact = (1 - mpmath.mpf(value)) ** steps
            ratio = abs(steps * mpmath.log(abs(1 - mpmath.mpf(value)))) if value != 1 else mpmath.mpf(0)
            # log1p, the product and exp each within one unit: 3 units of the exponent, two more for exp and the sign
            bound = float(mpmath.fabs(exact) * (3 * ratio + 2) * 2 * UNIT)
            assert abs(left[0, i] - exact) <= bound + 5e-324
            assert abs(done[0, i] - (1 - exact)) <= bound + float(abs(1 - exact)) * 4 * UNIT + 5e-324


def test_a_million_steps_against_repeated_squaring_in_sixty_digits() -> None:
    """The affine map of one step, squared twenty times: no eigenvalues anywhere."""
    case = data(3, 5, 1, 1)  # fewer excited directions than lags only through ρ_1 = 0
    learner, moments = of_convolution(case)
    rate, steps = 0.01 * linear.stability_limit(learner, moments), 10**6
    x, y, L, rho = case
    with mpmath.workdps(60):
        A = mpmath.matrix([[x[i, t - j, 0] if t >= j else 0 for j in range(5)] for i in range(3) for t in range(5)])
        scaled = mpmath.diag([mpmath.mpf(2) * mpmath.mpf(rate) * r / 15 for r in rho]) * A.T
        step = mpmath.eye(6)
        step[:5, :5] -= scaled * A
        step[:5, 5] = scaled * mpmath.matrix(y.ravel())
        exact = (step**steps * mpmath.matrix([*L.ravel(), 1]))[:5]
    found = train_closed_form(learner, moments, rate=rate, steps=[steps]).impulse[0].ravel()
    distance = math.sqrt(sum(float(f - e) ** 2 for f, e in zip(found, exact, strict=True)))
    bound = path_error(learner, moments, rate, steps)
    assert distance <= bound < 1e-9 * np.linalg.norm(found)


@settings(max_examples=30)
@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_steps_add_up(seed: int, first: int, second: int) -> None:
    """Descent for ℓ + m steps is descent for ℓ steps, and m more from there."""
    case = data(4, 3, 2, 2, seed=seed)
    learner, moments = of_convolution(case)
    rate = 0.5 * linear.stability_limit(learner, moments)
    halfway = train_closed_form(learner, moments, rate=rate, steps=[first]).impulse[0]
    further = linear.scaled_convolution(halfway, case[3])
    ends = [
        train_closed_form(further, moments, rate=rate, steps=[second]).impulse[0],
        train_closed_form(learner, moments, rate=rate, steps=[first + second]).impulse[0],
    ]
    errors = (path_error(each, moments, rate, 2 * 10**6) for each in (learner, learner, further))
    assert np.linalg.norm(ends[0] - ends[1]) <= sum(errors)


def test_what_no_data_excite_stays_and_what_they_do_is_fitted() -> None:
    """Inputs that are 0 but for the last step reach lag 0 alone."""
    x, y, L, _ = data(6, 4, 2, 2)
    x[:, :-1] = 0.0
    moments = moments_of_sequences(x, y)
    learner = linear.scaled_convolution(L, np.ones(4))
    path = train_closed_form(learner, moments, rate=linear.stability_limit(learner, moments) / 2, steps=[10**6])
    assert np.array_equal(path.impulse[0, 1:], L[1:])
    expected = np.linalg.lstsq(x[:, -1], y[:, -1], rcond=None)[0].T
    np.testing.assert_allclose(path.impulse[0, 0], expected, rtol=1e-11)


def test_directions_that_rounding_alone_excites_do_not_drift() -> None:
    """One input sequence reaches 4 of 8 directions, none along an axis; seen with three outputs, it fits none."""
    _, y, L, _ = data(3, 4, 2, 1)
    x = np.tile(data(1, 4, 2, 1)[0], (3, 1, 1))
    learner, moments = linear.scaled_convolution(L, np.ones(4)), moments_of_sequences(x, y)
    rate = 0.5 * linear.stability_limit(learner, moments)
    path = train_closed_form(learner, moments, rate=rate, steps=[10**5, 10**12])
    bound = 2 * path_error(learner, moments, rate, 10**12)
    A = np.stack([delayed(x, row) for row in np.ndindex(x.shape[:2])])
    assert np.linalg.matrix_rank(A) == 4
    moved = flat(path.impulse[1] - L)[:, 0]
    assert np.linalg.norm(moved - np.linalg.pinv(A) @ (A @ moved)) <= bound < 1e-9 * np.linalg.norm(moved)


# --- invariances of the mean ---


@both
@pytest.mark.parametrize("copies", [2, 3])
def test_copies_of_the_data_leave_the_path(train, copies: int) -> None:  # noqa: ANN001
    x, y, L, rho = data(4, 3, 2, 2)
    learner = linear.scaled_convolution(L, rho)
    once, often = (moments_of_sequences(np.tile(x, (c, 1, 1)), np.tile(y, (c, 1, 1))) for c in (1, copies))
    rate = 0.9 * linear.stability_limit(learner, once)
    paths = [train(learner, moments, rate=rate, steps=[0, 1, 30]) for moments in (once, often)]
    bound = sum(path_error(learner, moments, rate, 30) for moments in (once, often))
    assert np.linalg.norm(paths[0].impulse - paths[1].impulse) <= 3 * bound
    np.testing.assert_allclose(paths[0].loss, paths[1].loss, rtol=1e-12)


@both
def test_zero_sequences_slow_the_path_down(train) -> None:  # noqa: ANN001
    """N sequences of N + k carry information: the same path at (N + k)/N times the rate."""
    x, y, L, rho = data(4, 3, 2, 2)
    learner = linear.scaled_convolution(L, rho)
    once, more = (moments_of_sequences(np.pad(x, pad), np.pad(y, pad)) for pad in (0, ((0, 4), (0, 0), (0, 0))))
    rate = 0.9 * linear.stability_limit(learner, once)
    paths = [train(learner, m, rate=r, steps=[0, 1, 30]) for m, r in ((once, rate), (more, 2 * rate))]
    bound = sum(path_error(learner, m, r, 30) for m, r in ((once, rate), (more, 2 * rate)))
    assert np.linalg.norm(paths[0].impulse - paths[1].impulse) <= 3 * bound
    np.testing.assert_allclose(paths[0].loss, 2 * paths[1].loss, rtol=1e-12)


# --- stability ---


@sizes
def test_limit_is_two_over_the_largest_eigenvalue_of_the_hessian(size: tuple[int, ...]) -> None:
    x, y, L, rho = data(*size)
    learner, moments = linear.scaled_convolution(L, rho), moments_of_sequences(x, y)
    limit = linear.stability_limit(learner, moments)
    root = np.sqrt(rho)[:, None, None]
    H = hessian(lambda theta: explicit_loss(root * theta, x, y))(np.zeros_like(L)).reshape(L.size, L.size)
    assert limit == pytest.approx(2 / np.linalg.eigvalsh(H)[-1], rel=1e-12)
    A = np.stack([delayed(x, row) for row in np.ndindex(x.shape[:2])])
    largest = np.linalg.eigvalsh(A @ np.diag(np.repeat(rho, x.shape[2])) @ A.T)[-1]
    assert sum_form_rate(moments, limit) == pytest.approx(2 / largest, rel=1e-12)


def delayed(x: np.ndarray, row: tuple[int, ...]) -> np.ndarray:
    i, t = row
    lags = [x[i, t - j] if t >= j else 0 * x[i, t] for j in range(x.shape[1])]
    return np.concatenate(lags)


@both
def test_the_loss_falls_below_the_limit_and_above_it_training_is_refused(train) -> None:  # noqa: ANN001
    learner, moments = of_convolution(data(4, 3, 2, 2))
    limit = linear.stability_limit(learner, moments)
    below = train(learner, moments, rate=0.999 * limit, steps=range(400))
    assert np.all(np.diff(below.loss) <= 0)
    with pytest.raises(TrainingError, match="above the stability limit") as caught:
        train(learner, moments, rate=1.001 * limit, steps=range(400))
    for part in (f"rate={1.001 * limit:.6g}", f"rate <= {limit:.6g} = 2/λ_max", "refuse_unstable=False"):
        assert part in str(caught.value)


@both
@settings(max_examples=25)
@given(st.integers(0, 10**6), st.sampled_from(SIZES))
def test_the_limit_itself_is_allowed(train, seed: int, size: tuple[int, ...]) -> None:  # noqa: ANN001
    learner, moments = of_convolution(data(*size, seed=seed))
    limit = linear.stability_limit(learner, moments)
    if math.isfinite(limit):
        path = train(learner, moments, rate=limit, steps=[0, 1, 50])
        assert path.limit == limit
        assert path.loss[2] <= path.loss[0] * (1 + 1e-12)  # chosen: rounding of a mode that keeps its size


@both
def test_whoever_wants_to_see_divergence_sees_it_but_never_a_nan(train) -> None:  # noqa: ANN001
    learner, moments = of_convolution(data(4, 3, 2, 2))
    rate = 1.5 * linear.stability_limit(learner, moments)
    path = train(learner, moments, rate=rate, steps=range(60), refuse_unstable=False)
    assert path.loss[-1] > 1e6 * path.loss[0]
    assert np.isfinite(path.impulse).all()
    with pytest.raises(TrainingError, match=r"training diverged at step \d+: got loss (inf|nan)") as caught:
        train(learner, moments, rate=rate, steps=range(0, 5000), refuse_unstable=False)
    assert f"rate <= {path.limit:.6g}" in str(caught.value)


def test_first_step_that_is_not_finite_is_named() -> None:
    learner, moments = of_convolution(data(4, 3, 2, 2))
    rate = 1.5 * linear.stability_limit(learner, moments)
    named = []
    for train in (linear.train_by_steps, train_closed_form):
        with pytest.raises(TrainingError) as caught:
            train(learner, moments, rate=rate, steps=range(0, 5000), refuse_unstable=False)
        named.append(int(caught.value.what.split()[-1]))
    assert abs(named[0] - named[1]) <= 2  # squares overflow in sums of a few terms


def test_a_learner_that_learns_nothing_has_no_limit() -> None:
    x, y, L, _ = data(4, 3, 2, 2)
    moments = moments_of_sequences(x, y)
    learner = linear.scaled_convolution(L, np.zeros(3))
    assert linear.stability_limit(learner, moments) == math.inf
    path = train_closed_form(learner, moments, rate=1e9, steps=[0, 10**6])
    assert np.array_equal(path.impulse, np.stack([L, L]))


# --- dtypes and mistakes ---


@both
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_in_is_dtype_out(train, dtype: type) -> None:  # noqa: ANN001
    x, y, L, rho = (part.astype(dtype) for part in data(4, 3, 2, 2))
    weights = tuple(w.astype(dtype) for w in network(5, 3, 2, 2)[0])
    moments = moments_of_sequences(x, y)
    for learner in (linear.scaled_convolution(L, rho), linear.ntk_model(*weights, 3)):
        path = train(learner, moments, rate=linear.stability_limit(learner, moments) / 2, steps=[0, 1, 1000])
        assert {path.impulse.dtype, path.loss.dtype, learner.half.dtype} == {np.dtype(dtype)}


def test_single_precision_follows_double_precision() -> None:
    case = data(4, 3, 2, 2)
    learner, moments = of_convolution(case)
    rate = linear.stability_limit(learner, moments) / 2
    single = of_convolution(tuple(part.astype(np.float32) for part in case))
    paths = [train_closed_form(*pair, rate=rate, steps=[0, 1, 20]) for pair in ((learner, moments), single)]
    bound = 2.0**29 * path_error(learner, moments, rate, 20)
    distance = lengths(paths[0].impulse - paths[1].impulse)
    assert np.all(distance <= bound)
    assert 0 < distance[-1] < 1e-4


@pytest.mark.parametrize(
    "steps", [[], [1, 1], [2, 1], [-1, 2], [0.5], [2**53 + 1], 5, ["a"], [np.array([1, 2])]], ids=repr
)
def test_steps_that_cannot_be_recorded(steps: object) -> None:
    learner, moments = of_convolution(data(4, 3, 2, 2))
    with pytest.raises(ArgumentError, match="steps cannot be recorded"):
        train_closed_form(learner, moments, rate=1e-3, steps=steps)


@pytest.mark.parametrize("rate", [0, -1.0, math.nan, math.inf, "fast", True, None], ids=repr)
def test_rates_that_are_none(rate: object) -> None:
    learner, moments = of_convolution(data(4, 3, 2, 2))
    with pytest.raises(ArgumentError, match="rate is no rate of descent"):
        train_closed_form(learner, moments, rate=rate, steps=[1])


def test_mistakes_are_named() -> None:
    x, y, L, rho = data(4, 3, 2, 2)
    moments = moments_of_sequences(x, y)
    with pytest.raises(ArgumentError, match="scaling factor is negative: got -1"):
        linear.scaled_convolution(L, rho - 1 - rho.min())
    with pytest.raises(ArgumentError, match=r"rho has the wrong shape: got \(2,\), allowed: \[3\]"):
        linear.scaled_convolution(L, rho[:2])
    with pytest.raises(ArgumentError, match=r"start has the wrong shape: got \(3, 2, 1\)"):
        train_closed_form(linear.scaled_convolution(L[:, :, :1], rho), moments, rate=0.1, steps=[1])
    kernel = lag_ntk(grams_of(*network(5, 3, 2, 2)[0], 3))[0]
    with pytest.raises(ArgumentError, match=r"kernel has the wrong shape: got \(2, 2, 4, 4\), allowed: \[3, 3, 4, 4\]"):
        linear.kernel_learner(L, kernel[:2, :2])
    with pytest.raises(ArgumentError, match="not symmetric and positive semi-definite"):
        linear.kernel_learner(L, -kernel)
    crooked = kernel.copy()
    crooked[0, 1, 2, 1] += 1.0
    with pytest.raises(ArgumentError, match="not symmetric and positive semi-definite"):
        linear.kernel_learner(L, crooked)


def test_a_trajectory_tells_test_losses() -> None:
    x, y, L, rho = data(6, 3, 2, 2)
    learner = linear.scaled_convolution(L, rho)
    train, test = (moments_of_sequences(x[part], y[part]) for part in (slice(4), slice(4, None)))
    path: Trajectory = train_closed_form(
        learner, train, rate=0.1 * linear.stability_limit(learner, train), steps=[0, 9]
    )
    predictions = np.array([run_convolution(path.impulse[1], x_i) for x_i in x[4:]])
    assert mean_squared_error(test, path.impulse)[1] == pytest.approx(np.mean((predictions - y[4:]) ** 2), rel=1e-12)
    assert np.array_equal(flat(path.impulse)[1], flat(path.impulse[1]))
