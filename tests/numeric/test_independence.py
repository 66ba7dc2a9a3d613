"""Inner products against Gram–Schmidt, their law on independent vectors, and what they see."""

import math

import numpy as np
import pytest
from scipy import stats

from numeric.errors import ArgumentError
from numeric.independence import inner_products
from numeric.streams import stream


@pytest.mark.parametrize(("v", "d"), [(2, 2), (3, 3), (4, 9)])
def test_they_are_the_coordinates_in_the_frame_of_the_earlier_vectors(v: int, d: int) -> None:
    vectors = stream("independence", v, d).standard_normal((5, v, d))
    found = inner_products(vectors)
    for replicate, products in zip(vectors, found, strict=True):
        frame: list[np.ndarray] = []
        expected = {}
        for j, vector in enumerate(replicate):
            rest = vector.copy()
            for i, axis in enumerate(frame):
                expected[i, j] = axis @ vector
                rest -= (axis @ vector) * axis
            frame.append(rest / np.linalg.norm(rest))
        places = [(i, j) for i in range(v) for j in range(i + 1, v)]
        np.testing.assert_allclose(products, [expected[place] for place in places], atol=1e-9)


@pytest.mark.parametrize(("v", "d"), [(2, 2), (5, 5), (3, 7)])
def test_independent_vectors_give_independent_normal_numbers(v: int, d: int) -> None:
    products = inner_products(stream("independence law", v, d).standard_normal((20_000, v, d)))
    assert stats.kstest(products.reshape(-1), "norm").pvalue > 1e-6
    assert np.abs(np.corrcoef(products.T) - np.eye(products.shape[1])).max() < 5 / math.sqrt(20_000)


def test_vectors_that_share_a_part_or_their_signs_are_far_from_it() -> None:
    numbers = stream("shared").standard_normal((2000, 2, 9))
    correlated = numbers.copy()
    correlated[:, 1] = 0.3 * numbers[:, 0] + math.sqrt(0.91) * numbers[:, 1]
    signs = np.stack([numbers[:, 0], np.abs(numbers[:, 1]) * np.sign(numbers[:, 0])], axis=1)
    distances = [stats.kstest(inner_products(v)[:, 0], "norm").statistic for v in (numbers, correlated, signs)]
    assert distances[0] < 0.05
    assert 0.3 < distances[1] < distances[2]


@pytest.mark.parametrize(("v", "d"), [(1, 4), (5, 4)])
def test_more_vectors_than_coordinates_or_a_single_one_are_refused(v: int, d: int) -> None:
    with pytest.raises(ArgumentError, match="no such factor"):
        inner_products(np.ones((3, v, d)))
