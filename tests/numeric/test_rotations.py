"""Random rotations: orthonormal in exact arithmetic up to their proven defect, and generic."""

from fractions import Fraction

import numpy as np
import pytest

from numeric.errors import ArgumentError
from numeric.rotations import defect, random_rotation
from numeric.streams import stream


@pytest.mark.parametrize("size", [1, 2, 3, 9, 40])
def test_rows_are_orthonormal_within_the_defect(size: int) -> None:
    Q = random_rotation(size, stream("rotation", size))
    exact = [[Fraction(float(entry)) for entry in row] for row in Q]
    gram = [[sum(a * b for a, b in zip(u, v, strict=True)) for v in exact] for u in exact]
    off = [[float(value - (i == k)) for k, value in enumerate(row)] for i, row in enumerate(gram)]
    assert np.linalg.norm(np.array(off), 2) <= defect(size) < 1e-11


def test_it_is_a_rotation_that_mixes_all_coordinates() -> None:
    Q = random_rotation(6, stream("rotation"))
    assert np.linalg.det(Q) == pytest.approx(1.0)
    assert np.all(np.abs(Q) > 1e-4)
    assert np.all(np.abs(Q) < 0.999)


def test_size_zero_is_refused() -> None:
    with pytest.raises(ArgumentError, match="size is out of range"):
        random_rotation(0, stream("rotation"))
