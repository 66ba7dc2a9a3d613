"""The only file that knows which random numbers stand for the weights of an RNN in its own Krylov frame.

A (freedom x columns) standard normal matrix, written in the orthonormal frame of its own columns, is triangular with
independent entries: column s has N(0, 1) on axes 0..s-1 and chi_{freedom-s} on its new axis s, while axes are left
(Bartlett). The right queries make [F, W e_0, W e_1, ...] such a matrix, e_i being the axes in order of appearance;
what the left queries see outside those axes is another one. Source: theory C.2.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.random import Generator

from numeric.grams import F64
from numeric.krylov_axes import Axes, Coordinates

__all__ = ["Piece", "draw"]

Piece = tuple[Generator, int]  # a generator and how many replicates it draws at once


def draw(axes: Axes, pieces: Sequence[Piece], coordinates: Coordinates) -> None:
    """Fill F, M, the start of C and the fresh answers, piece after piece along the last axis.

    Every piece costs one call for all its normal and one for all its chi variables, whatever n is.
    """
    right = _Triangle(axes.n, axes.inner, axes.n_x + axes.asked)
    outer = _Triangle(axes.n - axes.inner, axes.outer, axes.T * axes.n_y)
    image = axes.T * axes.n_y * axes.image
    cuts = np.cumsum([right.normals, axes.n_y * axes.asked, image, outer.normals])
    halves = np.concatenate([right.freedoms, outer.freedoms])[:, None] / 2
    normals, chi = np.empty((cuts[-1], coordinates.lanes)), np.empty((len(halves), coordinates.lanes))
    start = 0
    for generator, size in pieces:
        lanes = slice(start, start + size)
        normals[:, lanes] = generator.standard_normal((cuts[-1], size))
        chi[:, lanes] = generator.standard_gamma(halves, (len(halves), size))
        start += size
    if start < coordinates.lanes:  # a lone replicate is computed twice, see Coordinates
        normals[:, start:], chi[:, start:] = normals[:, :1], chi[:, :1]
    np.sqrt(2 * chi, out=chi)
    of_right, of_start, of_image, of_outer = np.split(normals, cuts[:-1])
    chi_right, chi_outer = np.split(chi, [len(right.freedoms)])
    right.fill(coordinates.factor, of_right, chi_right)
    outer.fill(coordinates.free[:, axes.image :], of_outer, chi_outer)
    coordinates.free[:, : axes.image] = of_image.reshape(axes.T * axes.n_y, axes.image, coordinates.lanes)
    coordinates.left[: axes.n_y, : axes.asked] = of_start.reshape(axes.n_y, axes.asked, coordinates.lanes)
    coordinates.left[: axes.n_y, axes.asked :] = coordinates.free[: axes.n_y]
    scale = 1 / math.sqrt(axes.n)
    coordinates.factor[axes.n_x :] *= scale
    coordinates.free[axes.n_y :] *= scale


class _Triangle:
    """Where the variables of a (freedom x columns) Gaussian matrix stand in its triangular factor."""

    def __init__(self, freedom: int, rows: int, columns: int) -> None:
        self.places = np.tril_indices(columns, -1, rows)
        self.normals = len(self.places[0])
        self.freedoms = freedom - np.arange(min(rows, columns))

    def fill(self, factor: F64, normals: F64, chi: F64) -> None:
        """Write the entries into factor [columns, rows, B], whose other entries are 0 and stay so."""
        factor[self.places] = normals
        diagonal = np.arange(len(chi))
        factor[diagonal, diagonal] = chi
