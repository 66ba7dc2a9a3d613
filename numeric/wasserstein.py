"""The only file that knows the 2-Wasserstein distance between zero-mean Gaussians, in three forms of unlike accuracy.

W_2²(N(0, Σ_1), N(0, Σ_2)) = tr(Σ_1 + Σ_2 − 2 (Σ_1^{1/2} Σ_2 Σ_1^{1/2})^{1/2}), [E] (32). With u = 2⁻⁵³ and covariances
of size 1 at a distance w, the relative error of w is about
    u/w²   in `w2_formula`, which is (32) as it stands: the difference of numbers of size 1 is w²,
    u/w    in `w2_aligned`, a norm of differences of square roots,
    u      in `gaussian_w2`, which never subtracts anything but its two arguments.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.errors import ArgumentError

__all__ = ["gaussian_w2", "w2_aligned", "w2_formula"]

Array = NDArray[np.floating[Any]]


def gaussian_w2(first: Array, second: Array) -> Array:
    """W_2(N(0, first), N(0, second)) from the change Δ = first − second; equal arguments give exactly 0.

    Let second = D, Y = (D^{1/2} first D^{1/2})^{1/2} and E = Y − D. Then Y² − D² = D^{1/2} Δ D^{1/2} is the Sylvester
    equation Y E + E D = D^{1/2} Δ D^{1/2}, solved in the eigenbases of Y and D by one division an entry; the optimal
    map is x ↦ (I + H) x with H = D^{−1/2} E D^{−1/2}, and W_2² = tr(H D H) = ‖D^{−1/2} E‖_F².
    first, second [..., d, d] symmetric; first positive semi-definite, second positive definite. Returns [...]. Where
    first is singular to rounding, Y is known to √u only: use w2_aligned for such a pair.
    Raises ArgumentError for other arguments. Source: [E] (32), rearranged.
    """
    first, second = _checked(first, second)
    spectrum, basis = np.linalg.eigh(second)
    if not (spectrum[..., 0] > 0).all():
        seen = spectrum.min()
        raise ArgumentError("second is not positive definite", seen, "eigenvalues > 0", "Use w2_aligned.")
    root = np.sqrt(spectrum)
    change = _transposed(basis) @ (first - second) @ basis
    right_side = _symmetric(root[..., :, None] * change * root[..., None, :])
    squares, frame = np.linalg.eigh(_diagonal(spectrum**2) + right_side)
    sums = np.sqrt(np.maximum(squares, 0.0))[..., :, None] + spectrum[..., None, :]
    move = frame @ ((_transposed(frame) @ right_side) / sums)
    return np.asarray(np.linalg.norm(move / root[..., :, None], axis=(-2, -1)))


def w2_aligned(first: Array, second: Array) -> Array:
    """min over orthogonal U of ‖first^{1/2} − second^{1/2} U‖_F: U is the polar factor of second^{1/2} first^{1/2}.

    Any positive semi-definite arguments [..., d, d]. Source: orthogonal Procrustes problem; equals [E] (32).
    """
    a, b = (_square_root(array) for array in _checked(first, second))
    left, _, right = np.linalg.svd(b @ a)
    return np.asarray(np.linalg.norm(a - b @ (left @ right), axis=(-2, -1)))


def w2_formula(first: Array, second: Array) -> Array:
    """W_2² as [E] (32) stands; below u·tr(first + second) it is rounding alone and may be negative."""
    first, second = _checked(first, second)
    root = _square_root(first)
    cross = np.linalg.eigvalsh(_symmetric(root @ second @ root))
    trace = np.trace(first, axis1=-2, axis2=-1) + np.trace(second, axis1=-2, axis2=-1)
    return np.asarray(trace - 2.0 * np.sqrt(np.maximum(cross, 0.0)).sum(axis=-1))


def _square_root(matrix: Array) -> Array:
    """The positive semi-definite square root; what rounding left below 0 in the spectrum counts as 0."""
    spectrum, basis = np.linalg.eigh(matrix)
    return np.asarray((basis * np.sqrt(np.maximum(spectrum, 0.0))[..., None, :]) @ _transposed(basis))


def _checked(first: Array, second: Array) -> tuple[Array, Array]:
    arrays = []
    for name, value in (("first", first), ("second", second)):
        array = np.asarray(value, dtype=np.float64)
        if array.ndim < 2 or array.shape[-1] != array.shape[-2] or not array.size:  # noqa: PLR2004 — a matrix
            raise ArgumentError(f"{name} is no covariance", array.shape, "[..., d, d]", "Pass square matrices.")
        if not np.isfinite(array).all():
            raise ArgumentError(f"{name} is not finite", "nan or inf", "finite entries", "Find where it overflowed.")
        if not np.array_equal(array, _transposed(array)):
            worst = np.abs(array - _transposed(array)).max()
            raise ArgumentError(f"{name} is not symmetric", f"off by {worst:.3g}", "0", "Pass (S + S.T)/2.")
        arrays.append(array)
    if arrays[0].shape[-1] != arrays[1].shape[-1]:
        shapes = f"{arrays[0].shape} and {arrays[1].shape}"
        raise ArgumentError("the covariances are of different size", shapes, "[..., d, d]", "Compare like with like.")
    return arrays[0], arrays[1]


def _transposed(array: Array) -> Array:
    return array.swapaxes(-1, -2)


def _symmetric(array: Array) -> Array:
    return np.asarray(0.5 * (array + _transposed(array)))


def _diagonal(values: Array) -> Array:
    return np.asarray(values[..., None] * np.eye(values.shape[-1]))
