"""Superposition: the network is linear in its input, and its kernel in each of two.

f(a x + b x') = a f(x) + b f(x') and K(a x + b x', x'') = a K(x, x'') + b K(x', x''). Source: [E] (1), (2), (13).
Tolerances: inputs are multiples of 1/8 and a, b whole, so that a x + b x' is exact; the errors of all three outputs and
three roundings for the sum are allowed.
"""

from collections.abc import Callable

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from numeric.dense import run_rnn
from numeric.kernels import ntk
from numeric.rounding import gamma, recursion_error
from tests.laws import bounds, strategies
from tests.laws.profiles import law
from tests.laws.strategies import Array, Network

Run = Callable[..., Array]


@st.composite
def sums(draw: strategies.Draw) -> tuple[Network, Array, Array, float, float]:
    """A network, two inputs and two whole coefficients."""
    network = draw(strategies.networks())
    x, other = (draw(strategies.inputs(network.T, network.F.shape[1])) for _ in range(2))
    a, b = (float(draw(st.integers(-3, 3))) for _ in range(2))
    return network, x, other, a, b


def excess(run: Run, case: tuple[Network, Array, Array, float, float]) -> float:
    """‖f(a x + b x') − a f(x) − b f(x')‖ at its worst over time."""
    network, x, other, a, b = case
    parts = ((1.0, a * x + b * other), (-a, x), (-b, other))
    outputs = [factor * run(*network.weights, signal) for factor, signal in parts]
    errors = [abs(factor) * recursion_error(*network.weights, signal) for factor, signal in parts]
    rounding = gamma(3) * sum(np.linalg.norm(output, axis=1) for output in outputs)
    return bounds.largest_share((np.linalg.norm(sum(outputs), axis=1), sum(errors) + rounding))


@law
@given(case=sums())
def test_outputs_add_up(case: tuple[Network, Array, Array, float, float]) -> None:
    assert excess(run_rnn, case) <= 1


@law
@given(case=sums())
def test_kernels_add_up(case: tuple[Network, Array, Array, float, float]) -> None:
    network, x, other, a, b = case
    parts = ((1.0, a * x + b * other), (-a, x), (-b, other))
    kernels = [factor * ntk(*network.weights, signal, x) for factor, signal in parts]
    errors = [abs(factor) * bounds.ntk_error(*network.weights, signal, x) for factor, signal in parts]
    rounding = gamma(3) * sum(map(np.abs, kernels))
    assert bounds.largest_share((sum(kernels), sum(errors) + rounding)) <= 1


def test_the_law_fails_for_a_network_with_an_activation() -> None:
    """tanh is linear to third order at 0, and no further."""

    def saturating(W: Array, F: Array, C: Array, x: Array) -> Array:
        h, outputs = np.zeros(len(W)), []
        for x_t in x:
            h = np.tanh(W @ h / np.sqrt(len(W)) + F @ x_t)
            outputs.append(C @ h / np.sqrt(len(W)))
        return np.array(outputs)

    network = Network(W=np.eye(1), F=np.ones((1, 1)), C=np.ones((1, 1)), T=1)
    case = (network, np.array([[0.125]]), np.array([[0.25]]), 1.0, 1.0)
    assert excess(run_rnn, case) <= 1
    assert excess(saturating, case) > 1


def test_the_law_fails_for_a_state_that_does_not_start_at_zero() -> None:
    def started(W: Array, F: Array, C: Array, x: Array) -> Array:
        return run_rnn(W, F, C, x) + (C @ np.ones(len(W)))[None, :]

    network = Network(W=np.eye(2), F=np.ones((2, 1)), C=np.ones((1, 2)), T=2)
    assert excess(started, (network, np.ones((2, 1)), np.ones((2, 1)), 1.0, 1.0)) > 1
