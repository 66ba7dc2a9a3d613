"""The only file that knows the order of questions: all right Krylov vectors first, then the left ones."""

import numpy as np

from numeric.grams import F64
from numeric.krylov_axes import Axes, Coordinates

__all__ = ["fill_left", "fill_right", "inner_products"]

# Relative residual below which a vector adds no direction. Chosen: far above what Gram-Schmidt twice leaves of a vector
# in the span (about 1e-30), and above 1e-16, where the new direction would no longer be orthogonal to the old ones.
# Long before all n axes are used up Krylov vectors get that close to their span (n = 300: after 150 lags); the answer
# then misses a relative 1e-13 of its size, and the law is exact up to that.
IN_THE_SPAN = 1e-13


def fill_right(axes: Axes, coordinates: Coordinates) -> None:
    """Fill r_j = M^j F; row q lives on axes 0..q, so that only asked columns of M are needed."""
    n_x, right = axes.n_x, coordinates.right
    F, M = coordinates.factor[:n_x], coordinates.factor[n_x:]
    right[:n_x] = F
    for start in range(0, (axes.T - 1) * n_x, n_x):
        stop = start + n_x
        known, reached = min(stop, axes.asked), min(stop + n_x, axes.inner)
        np.einsum(
            "idb,qib->qdb", M[:known, :reached], right[start:stop, :known], out=right[stop : stop + n_x, :reached]
        )


def fill_left(axes: Axes, coordinates: Coordinates) -> None:
    """Fill l_j = (M^T)^j C^T, whose first n_y rows C are there, and the frame; M^T maps row q to row q + n_y.

    On an asked axis e_i the answer is known: (M e_i)^T l. On the others M^T p is a fresh Gaussian vector for every new
    direction p, so that the answer is sum_i free_i (p_i^T l): given the past, exactly the Gaussian process whose
    covariance is the Gram matrix of the full vectors l.
    """
    n_y, left, frame = axes.n_y, coordinates.left, coordinates.frame
    M, answers = coordinates.factor[axes.n_x :], coordinates.free[n_y:]
    for q in range(len(frame)):
        reached = axes.inner + min(axes.outer, q + 1)
        coefficients, frame[q, :reached] = _split(frame[:q, :reached], left[q, :reached])
        new = left[q + n_y]
        half = axes.asked // 2  # M is Hessenberg: its first columns end early, so that a quarter of the work is saved
        np.einsum("idb,db->ib", M[:half, : half + axes.n_x], left[q, : half + axes.n_x], out=new[:half])
        np.einsum("idb,db->ib", M[half:], left[q, : axes.inner], out=new[half : axes.asked])
        past = axes.image + min(axes.outer, q + n_y + 1)
        np.einsum("idb,ib->db", answers[: q + 1, :past], coefficients, out=new[axes.asked : axes.asked + past])


def _split(frame: F64, vector: F64) -> tuple[F64, F64]:
    """Return p^T v for all directions p and a new one, and that new direction: Gram-Schmidt with one repetition.

    A vector in the span of the frame to rounding, as when all n axes are used up, adds the coefficient 0 and the
    direction 0. Source: Giraud, Langou, Rozloznik 2005 ("twice is enough").
    """
    coefficients = np.empty((len(frame) + 1, vector.shape[-1]))
    np.einsum("idb,db->ib", frame, vector, out=coefficients[:-1])
    residual = vector - np.einsum("idb,ib->db", frame, coefficients[:-1])
    again = np.einsum("idb,db->ib", frame, residual)  # of the size of rounding: it matters for the direction alone
    residual -= np.einsum("idb,ib->db", frame, again)
    norm = np.sqrt(np.einsum("db,db->b", residual, residual))
    size = np.sqrt(np.einsum("db,db->b", vector, vector))
    norm[norm <= IN_THE_SPAN * size] = 0.0
    coefficients[-1] = norm
    residual *= np.divide(1.0, norm, out=np.zeros_like(norm), where=norm > 0)
    return coefficients, residual


def inner_products(vectors: F64, common: int, n: int) -> F64:
    """Return v_q^T v_p / n as [rows, rows, B]; row q of the vectors lives on axes 0..common + q."""
    rows, axes, lanes = vectors.shape
    gram = np.empty((rows, rows, lanes))
    for q in range(rows):
        reached = min(axes, common + q + 1)
        np.einsum("idb,db->ib", vectors[: q + 1, :reached], vectors[q, :reached], out=gram[q, : q + 1])
        gram[:q, q] = gram[q, :q]
    gram *= 1 / n
    return gram
