"""Students are the RNNs of `train_rnn`, in single precision."""

import numpy as np
import pytest

from numeric.errors import ArgumentError
from numeric.streams import stream
from numeric.students import student_path
from numeric.teacher import draw_data, draw_teacher
from numeric.training import TrainingError, train_rnn

NU = (0.3, 0.5, 0.7)


def test_a_student_is_trained_from_its_weights_up_to_single_precision() -> None:
    data = draw_data(draw_teacher(5, stream("t"), n_x=2), 10, stream("d"), noise=0.01)
    path = student_path(20, data, stream("s"), nu=NU, rate=0.1, steps=[0, 3, 30])
    rng = stream("s")
    W, F, C = (
        np.sqrt(nu) * rng.standard_normal(shape, dtype=np.float32).astype(np.float64)
        for shape, nu in zip(((20, 20), (20, 2), (1, 20)), NU, strict=True)
    )
    exact, _ = train_rnn(W, F, C, data, rate=0.1, steps=[0, 3, 30])
    assert path.dtype == np.float64
    np.testing.assert_allclose(path, exact.impulse, atol=1e-5)
    assert np.abs(path - exact.impulse).max() > 0
    assert np.abs(exact.impulse[2] - exact.impulse[0]).max() > 1e-2


def test_what_cannot_be_trained_is_refused() -> None:
    data = draw_data(draw_teacher(3, stream("t")), 5, stream("d"), noise=0.01)
    with pytest.raises(ArgumentError, match="n is out of range"):
        student_path(0, data, stream("s"), nu=NU, rate=0.1, steps=[1])
    with pytest.raises(TrainingError):
        student_path(8, data, stream("s"), nu=NU, rate=100.0, steps=[1])
