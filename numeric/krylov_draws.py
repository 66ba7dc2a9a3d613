"""The only file that knows which random numbers stand for the weights of an RNN in its own Krylov frame.

A (freedom x columns) standard normal matrix, written in the orthonormal frame of its own columns, is triangular with
independent entries: column s has N(0, 1) on axes 0..s-1 and chi_{freedom-s} on its new axis s, while axes are left
(Bartlett). The right queries make [F, W e_0, W e_1, ...] such a matrix, e_i being the axes in order of appearance;
what the left queries see outside those axes is another one. Source: theory C.2.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from numeric.grams import F64
from numeric.krylov_axes import Axes, Coordinates

__all__ = ["Numbers", "Piece", "draw", "place", "read"]

Piece = tuple[Generator, int]  # a generator and how many replicates it draws at once


@dataclass(frozen=True, kw_only=True)
class _Triangle:
    """Where the variables of a (freedom x columns) Gaussian matrix stand in its triangular factor, on `rows` axes."""

    freedom: int
    rows: int
    columns: int

    @property
    def normals(self) -> int:
        """Number of entries above the axis that each column adds."""
        slope = min(self.rows, self.columns)
        return slope * (slope - 1) // 2 + (self.columns - slope) * self.rows

    @property
    def freedoms(self) -> F64:
        """Degrees of freedom of the entries on those axes."""
        return self.freedom - np.arange(min(self.rows, self.columns), dtype=np.float64)

    def fill(self, factor: F64, normals: F64, chi: F64) -> None:
        """Write the entries into factor [columns, rows, B], whose other entries are 0 and stay so."""
        factor[np.tril_indices(self.columns, -1, self.rows)] = normals
        diagonal = np.arange(len(chi))
        factor[diagonal, diagonal] = chi


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """The random numbers of a replicate, in the order of the stream: first all normal, then all gamma variables.

    Normal: the factor of [F, W e_0, ...], column by column; C on the asked axes; then, with left queries, C and the
    fresh answers on the image axes, and their factor on the outer axes. Gamma of shape d/2: half the square of chi_d,
    for the right factor, then for the outer one. Without left queries C is normal on all inner axes, and that is all.
    """

    axes: Axes

    @property
    def right(self) -> _Triangle:
        return _Triangle(freedom=self.axes.n, rows=self.axes.inner, columns=self.axes.n_x + self.axes.asked)

    @property
    def outer(self) -> _Triangle:
        columns = self.axes.T * self.axes.n_y if self.axes.left else 0
        return _Triangle(freedom=self.axes.n - self.axes.inner, rows=self.axes.outer, columns=columns)

    @property
    def groups(self) -> tuple[int, int, int, int]:
        """How many normal numbers there are of each of the four kinds."""
        axes = self.axes
        start = axes.asked if axes.left else axes.inner
        image = axes.T * axes.n_y * axes.image if axes.left else 0
        return self.right.normals, axes.n_y * start, image, self.outer.normals

    @property
    def normals(self) -> int:
        return sum(self.groups)

    @property
    def halves(self) -> F64:
        """Shapes d/2 of the gamma variables, [numbers, 1]."""
        return np.concatenate([self.right.freedoms, self.outer.freedoms])[:, None] / 2


def draw(generator: Generator, halves: F64, normals: F64, gammas: F64) -> None:
    """Fill normals [normals, size] and gammas [len(halves), size] in two calls, whatever n is."""
    generator.standard_normal(out=normals)
    generator.standard_gamma(halves, gammas.shape, out=gammas)


def read(axes: Axes, pieces: Sequence[Piece], lanes: int) -> tuple[F64, F64]:
    """Return the numbers of some pieces side by side, and those of a lone replicate twice, see Coordinates."""
    numbers = Numbers(axes=axes)
    halves, start = numbers.halves, 0
    normals, gammas = np.empty((numbers.normals, lanes)), np.empty((len(halves), lanes))
    for generator, size in pieces:
        piece = np.empty((numbers.normals, size)), np.empty((len(halves), size))
        draw(generator, halves, *piece)
        normals[:, start : start + size], gammas[:, start : start + size] = piece
        start += size
    normals[:, start:], gammas[:, start:] = normals[:, :1], gammas[:, :1]
    return normals, gammas


def place(axes: Axes, normals: F64, gammas: F64, coordinates: Coordinates) -> None:
    """Fill F, M, the start of C and the fresh answers from their numbers, replicates along the last axis."""
    numbers, n_y, lanes = Numbers(axes=axes), axes.n_y, normals.shape[-1]
    of_right, of_start, of_image, of_outer = np.split(normals, np.cumsum(numbers.groups)[:-1])
    chi_right, chi_outer = np.split(np.sqrt(2 * gammas), [axes.inner])
    scale = 1 / math.sqrt(axes.n)
    numbers.right.fill(coordinates.factor, of_right, chi_right)
    coordinates.factor[axes.n_x :] *= scale
    start = of_start.reshape(n_y, -1, lanes)
    coordinates.left[:n_y, : start.shape[1]] = start
    if axes.left:
        numbers.outer.fill(coordinates.free[:, axes.image :], of_outer, chi_outer)
        coordinates.free[:, : axes.image] = of_image.reshape(axes.T * n_y, axes.image, lanes)
        coordinates.left[:n_y, axes.asked :] = coordinates.free[:n_y]
        coordinates.free[n_y:] *= scale
