"""What the claims and experiments on [E] section 5 share: one teacher with its data, ρ_j and Var L_j^0 as derived."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from verify.claims._factors import derived_values

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from numeric.moments import Moments

    Array = NDArray[np.floating[Any]]

Nu = tuple[str, str, str]

__all__ = ["FIGURE_3", "Training", "data", "numbers", "start_variances", "wide_factors"]


@dataclass(frozen=True, kw_only=True)
class Training:
    """Lags, nu = (ν_W, ν_F, ν_C) of ρ and of the start, and the rate of the mean squared error."""

    T: int
    nu: Nu
    rate: float


# Chosen: ν as in Figures 1 and 2; twice their length, for delays to fit in; a rate far below the stability limit.
FIGURE_3 = Training(T=20, nu=("3/10", "3/10", "3/10"), rate=0.05)


@lru_cache(maxsize=4)
def data(T: int, sequences: int, decibels: float) -> Mapping[str, Moments]:
    """Training and test sequences of one unit-norm teacher with four hidden units: the same in every draw and run."""
    from numeric.streams import stream
    from numeric.teacher import draw_data, draw_teacher, noise_variance

    rng = stream("figures 1 and 2", "teacher and data")
    teacher = draw_teacher(T, rng)
    noise = noise_variance(teacher, decibels)
    return {name: draw_data(teacher, sequences, rng, noise=noise) for name in ("training", "test")}


@lru_cache(maxsize=16)
def wide_factors(T: int, nu: Nu, *, w_part: bool = True) -> Array:
    """ρ_j [T] at nu = (ν_W, ν_F, ν_C); without `w_part` for a W held fixed."""
    import sympy as sp

    return derived_values(T, [sp.Rational(value) for value in nu], w_part=w_part)


@lru_cache(maxsize=16)
def start_variances(T: int, nu: Nu) -> Array:
    """Var L_j^0 [T], the wide limit of an RNN's start: ν_C times the variance of a unit's response at lag j."""
    import numpy as np
    import sympy as sp

    from symbolic.evaluate import to_float
    from symbolic.scaling import scaling_parts

    exact = [sp.Rational(value) for value in nu]
    return np.array([to_float(exact[2] * scaling_parts(j, *exact)[0]) for j in range(T)])


@lru_cache(maxsize=16)
def numbers(nu: Nu) -> tuple[float, float, float]:
    """The variances as floats."""
    import sympy as sp

    from symbolic.evaluate import to_float

    nu_w, nu_f, nu_c = (to_float(sp.Rational(value)) for value in nu)
    return nu_w, nu_f, nu_c
