"""Time shift: a later input gives the same output later.

With x'_t = x_{t−d} (zero before), y'_t = y_{t−d}, and K(x', x2')_{t+d, t'+d} = K(x, x2)_{t, t'}: weights do not change
in time and the state starts at 0. The recursion does the same operations on the same numbers, so it agrees bit by bit.
Source: [E] (1), (5), Theorem 3.2.
"""

from collections.abc import Callable

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from numeric.dense import impulse_response, run_convolution, run_rnn
from numeric.kernels import ntk
from numeric.rounding import convolution_error
from tests.laws import bounds, strategies
from tests.laws.profiles import law
from tests.laws.strategies import Array, Network


def shifted(x: Array, steps: int) -> Array:
    """x, `steps` later, in a sequence that is as much longer."""
    return np.concatenate([np.zeros((steps, x.shape[1])), x])


@st.composite
def delays(draw: strategies.Draw) -> tuple[Network, Array, int]:
    """A network, an input and a delay."""
    network = draw(strategies.networks())
    return network, draw(strategies.inputs(network.T, network.F.shape[1])), draw(st.integers(0, 3))


def moves_otherwise(run: Callable[..., Array], case: tuple[Network, Array, int]) -> bool:
    """Whether a delayed input gives anything but the delayed output, to the last bit."""
    network, x, steps = case
    later = run(*network.weights, shifted(x, steps))
    return bool((later[:steps] != 0).any()) or later[steps:].tobytes() != run(*network.weights, x).tobytes()


@law
@given(case=delays())
def test_a_delayed_input_gives_a_delayed_output(case: tuple[Network, Array, int]) -> None:
    assert not moves_otherwise(run_rnn, case)


@law
@given(case=delays())
def test_the_convolution_moves_with_its_input(case: tuple[Network, Array, int]) -> None:
    network, x, steps = case
    weights, late = network.weights, shifted(x, steps)
    later = run_convolution(impulse_response(*weights, len(late)), late)
    now = run_convolution(impulse_response(*weights, len(x)), x)
    allowed = convolution_error(*weights, late)[steps:] + convolution_error(*weights, x)
    assert bounds.largest_share((np.linalg.norm(later[steps:] - now, axis=1), allowed)) <= 1


@law
@given(case=delays(), data=st.data())
def test_the_kernel_moves_with_both_inputs(case: tuple[Network, Array, int], data: st.DataObject) -> None:
    network, x, steps = case
    x2 = data.draw(strategies.inputs(*x.shape), label="x2")
    weights, rows = network.weights, steps * network.C.shape[0]
    late = shifted(x, steps), shifted(x2, steps)
    difference = ntk(*weights, *late)[rows:, rows:] - ntk(*weights, x, x2)
    allowed = bounds.ntk_error(*weights, *late)[rows:, rows:] + bounds.ntk_error(*weights, x, x2)
    assert bounds.largest_share((difference, allowed)) <= 1


def test_the_law_fails_for_weights_that_change_in_time() -> None:
    def ageing(W: Array, F: Array, C: Array, x: Array) -> Array:
        return run_rnn(W, F, C, x) * (1.0 + np.arange(len(x)))[:, None]

    network = Network(W=np.eye(2), F=np.ones((2, 1)), C=np.ones((1, 2)), T=2)
    case = (network, np.ones((2, 1)), 1)
    assert not moves_otherwise(run_rnn, case)
    assert moves_otherwise(ageing, case)


def test_the_law_fails_for_a_bias_on_the_state() -> None:
    """A bias is an extra constant input: unless it is delayed with the others, the law does not hold."""

    def biased(W: Array, F: Array, C: Array, x: Array) -> Array:
        return run_rnn(W, np.hstack([F, np.ones((len(F), 1))]), C, np.hstack([x, np.ones((len(x), 1))]))

    network = Network(W=np.eye(2), F=np.ones((2, 1)), C=np.ones((1, 2)), T=2)
    assert moves_otherwise(biased, (network, np.ones((2, 1)), 1))
