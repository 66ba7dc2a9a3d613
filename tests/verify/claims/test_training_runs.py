"""What the training claims share: starts have their variances, data are fixed, ρ is the derived one."""

from __future__ import annotations

import numpy as np
import pytest

from numeric.streams import BLOCK, stream
from verify.claims import _training_runs as runs
from verify.model import Setting

SETTING = Setting(n=16, data="noise", T=4, N=3, n_x=2, n_y=3, nu_W="1/4", nu_F="2", nu_C="1/2")


def with_data(kind: str) -> Setting:
    return Setting(**{**SETTING, "data": kind})


def test_factors_are_those_of_theorem_3_3b() -> None:
    rho = [0.5 * (j * 2 * 0.25 ** (j - 1) + 0.25**j) + 2 * 0.25**j for j in range(5)]
    np.testing.assert_allclose(runs.factors(SETTING), rho[:4], rtol=1e-15)
    np.testing.assert_allclose(runs.factors(SETTING, lags=1), rho, rtol=1e-15)
    np.testing.assert_allclose(runs.factors(SETTING, w_part=False), [2.5 * 0.25**j for j in range(4)], rtol=1e-15)


def test_starts_have_their_shapes_and_variances() -> None:
    weights = list(runs.starts(SETTING, [stream("starts", 0), stream("starts", 1)]))
    assert len(weights) == 2 * BLOCK
    for index, (shape, variance) in enumerate((((16, 16), 0.25), ((16, 2), 2.0), ((3, 16), 0.5))):
        drawn = np.stack([w[index] for w in weights])
        assert drawn.shape[1:] == shape
        # six standard errors of a sample variance
        assert abs(drawn.var() / variance - 1) < 6 * np.sqrt(2 / drawn.size)


def test_starts_differ_and_belong_to_their_stream() -> None:
    first, again = (next(runs.starts(SETTING, [stream("starts", 0)]))[0] for _ in range(2))
    other = next(runs.starts(SETTING, [stream("starts", 1)]))[0]
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_data_are_the_same_at_every_width() -> None:
    wider = Setting(**{**SETTING, "n": 64})
    for here, there in zip(runs.teacher_data(SETTING), runs.teacher_data(wider), strict=True):
        np.testing.assert_array_equal(here, there)


def test_shapes_and_more_sequences_than_inputs() -> None:
    x, y, new = runs.teacher_data(SETTING)
    assert (x.shape, y.shape, new.shape) == ((3, 4, 2), (3, 4, 3), (runs.HELD_OUT, 4, 2))


@pytest.mark.parametrize(("kind", "time"), [("impulse", 0), ("late impulse", 1)])
def test_impulses_are_where_they_are_said_to_be(kind: str, time: int) -> None:
    x, y, new = runs.teacher_data(with_data(kind))
    expected = np.zeros((3, 4, 2))
    expected[:, time] = 1.0
    np.testing.assert_array_equal(x, expected)
    assert new.std() > 0.5
    assert y.std() > 0.5


def test_late_inputs_start_at_zero_and_are_else_the_same() -> None:
    late, noise = runs.teacher_data(with_data("late")), runs.teacher_data(SETTING)
    assert not late[0][:, 0].any()
    np.testing.assert_array_equal(late[0][:, 1:], noise[0][:, 1:])
    assert noise[0][:, 0].all()
