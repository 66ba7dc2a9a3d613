"""The exact construction against direct substitution, in fractions, for random nodes and responses."""

from fractions import Fraction
from typing import Any

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from symbolic import realization as r
from symbolic.errors import ParameterRangeError

fractions = st.fractions(min_value=-3, max_value=3, max_denominator=20)
blocks = st.integers(1, 7).flatmap(
    lambda T: st.tuples(
        st.lists(fractions, min_size=T, max_size=T, unique=True), st.lists(fractions, min_size=T, max_size=T)
    )
)


def run(network: r.Realization, x: list[list[Any]]) -> list[list[Any]]:
    """The recursion itself: h_t = M h_{t−1} + F x_t, y_t = (C/√n) h_t."""
    h = [Fraction(0)] * network.n
    y = []
    for x_t in x:
        h = [
            lam * state + sum(f * value for f, value in zip(row, x_t, strict=True))
            for lam, state, row in zip(network.eigenvalues, h, network.F, strict=True)
        ]
        y.append([sum(k * state for k, state in zip(row, h, strict=True)) for row in network.readout])
    return y


def response_of(network: r.Realization, T: int, n_x: int) -> list[tuple[tuple[Any, ...], ...]]:
    """L_0 … L_{T−1} read off by unit inputs, one input after the other."""
    columns = [run(network, [[int(t == 0 and b == c) for c in range(n_x)] for t in range(T)]) for b in range(n_x)]
    return [tuple(zip(*(column[j] for column in columns), strict=True)) for j in range(T)]


@settings(max_examples=60, deadline=None)
@given(blocks)
def test_weights_solve_the_vandermonde_system(block: tuple[list[Fraction], list[Fraction]]) -> None:
    lam, L = block
    weights = r.readout(L, lam)
    assert [sum(k * node**j for k, node in zip(weights, lam, strict=True)) for j in range(len(L))] == L


@settings(max_examples=30, deadline=None)
@given(blocks)
def test_inverse_is_that_of_the_transposed_vandermonde_matrix(block: tuple[list[Fraction], list[Fraction]]) -> None:
    lam = [sp.Rational(node.numerator, node.denominator) for node in block[0]]
    assert sp.Matrix(r.inverse(lam)) * r.vandermonde(lam).T == sp.eye(len(lam))


def test_equal_nodes_are_refused() -> None:
    with pytest.raises(ParameterRangeError, match="eigenvalue 1/2 occurs twice"):
        r.readout([1, 2, 3], [Fraction(1, 2), Fraction(1, 3), Fraction(1, 2)])


@settings(max_examples=30, deadline=None)
@given(st.data(), st.integers(1, 4), st.integers(1, 3), st.integers(1, 3))
def test_every_construction_has_the_response_and_its_number_of_units(
    data: st.DataObject, T: int, n_x: int, n_y: int
) -> None:
    lam = data.draw(st.lists(fractions, min_size=T, max_size=T, unique=True))
    L = [tuple(tuple(data.draw(st.lists(fractions, min_size=n_x, max_size=n_x))) for _ in range(n_y)) for _ in range(T)]
    for build, units in ((r.realise, T * n_x * n_y), (r.realise_by_input, T * n_x), (r.realise_by_output, T * n_y)):
        network = build(L, lam)
        assert network.n == units
        assert response_of(network, T, n_x) == L


def test_the_stacked_weights_are_normalised_by_the_whole_width() -> None:
    network = r.realise([((2, 3), (4, 5))], [sp.Rational(1, 3)])
    assert r.impulse_response(network, 1) == [sp.Matrix([[2, 3], [4, 5]])]
    assert r.impulse_response(network, 1, sp.Integer(1)) == [sp.Matrix([[2, 3], [4, 5]]) / 2]  # √n = 2


def test_offsets_come_out_as_given() -> None:
    L, offsets = [((2,), (1,)), ((0,), (5,)), ((7,), (3,))], [[1, 10], [4, 10], [-2, 30]]
    network = r.realise(r.with_offsets(L, offsets), [Fraction(1, 2), Fraction(1, 3), Fraction(-1, 4)])
    assert network.n == 3 * 2 * 2
    x = [3, -1, 2]
    for t, y_t in enumerate(run(network, [[value, 1] for value in x])):
        assert y_t == [sum(L[j][a][0] * x[t - j] for j in range(t + 1)) + offsets[t][a] for a in range(2)]


def test_hankel_blocks() -> None:
    L = [((j, j + 10),) for j in range(4)]
    assert r.block_hankel(L, 2, 3) == sp.Matrix([[0, 10, 1, 11, 2, 12], [1, 11, 2, 12, 3, 13]])
