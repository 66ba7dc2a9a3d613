"""A recursion is told with the numbers of the paper and with its own functions, variances and sizes."""

import pytest
import sympy as sp

from symbolic.recursion import FiniteInputs, GaussianInputs, NoInputs, Recursion, Transform, constant
from symbolic.recursion_printing import recursion_latex

q1, q2, u = sp.symbols("q1 q2 u", real=True)
HALF = sp.Rational(1, 2)


def recursion(law: FiniteInputs | GaussianInputs | NoInputs) -> Recursion:
    inputs = (u,) if law.size else ()
    shift = u if inputs else sp.Integer(0)
    first = Transform(variance=sp.Rational(3, 5), rows=(sp.erf(q1) + shift, q2))
    second = Transform(variance=sp.Rational(4, 7), rows=(sp.Integer(0), sp.Max(0, q1 - 2 * q2)))
    start = sp.ImmutableMatrix([[1, sp.Rational(1, 9)], [sp.Rational(1, 9), 1]])
    return Recursion(state=(q1, q2), inputs=inputs, transforms=(first, second), start=start, law=law)


LAWS = (
    NoInputs(),
    constant(2, [(HALF, (sp.Rational(1, 3),)), (HALF, (2,))]),
    GaussianInputs(size=1, covariance=sp.ImmutableMatrix([[1, 0], [0, sp.Rational(1, 8)]])),
)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: type(law).__name__)
def test_every_equation_has_its_number_and_closes_its_braces(law: FiniteInputs | GaussianInputs | NoInputs) -> None:
    told = recursion_latex(recursion(law))
    assert [item.number for item in told] == ["68", "69", "70", "71", *(f"72{letter}" for letter in "abcdefgh")]
    for item in told:
        assert item.latex.count("{") == item.latex.count("}") > 0
        assert item.plain.count("(") == item.plain.count(")")


def test_what_is_told_is_the_recursion_at_hand() -> None:
    told = {item.number: item for item in recursion_latex(recursion(LAWS[1]))}
    assert told["68"].plain == (
        "q_(t+1) = A_1 G_1(q_t, u_t) + A_2 G_2(q_t, u_t); q_t is n × 2;"
        " entries of A_1 ~ N(0, 3/(5 n)); entries of A_2 ~ N(0, 4/(7 n))"
    )
    assert told["69"].plain == "row i of G_1(q, u) = (u + erf(q1), q2); row i of G_2(q, u) = (0, Max(0, q1 - 2 q2))"
    assert told["70"].plain.endswith("; P(U = (1/3, 1/3)) = 1/2; P(U = (2, 2)) = 1/2")
    assert told["72a"].plain == "Q_0 ~ N(0, [[1, 1/9], [1/9, 1]])"
    assert told["72b"].plain == "X_(t,1) = (U_t + erf(Q1_t), Q2_t); X_(t,2) = (0, Max(0, Q1_t - 2 Q2_t))"
    assert told["72f"].plain == "fresh R_(t,1) ~ N(0, 3/5 S_(t,1)); fresh R_(t,2) ~ N(0, 4/7 S_(t,2))"
    assert told["72h"].latex == "Q_{t+1} = R_{t,1} + R_{t,2}"
    assert r"\frac{3}{5 n}" in told["68"].latex
    assert r"\operatorname{erf}{\left(Q_{1 t} \right)}" in told["72b"].latex


def test_the_law_of_the_inputs_is_told() -> None:
    silent, finite, gaussian = (recursion_latex(recursion(law))[2] for law in LAWS)
    assert silent.plain.endswith("no inputs")
    assert finite.latex.count(r"\mathbb{P}") == 2
    assert gaussian.plain.endswith("U ~ N(0, [[1, 0], [0, 1/8]])")
