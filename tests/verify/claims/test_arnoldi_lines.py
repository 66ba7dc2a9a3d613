"""The fixed rotation mixes: with the identity, or near it, it would repeat the line of single entries."""

import numpy as np
import pytest

from verify.claims._arnoldi_lines import fixed_rotation


@pytest.mark.parametrize("size", [12, 45, 77])
def test_the_fixed_rotation_is_orthogonal_and_far_from_every_permutation(size: int) -> None:
    """The largest of size² entries of a random rotation is about √(4 ln(size)/size), 0.91 at 12 and 0.48 at 77."""
    rotation = fixed_rotation(size)
    assert np.abs(rotation @ rotation.T - np.eye(size)).max() < 1e-13
    assert np.abs(rotation).max() < 0.95
    assert np.array_equal(rotation, fixed_rotation(size))
