"""Causality: what comes later changes nothing before.

If x and x' agree up to time t, so do the outputs of the network and of the convolution, and K(x, ·) in its rows up to
t. The recursion and the convolution do the very same operations, so they agree bit by bit; the kernel to rounding.
Source: [E] (1), (5), Theorem 3.2.
"""

from collections.abc import Callable

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from numeric.dense import impulse_response, run_convolution, run_rnn
from numeric.kernels import ntk
from tests.laws import bounds, strategies
from tests.laws.profiles import law
from tests.laws.strategies import Array, Network

Run = Callable[[Network, Array], Array]


def recursion(network: Network, x: Array) -> Array:
    """y [T, n_y] of the network itself."""
    return run_rnn(*network.weights, x)


def convolution(network: Network, x: Array) -> Array:
    """y [T, n_y] through the impulse response."""
    return run_convolution(impulse_response(*network.weights, len(x)), x)


@st.composite
def forks(draw: strategies.Draw) -> tuple[Network, Array, Array, int]:
    """A network, two inputs, and the number of steps for which they agree."""
    network = draw(strategies.networks(T=6))
    n_x = network.F.shape[1]
    x, other = (draw(strategies.inputs(network.T, n_x)) for _ in range(2))
    agree = draw(st.integers(0, network.T))
    return network, x, np.concatenate([x[:agree], other[agree:]]), agree


def changes_the_past(run: Run, fork: tuple[Network, Array, Array, int]) -> bool:
    """Whether a later input changes an earlier output by as much as a bit."""
    network, x, other, agree = fork
    return run(network, x)[:agree].tobytes() != run(network, other)[:agree].tobytes()


@law
@given(fork=forks())
def test_outputs_do_not_see_the_future(fork: tuple[Network, Array, Array, int]) -> None:
    assert not changes_the_past(recursion, fork)
    assert not changes_the_past(convolution, fork)


@law
@given(fork=forks())
def test_the_kernel_does_not_see_the_future(fork: tuple[Network, Array, Array, int]) -> None:
    network, x, other, agree = fork
    rows = agree * network.C.shape[0]
    errors = [bounds.ntk_error(*network.weights, first, x)[:rows] for first in (x, other)]
    kernels = [ntk(*network.weights, first, x)[:rows] for first in (x, other)]
    assert bounds.largest_share((kernels[0] - kernels[1], errors[0] + errors[1])) <= 1


def test_the_law_fails_for_a_circular_convolution() -> None:
    """The convolution by a plain Fourier transform wraps around: the last inputs come back at the start."""

    def circular(network: Network, x: Array) -> Array:
        response = impulse_response(*network.weights, len(x))
        product = np.einsum("jyx,jx->jy", np.fft.fft(response, axis=0), np.fft.fft(x, axis=0))
        return np.fft.ifft(product, axis=0).real

    network = Network(W=np.eye(1), F=np.ones((1, 1)), C=np.ones((1, 1)), T=3)
    fork = (network, np.zeros((3, 1)), np.array([[0.0], [0.0], [1.0]]), 2)
    assert not changes_the_past(convolution, fork)
    assert changes_the_past(circular, fork)
