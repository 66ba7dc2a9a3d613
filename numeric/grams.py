"""The only file that knows what both samplers return, and which sizes they accept."""

import math
import operator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.errors import ArgumentError, MemoryLimitError

__all__ = [
    "F64",
    "MAX_BYTES",
    "Array",
    "Grams",
    "RightGrams",
    "Sizes",
    "check_bytes",
    "checked_sizes",
    "positive_integer",
    "scale_in_place",
    "scaled",
]

MAX_BYTES = 2**30  # chosen: what one of several workers may take on a small machine
LARGEST_LOG = 600  # chosen: doubles end near e^709, and products of two Grams are not the caller's only use of them
Array = NDArray[np.floating[Any]]
F64 = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Grams:
    """Krylov Grams and impulse response of B linear RNNs of width n, lags j, k = 0..T-1.

    With M = W/sqrt(n), r_j = M^j F and l_j = (M^T)^j C^T:
    right   [B, T, T, n_x, n_x]  r_j^T r_k / n,
    left    [B, T, T, n_y, n_y]  l_j^T l_k / n,
    impulse [B, T, n_y, n_x]     L_j = C M^j F / sqrt(n).
    Law: right_kj and left_kj are the transposes of right_jk and left_jk; the kernels rely on it.
    Raises ArgumentError when the shapes do not belong together.
    """

    n: int
    right: Array
    left: Array
    impulse: Array

    def __post_init__(self) -> None:
        positive_integer("n", self.n)
        shape = self.impulse.shape
        B, T, n_y, n_x = shape if len(shape) == len("BTyx") else (0, 0, 0, 0)
        if not B * T * n_y * n_x:
            advice = "Use axes of length 1 for a single network, input or output."
            raise ArgumentError("impulse has the wrong shape", shape, "[B, T, n_y, n_x], all >= 1", advice)
        for name, array, columns in (("right", self.right, n_x), ("left", self.left, n_y)):
            if array.shape != (B, T, T, columns, columns):
                limit = f"[{B}, {T}, {T}, {columns}, {columns}]"
                raise ArgumentError(f"{name} has the wrong shape", array.shape, limit, f"impulse is of shape {shape}.")

    @property
    def replicates(self) -> int:
        """Number B of independent networks."""
        return int(self.impulse.shape[0])

    @property
    def T(self) -> int:
        """Number of lags."""
        return int(self.impulse.shape[1])

    @property
    def n_y(self) -> int:
        """Number of outputs per step."""
        return int(self.impulse.shape[2])

    @property
    def n_x(self) -> int:
        """Number of inputs per step."""
        return int(self.impulse.shape[3])


@dataclass(frozen=True, kw_only=True, eq=False)
class RightGrams:
    """Right Gram and impulse response alone, in the shapes and units of `Grams`: what needs no left vector."""

    n: int
    right: Array
    impulse: Array


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """What a sampler is asked for, checked: integers >= 1 and variances > 0."""

    n: int
    T: int
    replicates: int
    n_x: int
    n_y: int
    nu_w: float
    nu_f: float
    nu_c: float

    @property
    def gram_bytes(self) -> int:
        """Bytes of the Grams in double precision."""
        return 8 * self.replicates * self.T * (self.T * (self.n_x**2 + self.n_y**2) + self.n_x * self.n_y)


def positive_integer(name: str, value: object, largest: int | None = None) -> int:
    """Return `value` as int; raises ArgumentError unless it is an integer in 1..largest."""
    limit = "integers >= 1" if largest is None else f"integers from 1 to {largest}"
    try:
        number = operator.index(value)  # type: ignore[arg-type]  # that is what is being asked
    except TypeError:
        number = 0
    if number < 1 or isinstance(value, bool) or (largest is not None and number > largest):
        raise ArgumentError(f"{name} is out of range", repr(value), limit, f"Choose another {name}.")
    return number


def _variance(name: str, value: object) -> float:
    if isinstance(value, (int, float, np.floating, np.integer)) and 0.0 < value < math.inf:
        return float(value)
    raise ArgumentError(f"{name} is no variance", repr(value), "finite numbers > 0", f"Choose another {name}.")


def checked_sizes(
    *, n: int, T: int, replicates: int, n_x: int, n_y: int, nu_w: float, nu_f: float, nu_c: float
) -> Sizes:
    """Return the arguments of a sampler as Sizes; raises ArgumentError that names the first bad one."""
    sizes = Sizes(
        n=positive_integer("n", n),
        T=positive_integer("T", T),
        replicates=positive_integer("replicates", replicates),
        n_x=positive_integer("n_x", n_x),
        n_y=positive_integer("n_y", n_y),
        nu_w=_variance("nu_w", nu_w),
        nu_f=_variance("nu_f", nu_f),
        nu_c=_variance("nu_c", nu_c),
    )
    ends = max(abs(math.log(sizes.nu_f)), abs(math.log(sizes.nu_c)))
    if ends + (sizes.T - 1) * abs(math.log(sizes.nu_w)) > LARGEST_LOG:
        seen = f"nu_w={nu_w}, nu_f={nu_f}, nu_c={nu_c} at T={T}"
        limit = f"nu_f nu_w^(T-1) and nu_c nu_w^(T-1) from e^-{LARGEST_LOG} to e^{LARGEST_LOG}"
        raise ArgumentError("the Grams would leave the range of doubles", seen, limit, "Sample at variances nearer 1.")
    return sizes


def check_bytes(what: str, needed: int, max_bytes: int, advice: str) -> None:
    """Raise MemoryLimitError when `needed` exceeds `max_bytes`."""
    if needed > max_bytes:
        raise MemoryLimitError(f"{what} would not fit", f"{needed} bytes", f"max_bytes={max_bytes}", advice)


def scaled(grams: Grams, *, nu_w: float, nu_f: float, nu_c: float) -> Grams:
    """Return Grams of unit-variance weights as those of variances nu, as `scale_in_place` does."""
    arrays = grams.right.copy(), grams.left.copy(), grams.impulse.copy()
    scale_in_place(*arrays, nu_w=nu_w, nu_f=nu_f, nu_c=nu_c)
    return Grams(n=grams.n, right=arrays[0], left=arrays[1], impulse=arrays[2])


def scale_in_place(right: Array, left: Array, impulse: Array, *, nu_w: float, nu_f: float, nu_c: float) -> None:
    """Give arrays of unit-variance weights the variances nu, by homogeneity, exactly; `left` may be empty:

    right_jk *= nu_f nu_w^((j+k)/2), left_jk *= nu_c nu_w^((j+k)/2), impulse_j *= sqrt(nu_f nu_c) nu_w^(j/2).
    """
    if nu_w == nu_f == nu_c == 1.0:
        return
    T = impulse.shape[1]
    # Python's power, not NumPy's, whose last bit depends on the instruction set of the machine
    half_powers = np.array([nu_w ** (lag / 2) for lag in range(2 * T - 1)])
    lags = np.arange(T)
    by_lags = half_powers[lags[:, None] + lags, None, None]
    right *= nu_f * by_lags
    if left.size:
        left *= nu_c * by_lags
    impulse *= (math.sqrt(nu_f) * math.sqrt(nu_c) * half_powers[lags])[:, None, None]
