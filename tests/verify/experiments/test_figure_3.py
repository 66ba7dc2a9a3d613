"""What Figure 3 draws: the pattern of the paper, from exact parts that are the mean over data sets."""

import numpy as np
import pytest

from numeric.streams import stream, streams
from numeric.teacher import noise_variance, outputs, signal_power
from numeric.training import moments_of_sequences, scaled_convolution, train_by_steps
from verify.claims import _synthetic
from verify.experiments import figure_3 as experiment
from verify.model import Config, Setting


def test_the_pattern_of_the_figure() -> None:
    scaled, unscaled = (experiment.exact_parts()[model]["total"] for model in experiment.MODELS)
    floor = 1 / 101  # noise at 20 dB, of signal and noise
    assert np.all(np.diff(scaled[:4]) > 0.01)
    assert scaled[0] < 0.05
    assert np.all(scaled[3:] > 0.9)
    np.testing.assert_allclose(unscaled, floor, rtol=0.05)
    assert np.all(unscaled > floor)


def test_nothing_left_but_noise_is_the_share_of_the_noise() -> None:
    for delay in experiment.DELAYS:
        power = signal_power(experiment.teacher(delay))
        assert float(experiment.normalised(np.zeros(()), delay)) == pytest.approx(1 / 101)
        assert float(experiment.normalised(np.array(power), delay)) == pytest.approx(1.0)


def test_the_parts_add_up() -> None:
    for parts in experiment.exact_parts().values():
        floor = [experiment.normalised(np.zeros(()), delay) for delay in experiment.DELAYS]
        np.testing.assert_allclose(parts["bias² and start"] + parts["variance"] + floor, parts["total"])


def test_the_exact_mean_is_that_of_the_sampled_errors() -> None:
    """128 data sets: the mean of each error is within five of its standard deviations of the exact one."""
    setting = Setting(width="infinite")
    found = experiment.sample(setting, streams(("mean",), range(2)))
    for model in experiment.MODELS:
        errors = found[model]
        assert errors.shape == (128, len(experiment.DELAYS))
        deviation = errors.std(axis=0) * np.sqrt(1 / 128 + 1 / experiment.INPUTS)
        assert np.all(np.abs(errors.mean(axis=0) - experiment.exact_parts()[model]["total"]) < 5 * deviation)


def test_the_parts_of_fixed_inputs_are_those_of_random_starts() -> None:
    """One set of inputs, no noise in training: the mean over starts ±L^0, taken step by step, at every delay.

    In the mean of such a pair the start has no term across from the target, so that what it adds is seen by itself.
    """
    from numeric.bias_variance import filter_of

    pairs, rng = 1024, stream("random starts alone")
    x = rng.standard_normal((3, experiment.T, 1))
    rho, delays = experiment.factors_of("scaled"), experiment.DELAYS
    passed = filter_of(moments_of_sequences(x, x), rho, rate=experiment.RATE, steps=[experiment.STEPS])
    bias, variance, total = experiment.parts_given(passed)
    np.testing.assert_allclose(bias + variance, total, rtol=1e-12)
    deviations = np.sqrt(_synthetic.start_variances(experiment.T, experiment.NU))
    half = deviations[:, None] * rng.standard_normal((experiment.T, pairs))
    starts, draws = np.concatenate([half, -half], axis=1)[:, :, None], 2 * pairs
    for column, delay in enumerate(delays):
        target = experiment.teacher(delay)
        y = np.repeat(outputs(target, x), draws, axis=2)
        path = train_by_steps(
            scaled_convolution(starts, rho),
            moments_of_sequences(x, y),
            rate=experiment.RATE * draws,
            steps=[experiment.STEPS],
        )
        away = (path.impulse[0] - target)[:, :, 0]
        errors = ((1.0 - np.arange(experiment.T) / experiment.T) @ away**2).reshape(2, pairs).mean(axis=0)
        deviation = errors.std() / np.sqrt(pairs)
        assert abs(errors.mean() - bias[column]) < 5 * deviation
        of_start = errors.mean() - signal_power(away.mean(axis=1)[:, None, None])
        assert of_start > 10 * deviation  # so much would be missing without it, twice what is allowed


def test_degrees_of_freedom_explain_the_figure() -> None:
    scaled, unscaled = map(experiment.degrees_of_freedom, experiment.MODELS)
    assert scaled < 5.0
    assert unscaled > 19.0
    assert f"{scaled:.3g} degrees" in experiment.derive()[-1].text
    noise = noise_variance(experiment.teacher(0)) / (experiment.T * experiment.SEQUENCES)
    one = 1.01 * signal_power(experiment.teacher(0))  # the mean square of the test outputs
    measured = experiment.exact_parts()["unscaled"]["variance"][0] * one
    assert measured == pytest.approx(unscaled * noise, rel=0.1)


def test_the_error_of_one_student_is_that_over_many_test_sequences() -> None:
    delay = 2
    target = experiment.teacher(delay)
    training = experiment.draw_training(delay, stream("one"))
    rho = experiment.factors_of("scaled")
    start = np.zeros((experiment.T, 1, 1))
    path = train_by_steps(scaled_convolution(start, rho), training, rate=experiment.RATE, steps=[experiment.STEPS])
    x = stream("test").standard_normal((20_000, experiment.T, 1))
    noise = noise_variance(target)
    away = outputs(path.impulse[0] - target, x)
    measured = (np.mean(away**2) + noise) / (signal_power(target) + noise)
    assert float(experiment.error_of(path.impulse[0], delay)) == pytest.approx(measured, rel=0.05)


def test_the_filter_of_the_curves_does_not_look_at_the_outputs() -> None:
    from numeric.bias_variance import filter_of

    x = stream("x").standard_normal((4, experiment.T, 1))
    rho = _synthetic.wide_factors(experiment.T, experiment.NU)
    one, other = (
        filter_of(moments_of_sequences(x, y), rho, rate=experiment.RATE, steps=[3]) for y in (x, np.zeros_like(x))
    )
    np.testing.assert_allclose(one.kept, other.kept, atol=1e-14)


def test_student_networks_learn_what_is_not_delayed() -> None:
    near, far = (experiment._network(Setting(width=16, d=d), stream("narrow")) for d in (0, experiment.DELAYS[-1]))
    assert near.shape == far.shape == (1, 1)
    assert 0 < near.item() < 0.2 < far.item() < 3


def test_a_network_is_sampled_at_its_own_delay() -> None:
    setting = Setting(width=4, d=2)
    (line,) = experiment.lines(setting)
    (found,) = experiment.sample(setting, streams(("narrow",), range(1))).values()
    rng = stream("narrow", 0)
    assert (line.label, line.x, found.shape) == ("RNN, n = 4", (2.0,), (64, 1))
    assert found[:2, 0].tolist() == [experiment._network(setting, rng).item() for _ in range(2)]


@pytest.mark.parametrize(("profile", "widths"), [("quick", []), ("standard", [128]), ("full", [1000])])
def test_each_profile_has_the_networks_it_can_pay_for(profile: str, widths: list[int]) -> None:
    families = experiment.CLAIM.checks[0].plan("figure_3", None, Config(profile=profile))
    seen = [(f.setting["width"], f.setting.get("d")) for f in families if not f.skip]
    assert seen == [("infinite", None), *((n, d) for n in widths for d in experiment.DELAYS)]
