"""The exact laws that the Grams of a Gaussian linear RNN obey at every width, as lines, and their statistics.

Shared by the claims that test a simulator (exact_sampler) and a limit (theorem_3_3a_impulse_gaussian) with them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from verify.checks import LawLine
from verify.model import Setting

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from numeric.grams import Grams

    Array = NDArray[np.floating[Any]]

__all__ = ["NOT_SHOWN", "fixed_rotation", "lines", "square_size", "statistics"]

NOT_SHOWN = (
    "vectors and coordinates apart see the outputs and the last columns of H; dependence in the first columns shows in"
    " the squared length and the fixed rotation alone"
)


def lines(setting: Setting, *, off_by: int = 0) -> list[LawLine]:
    """The exact laws of numeric.arnoldi at n, T, n_x, n_y; `off_by` is a rival's error in the degrees of freedom."""
    from verify.statistics.laws import Chi, ChiSquare, Normal

    n, T, n_x, n_y = setting["n"], setting["T"], setting.get("n_x", 1), setting.get("n_y", 1)
    n_chi, axes, asked = n + off_by, T * n_x, (T - 1) * n_x
    upper = n_x * (n_x - 1) // 2 + sum(k + n_x for k in range(asked))
    whitened = n_y * axes
    d = square_size(T, n_x, n_y)
    pairs = (Normal(),) * (d * (d - 1) // 2)
    start = "‖F‖ ~ χ_n" if n_x == 1 else "the columns of F add χ_n, χ_(n−1), …"
    return [
        LawLine(
            label="below the diagonal",
            null=f"{start}; √n H_(i+{n_x},i) ~ χ_(n−{n_x}−i)",
            laws=tuple(Chi(n_chi - i) for i in range(n_x + asked)),
        ),
        LawLine(
            label="on and above the diagonal",
            null=f"√n H_(i,k) ~ N(0,1), i ≤ k + {n_x - 1}" if n_x > 1 else "√n H_(i,k) ~ N(0,1), i ≤ k",
            laws=(Normal(),) * upper,
        ),
        LawLine(label="impulse response", null="L whitened by the Gram of (r_j) ~ N(0,1)", laws=(Normal(),) * whitened),
        LawLine(
            label="squared length", null="Σ of all squares ~ χ² (independence)", laws=(ChiSquare(upper + whitened),)
        ),
        LawLine(
            label="fixed rotation",
            null="a fixed rotation of them ~ N(0,1)",
            laws=(Normal(),) * (upper + whitened),
        ),
        *(
            LawLine(label=f"{what} apart", null=f"inner products of {what} ~ N(0,1) (independence)", laws=pairs)
            for what in ("vectors", "coordinates")
        ),
    ]


def square_size(T: int, n_x: int, n_y: int) -> int:
    """The largest d for which d of the columns of H (column k has k + n_x entries) and of the outputs have d each."""
    return ((T - 1) * n_x + n_x + n_y) // 2


def statistics(grams: Grams, factor: Array | None = None) -> Mapping[str, Array]:
    """The statistics of `lines` from Grams at unit variances, never from the numbers that a sampler drew.

    `factor` is the Krylov factor of the right Gram, if the caller has it.
    """
    import numpy as np

    from numeric import arnoldi
    from numeric.independence import inner_products

    n, n_x = grams.n, grams.n_x
    if factor is None:
        factor = arnoldi.krylov_factor(arnoldi.by_column(grams.right), n)
    H = arnoldi.hessenberg(factor, n, n_x)
    rows, columns = np.indices(H.shape[1:])
    above = [factor[:, i, k, None] for k in range(n_x) for i in range(k)]
    upper = np.concatenate([H[:, rows < columns + n_x], *above], axis=1)
    start = np.diagonal(factor[:, :n_x, :n_x], axis1=1, axis2=2)
    impulse = arnoldi.whitened_impulse(grams, factor)
    together = np.concatenate([upper, impulse], axis=1)
    square = _square(H, impulse, grams)
    return {
        "below the diagonal": np.concatenate([start, np.diagonal(H[:, n_x:], axis1=1, axis2=2)], axis=1),
        "on and above the diagonal": upper,
        "impulse response": impulse,
        "squared length": np.sum(together**2, axis=1),
        "fixed rotation": together @ fixed_rotation(together.shape[1]),
        "vectors apart": inner_products(square),
        "coordinates apart": inner_products(square.swapaxes(1, 2)),
    }


def _square(H: Array, impulse: Array, grams: Grams) -> Array:
    """[B, d, d]: the first d coordinates of the last columns of H, on and above the diagonal, and of each output."""
    import numpy as np

    d = square_size(grams.T, grams.n_x, grams.n_y)
    outputs = impulse.reshape(len(impulse), grams.n_y, -1)[:, :d, :d]
    columns = H[:, :d, H.shape[2] - d + outputs.shape[1] :]
    return np.concatenate([columns.swapaxes(1, 2), outputs], axis=1)


def fixed_rotation(size: int) -> Array:
    """One orthogonal matrix, the same in every run: the Q factor of a Gaussian matrix from a stream of its own."""
    import numpy as np

    from numeric.streams import stream

    return np.asarray(np.linalg.qr(stream("fixed rotation", size).standard_normal((size, size)))[0])
