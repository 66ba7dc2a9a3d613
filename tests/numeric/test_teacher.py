"""Teacher, delay, noise and white inputs against loops and exact sums."""

import numpy as np
import pytest

from numeric.dense import run_convolution
from numeric.errors import ArgumentError
from numeric.streams import stream
from numeric.teacher import delayed, draw_data, draw_teacher, noise_variance, outputs, signal_power, white_gram
from numeric.training import mean_squared_error


def test_a_teacher_has_unit_norm_and_the_rank_of_its_hidden_units() -> None:
    L = draw_teacher(12, stream("teacher"), n_x=2, n_y=2)
    assert L.shape == (12, 2, 2)
    assert np.linalg.norm(L) == pytest.approx(1.0)
    hankel = np.block([[L[i + j] for j in range(6)] for i in range(6)])
    singular = np.linalg.svd(hankel, compute_uv=False)
    assert singular[4] < 1e-12 * singular[0] < singular[3]


def test_a_delay_shifts_the_outputs() -> None:
    L = draw_teacher(6, stream("teacher"), n_x=2, n_y=3)
    x = stream("x").standard_normal((4, 6, 2))
    np.testing.assert_allclose(outputs(delayed(L, 2), x)[:, 2:], outputs(L, x)[:, :4])
    assert not outputs(delayed(L, 2), x)[:, :2].any()
    np.testing.assert_array_equal(delayed(L, 0), L)


@pytest.mark.parametrize("delay", [-1, 6, 1.0, True])
def test_a_delay_that_leaves_nothing_is_refused(delay: object) -> None:
    with pytest.raises(ArgumentError, match="leaves no lag"):
        delayed(np.ones((6, 1, 1)), delay)  # type: ignore[arg-type]


def test_outputs_are_convolutions_sequence_by_sequence() -> None:
    rng = stream("outputs")
    L, x = rng.standard_normal((5, 3, 2)), rng.standard_normal((4, 5, 2))
    np.testing.assert_allclose(outputs(L, x), np.stack([run_convolution(L, one) for one in x]))


def test_the_power_is_the_mean_square_of_the_answers_to_impulses() -> None:
    """For white unit inputs: the sum over the time of an impulse of the mean square of its answer."""
    L = stream("power").standard_normal((4, 2, 1))
    answers = [outputs(L, np.eye(4)[[t]][:, :, None]) for t in range(4)]
    power = sum(float(np.sum(y**2)) for y in answers) / (4 * 2)
    assert signal_power(L) == pytest.approx(power)
    assert noise_variance(L) == pytest.approx(power / 100)
    assert noise_variance(L, 3.0) == pytest.approx(power * 10**-0.3)
    gram = white_gram(4)
    assert np.einsum("jab,jk,kab->", L, gram, L) / 2 == pytest.approx(power)


def test_noise_of_the_data_is_what_is_left_at_the_teacher() -> None:
    L = draw_teacher(5, stream("teacher"), n_y=2)
    data = draw_data(L, 4000, stream("noise"), noise=0.3)
    assert data.rows == 20_000
    # 40,000 squares of variance 2 σ⁴: six deviations
    assert float(mean_squared_error(data, L)) == pytest.approx(0.3, abs=6 * 0.3 * (2 / 40_000) ** 0.5)
    np.testing.assert_allclose(data.gram / data.rows, white_gram(5), atol=0.06)
