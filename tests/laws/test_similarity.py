"""Similarity: a change of coordinates of the state leaves the impulse response as it is.

W ↦ S W S⁻¹, F ↦ S F, C ↦ C S⁻¹ gives L_j = n^{−(j+1)/2} C W^j F again, for every invertible S: the map is a property of
the system, not of its coordinates. Grams and kernels do change. Source: [E] (9), Proposition 2.1(a).
Tolerance: S is unimodular with an integer inverse, so only the products round: (j + 2)(3n + 4) operations on
|S||W||S⁻¹|.
"""

from collections.abc import Callable

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from numeric.dense import impulse_response
from numeric.rounding import SLACK, gamma, product_error
from tests.laws import bounds, strategies
from tests.laws.profiles import law
from tests.laws.strategies import Array, Network

Response = Callable[..., Array]


@st.composite
def changes(draw: strategies.Draw) -> tuple[Network, Array, Array]:
    """A network with a matrix S and its inverse."""
    network = draw(strategies.networks())
    return network, *draw(strategies.unimodular(len(network.W)))


def excess(response: Response, network: Network, S: Array, inverse: Array) -> float:
    """The impulse response in both coordinates."""
    (W, F, C), T, n = network.weights, network.T, len(network.W)
    before = response(W, F, C, T)
    after = response(S @ W @ inverse, S @ F, C @ inverse, T)
    S, inverse = np.abs(S), np.abs(inverse)
    magnitude = impulse_response(S @ np.abs(W) @ inverse, S @ np.abs(F), np.abs(C) @ inverse, T)
    factor = np.array([SLACK * gamma((j + 2) * (3 * n + 4)) for j in range(T)])[:, None, None]
    return bounds.largest_share((after - before, factor * magnitude + product_error(W, F, C, T)))


@law
@given(change=changes())
def test_coordinates_do_not_matter(change: tuple[Network, Array, Array]) -> None:
    assert excess(impulse_response, *change) <= 1


@law
@given(pair=strategies.unimodular(5))
def test_the_inverse_is_exact(pair: tuple[Array, Array]) -> None:
    assert (pair[0] @ pair[1] == np.eye(5)).all()


def test_the_law_fails_for_a_transposed_recursion() -> None:
    """C (Wᵀ)^j F has the same law for Gaussian weights, and is no property of the system."""

    def transposed(W: Array, F: Array, C: Array, T: int) -> Array:
        return impulse_response(W.T, F, C, T)

    network = Network(W=np.array([[1.0, 2.0], [0.0, 1.0]]), F=np.array([[1.0], [0.0]]), C=np.array([[0.0, 1.0]]), T=2)
    S, inverse = np.array([[1.0, 0.0], [1.0, 1.0]]), np.array([[1.0, 0.0], [-1.0, 1.0]])
    assert excess(impulse_response, network, S, inverse) <= 1
    assert excess(transposed, network, S, inverse) > 1


def test_the_law_fails_for_the_transpose_in_the_place_of_the_inverse() -> None:
    network = Network(W=np.eye(2), F=np.ones((2, 1)), C=np.ones((1, 2)), T=2)
    S = np.array([[1.0, 1.0], [0.0, 1.0]])
    assert excess(impulse_response, network, S, S.T) > 1
