"""What the claims about training share: fixed data, starts of the RNN, ρ of the wide limit, all by setting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from verify.claims._factors import derived_values
from verify.claims._variances import variances
from verify.model import Setting

if TYPE_CHECKING:
    import numpy as np
    from numpy.random import Generator
    from numpy.typing import NDArray

    from numeric.perturbation import Weights

    Array = NDArray[np.floating[Any]]

__all__ = ["HELD_OUT", "factors", "starts", "teacher_data"]

HELD_OUT = 4  # new sequences, chosen: so many that no start has a small gap on all of them by chance


@lru_cache(maxsize=16)
def factors(setting: Setting, *, w_part: bool = True, lags: int = 0) -> Array:
    """ρ of the wide limit for the first T + `lags` lags."""
    return derived_values(setting["T"] + lags, variances(setting), w_part=w_part)


def starts(setting: Setting, rngs: Sequence[Generator]) -> Iterator[Weights]:
    """BLOCK starts W, F, C from each generator, one after the other."""
    import numpy as np

    from numeric.dense import draw_weights
    from numeric.grams import checked_sizes
    from numeric.streams import BLOCK

    nu_w, nu_f, nu_c = map(float, variances(setting))
    sizes = checked_sizes(
        n=setting["n"], T=setting["T"], replicates=1, n_x=setting["n_x"], n_y=setting["n_y"],
        nu_w=nu_w, nu_f=nu_f, nu_c=nu_c,
    )  # fmt: skip
    for rng in rngs:
        for _ in range(BLOCK):
            room = np.empty((1, sizes.n * (sizes.n + sizes.n_x + sizes.n_y)))  # its own: training is done in place
            W, F, C = draw_weights(rng, sizes, room)
            yield W[0], F[0], C[0]


def teacher_data(setting: Setting) -> tuple[Array, Array, Array]:
    """Training x [N, T, n_x], y [N, T, n_y], and new x [HELD_OUT, T, n_x]: the same at every width and start.

    y is a teacher's output plus noise; its taps, the noise and the inputs are independent standard Gaussians. Where
    `data` is "late", first inputs are 0, so that no data excite the last lag and A^T A is singular; "impulse" and "late
    impulse" have a unit input at time 0 or 1 in every channel.
    """
    import numpy as np

    from numeric.dense import run_convolution
    from numeric.streams import stream

    T, N, n_x, n_y = (setting[name] for name in ("T", "N", "n_x", "n_y"))
    generator = stream("fixed training data", T, N, n_x, n_y)
    x, noise = generator.standard_normal((N, T, n_x)), generator.standard_normal((N, T, n_y))
    teacher, new = generator.standard_normal((T, n_y, n_x)), generator.standard_normal((HELD_OUT, T, n_x))
    if setting["data"].endswith("impulse"):
        x = np.zeros_like(x)
        x[:, int(setting["data"] == "late impulse")] = 1.0
    elif setting["data"] == "late":
        x[:, 0] = 0.0
    return x, noise + np.stack([run_convolution(teacher, sequence) for sequence in x]), new
