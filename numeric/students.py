"""The only file that knows the RNN students of [E], section 5: random weights, trained in single precision.

Single precision halves what a step costs at n = 1000, where memory decides, and moves losses by about 10^-6 of
themselves; what students of finite width are compared for is 10^-2 and more.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.random import Generator

from numeric.grams import Array, positive_integer
from numeric.moments import Moments
from numeric.training import train_rnn

__all__ = ["student_path"]


def student_path(
    n: int,
    moments: Moments,
    rng: Generator,
    *,
    nu: tuple[float, float, float],
    rate: float,
    steps: Iterable[int],
    refuse_unstable: bool = True,
) -> Array:
    """Return L [steps, T, n_y, n_x] in double precision of an RNN of width n with Gaussian weights, as it is trained.

    nu = (nu_W, nu_F, nu_C); the weights are drawn in this order. Raises what `train_rnn` raises.
    """
    n = positive_integer("n", n)
    shapes = (n, n), (n, moments.n_x), (moments.n_y, n)
    W, F, C = (rng.standard_normal(shape, dtype=np.float32) for shape in shapes)
    for weights, variance in zip((W, F, C), nu, strict=True):
        weights *= math.sqrt(variance)
    single = replace(moments, root=moments.root.astype(np.float32))
    path, _ = train_rnn(W, F, C, single, rate=rate, steps=steps, refuse_unstable=refuse_unstable)
    return path.impulse.astype(np.float64)
