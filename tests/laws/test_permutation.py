"""Permutation: hidden units have no order.

W ↦ P W Pᵀ, F ↦ P F, C ↦ C Pᵀ changes neither the impulse response nor the Grams nor the kernel; a permutation is a
change of coordinates, as rotations are, that leaves the Grams alone too. Source: [E] (1), (2), (9).
Tolerances: the same numbers are added in another order, so both sides have the same error bound.
"""

from collections.abc import Callable

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from numeric.dense import grams_of
from numeric.grams import Grams
from numeric.kernels import lag_ntk
from numeric.rounding import kernel_error, product_error
from tests.laws import bounds, strategies
from tests.laws.profiles import law
from tests.laws.strategies import Network

Reorder = Callable[[Network, list[int]], Network]


@st.composite
def orders(draw: strategies.Draw) -> tuple[Network, list[int]]:
    """A network and an order of its hidden units."""
    network = draw(strategies.networks())
    return network, draw(strategies.permutations(len(network.W)))


def permuted(network: Network, order: list[int]) -> Network:
    """The same network with its hidden units in another order."""
    return Network(W=network.W[order][:, order], F=network.F[order], C=network.C[:, order], T=network.T)


def excess(reorder: Reorder, network: Network, order: list[int]) -> float:
    """Everything that is read off a network, before and after."""
    here, there = (grams_of(*each.weights, each.T) for each in (network, reorder(network, order)))
    weights, T = network.weights, network.T
    right, left = bounds.gram_error(*weights, T)

    def difference(name: str) -> np.ndarray:
        return np.asarray(getattr(here, name)[0] - getattr(there, name)[0])

    return bounds.largest_share(
        (difference("right"), 2 * right),
        (difference("left"), 2 * left),
        (difference("impulse"), 2 * product_error(*weights, T)),
        (_kernel(here) - _kernel(there), 2 * kernel_error(*weights, T)),
    )


def _kernel(grams: Grams) -> np.ndarray:
    return np.asarray(lag_ntk(grams)[0])


@law
@given(case=orders())
def test_hidden_units_have_no_order(case: tuple[Network, list[int]]) -> None:
    assert excess(permuted, *case) <= 1


def test_the_law_fails_for_rows_alone() -> None:
    """P W has the law of P W Pᵀ for Gaussian weights, but is another network."""

    def rows_only(network: Network, order: list[int]) -> Network:
        return Network(W=network.W[order], F=network.F[order], C=network.C[:, order], T=network.T)

    W = np.array([[0.0, 1.0], [0.0, 2.0]])
    network = Network(W=W, F=np.array([[1.0], [0.0]]), C=np.array([[1.0, 3.0]]), T=3)
    assert excess(permuted, network, [1, 0]) <= 1
    assert excess(rows_only, network, [1, 0]) > 1


def test_the_law_fails_unless_the_read_out_moves_too() -> None:
    def forgetful(network: Network, order: list[int]) -> Network:
        return Network(W=network.W[order][:, order], F=network.F[order], C=network.C, T=network.T)

    network = Network(W=np.eye(2), F=np.array([[1.0], [0.0]]), C=np.array([[1.0, 3.0]]), T=1)
    assert excess(forgetful, network, [1, 0]) > 1
