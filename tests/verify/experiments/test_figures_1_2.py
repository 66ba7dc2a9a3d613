"""What Figures 1 and 2 draw: curves of the right students, and a theory that is the mean over starts."""

import numpy as np
import pytest

from numeric.streams import stream, streams
from numeric.training import mean_squared_error, scaled_convolution, train_closed_form
from verify.claims import _synthetic
from verify.experiments import figures_1_2 as experiment
from verify.model import Config, Setting


@pytest.mark.parametrize("curve", ["training", "test"])
def test_the_exact_mean_is_that_over_the_starts(curve: str) -> None:
    """Sigma points: ± √(T Γ_jj) along each lag have the mean and the covariance of the starts."""
    rho = _synthetic.wide_factors(experiment.T, experiment.NU)
    variances = _synthetic.start_variances(experiment.T, experiment.NU)
    data = _synthetic.data(experiment.T, experiment.SEQUENCES, experiment.DECIBELS)
    losses = []
    for lag in range(experiment.T):
        for sign in (-1.0, 1.0):
            start = np.zeros((experiment.T, 1, 1))
            start[lag] = sign * np.sqrt(experiment.T * variances[lag])
            learner = scaled_convolution(start, rho)
            path = train_closed_form(learner, data["training"], rate=experiment.RATE, steps=experiment.STEPS)
            losses.append(mean_squared_error(data[curve], path.impulse))
    (theory,) = experiment.expected(curve)
    np.testing.assert_allclose(theory.y, np.mean(losses, axis=0), rtol=1e-9)


def test_students_start_together_learn_and_stay_together_when_wide() -> None:
    network, convolution = experiment._students(400, stream("figure"), "training")
    assert network.shape == convolution.shape == (len(experiment.STEPS),)
    assert network[0] == pytest.approx(convolution[0], rel=1e-6)
    assert network[-1] < network[0] / 10
    assert np.abs(np.log(network / convolution)).max() < 0.3
    narrow = np.log(np.divide(*experiment._students(10, stream("figure"), "training")))
    assert np.abs(narrow).max() > np.abs(np.log(network / convolution)).max()


def test_test_error_is_not_training_error() -> None:
    setting = Setting(n=8)
    training, test = (
        experiment.sample(setting, streams(("figure",), range(1)), curve=curve) for curve in ("training", "test")
    )
    assert set(training) == set(test) == set(experiment.labels(8))
    for label in training:
        assert training[label].shape == (64, len(experiment.STEPS))
        assert not np.allclose(training[label], test[label], rtol=1e-3)


@pytest.mark.parametrize(("profile", "width"), [("quick", 60), ("standard", 240), ("full", 1000)])
def test_each_profile_has_one_width(profile: str, width: int) -> None:
    for check in experiment.CLAIM.checks:
        families = check.plan("figures_1_2", None, Config(profile=profile))
        assert [family.setting["n"] for family in families if not family.skip] == [width]
