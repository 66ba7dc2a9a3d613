"""The unrolled network with symbols in the place of matrices, against the network run on matrices of whole numbers."""

import numpy as np
import pytest
import sympy as sp

from symbolic import rnn

LONGEST = 5


def numbers(T: int) -> dict[str, np.ndarray]:
    """W, F, C and inputs of whole numbers at n = 4, where s = n^{-1/2} = 1/2."""
    rng = np.random.default_rng(0)
    drawn = {"W": (4, 4), "F": (4, 1), "C": (1, 4)} | {f"x_{t}": (1, 1) for t in range(T)}
    return {name: rng.integers(-3, 4, size=shape).astype(object) for name, shape in drawn.items()}


def evaluated(expression: sp.Expr, matrices: dict[str, np.ndarray]) -> sp.Rational:
    """A sum of words in the letters, each multiplied out from left to right."""
    total = sp.Integer(0)
    for term in sp.Add.make_args(sp.expand(expression)):
        coefficient, letters = term.args_cnc()
        product = np.eye(1, dtype=object) if not letters else None
        for letter in letters:
            base, power = letter.as_base_exp()
            for _ in range(int(power)):
                product = matrices[base.name] if product is None else product.dot(matrices[base.name])
        total += sp.Mul(*coefficient).subs(rnn.ROOT, sp.Rational(1, 2)) * sp.Integer(product[0, 0])
    return total


def run(matrices: dict[str, np.ndarray], T: int) -> list[sp.Rational]:
    """y_0 … of h_t = W h_{t−1}/2 + F x_t, y_t = C h_t/2 in exact numbers."""
    W, F, C = (sp.Matrix(matrices[name]) for name in "WFC")
    h, y = sp.zeros(4, 1), []
    for t in range(T):
        h = W * h / 2 + F * sp.Integer(matrices[f"x_{t}"][0, 0])
        y.append((C * h)[0, 0] / 2)
    return y


def test_the_unrolled_outputs_are_those_of_the_network() -> None:
    matrices = numbers(LONGEST)
    found = [evaluated(y, matrices) for y in rnn.unroll(rnn.inputs(LONGEST))]
    assert found == run(matrices, LONGEST)


@pytest.mark.parametrize("T", range(1, LONGEST + 1))
def test_the_response_to_an_impulse_convolves_to_the_outputs(T: int) -> None:
    x = rnn.inputs(T)
    outputs = rnn.convolve(rnn.response_to_impulse(T), x)
    assert [sp.expand(y - z) for y, z in zip(outputs, rnn.unroll(x), strict=True)] == [0] * T


@pytest.mark.parametrize("j", range(LONGEST))
def test_the_response_is_the_formula_of_the_paper(j: int) -> None:
    response = rnn.response_to_impulse(LONGEST)[j]
    assert sp.expand(response - rnn.ROOT ** (j + 1) * rnn.C * rnn.W**j * rnn.F) == 0


def test_a_convolution_adds_delayed_inputs_only() -> None:
    a, b, x, y = sp.symbols("a b x y", commutative=False)
    assert rnn.convolve([a, b], [x, y]) == [a * x, a * y + b * x]


def test_letters_do_not_commute_and_inputs_are_told_apart() -> None:
    assert rnn.W * rnn.F != rnn.F * rnn.W
    assert len(set(rnn.inputs(4))) == 4
    assert all(not symbol.is_commutative for symbol in [*rnn.inputs(4), rnn.W, rnn.F, rnn.C])
    assert set(rnn.SHAPES) == {"W", "F", "C"}
