"""`Identity` and where it looks for witnesses: 0 in a ring proves, an exact rational refutes, nothing else decides."""

import itertools
import math

import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from verify.model import Verdict
from verify.proofs import Identity
from verify.proofs.identity import polynomials
from verify.proofs.witness import LIMIT, POSITIVE, assignments, describe

x, y = sp.symbols("x y")
NU, T = sp.symbols("nu t", positive=True)
J = sp.Symbol("j", integer=True, nonnegative=True)

TRUE = {
    "binomial": (x + y) ** 3 - x**3 - 3 * x**2 * y - 3 * x * y**2 - y**3,
    "symbolic power": NU ** (J + 2) - NU * NU * NU**J,
    "power generators": (NU**J + 1) ** 2 - NU ** (2 * J) - 2 * NU**J - 1,
    "a lag times a power": J * NU ** (J + 1) / NU - J * NU**J,
    "partial fractions": 1 / (x - 1) - 1 / (x + 1) - 2 / (x**2 - 1),
    "geometric sum": (1 - x**5) / (1 - x) - sum(x**k for k in range(5)),
    "exponential as generator": sp.exp(x) * (1 + y) - y * sp.exp(x) - sp.exp(x),
    "constant": sp.Rational(1, 3) + sp.Rational(1, 6) - sp.Rational(1, 2),
    "roots": (sp.sqrt(2) + 1) * (sp.sqrt(2) - 1) - 1,
}
FALSE = {
    "symbolic power": NU ** (J + 2) - NU * NU**J,
    "rational function": 1 / (x - 1) - 1 / (x + 1) - 1 / (x**2 - 1),
    "constant": sp.Rational(1, 10**40),
    "pole everywhere else": 1 / x,
    "false at few places": (x - 2) * (x - 3) * (y - 2),
    "lag": J * (J - 3),
}


@pytest.mark.parametrize("residual", TRUE.values(), ids=TRUE.keys())
def test_a_true_identity_has_normal_form_zero(residual: sp.Expr) -> None:
    verdict, detail = Identity("true", residual).decide()
    assert verdict is Verdict.VERIFIED
    assert detail.startswith("normal form 0 in QQ")


@pytest.mark.parametrize(
    ("residual", "detail"),
    [
        (TRUE["constant"], "normal form 0 in QQ"),
        (x * (y + 1) - x * y - x, "normal form 0 in QQ[x, y]"),
        (sp.sin(x) - NU**J, "normal form -nu**j + sin(x) in QQ[nu**j, sin(x)], but no rational witness found"),
    ],
    ids=["constant", "symbols", "generators"],
)
def test_the_ring_of_the_normal_form_is_named(residual: sp.Expr, detail: str) -> None:
    assert Identity("ring", residual).decide()[1] == detail


@pytest.mark.parametrize("residual", FALSE.values(), ids=FALSE.keys())
def test_a_false_identity_is_refuted_by_a_rational_witness_that_anyone_can_check(residual: sp.Expr) -> None:
    verdict, detail = Identity("false", residual).decide()
    assert verdict is Verdict.REFUTED
    shown, value = detail.removeprefix("at ").split(" the residual is ")
    point = {} if "no free" in shown else dict(pair.split(" = ") for pair in shown.split(", "))
    named = {symbol: sp.Rational(point[str(symbol)]) for symbol in residual.free_symbols}
    assert residual.subs(named) == sp.Rational(value) != 0


@pytest.mark.parametrize(
    "residual",
    [
        sp.prod([x - value for value in POSITIVE]),  # 0 wherever a witness is looked for
        sp.sin(x) ** 2 + sp.cos(x) ** 2 - 1,  # true, but not in a ring of independent generators
        sp.sqrt(5 + 2 * sp.sqrt(6)) - sp.sqrt(2) - sp.sqrt(3),  # true, but not by expansion
        sp.pi - sp.Rational("3.14159265358979323846264338327950288"),  # false by 1e-36: nothing numeric may decide
        sp.log(x),
    ],
    ids=["vanishes on all probes", "sine and cosine", "nested roots", "pi to 36 digits", "no rational values"],
)
def test_what_has_no_normal_form_and_no_witness_is_inconclusive(residual: sp.Expr) -> None:
    verdict, detail = Identity("unknown", residual).decide()
    assert verdict is Verdict.INCONCLUSIVE
    assert "no rational witness" in detail


@pytest.mark.parametrize("residual", [sp.Float("1e-20"), sp.Float("0.3") * x - y])
def test_floats_prove_nothing(residual: sp.Expr) -> None:
    with pytest.raises(ValueError, match="has floats"):
        Identity("float", residual).decide()


coefficients = st.lists(st.integers(-3, 3), min_size=1, max_size=4)


@given(coefficients, coefficients, st.integers(0, 3))
def test_products_of_polynomials_in_a_power_are_decided_as_by_convolution(a: list, b: list, spoil: int) -> None:
    power = NU**J
    product = [sum(a[i] * b[k - i] for i in range(len(a)) if 0 <= k - i < len(b)) for k in range(len(a) + len(b) - 1)]
    residual = sp.Add(*(c * power**i for i, c in enumerate(a))) * sp.Add(*(c * power**i for i, c in enumerate(b)))
    residual -= sp.Add(*(c * power**i for i, c in enumerate(product))) + spoil * T
    assert Identity("product", residual).decide()[0] is (Verdict.REFUTED if spoil else Verdict.VERIFIED)


def test_the_denominator_is_kept_apart() -> None:
    numerator, denominator = polynomials((x**2 - 1) / (2 * y))
    assert (numerator.as_expr(), denominator.as_expr()) == (x**2 - 1, 2 * y)


# --- witnesses ---


def test_witnesses_respect_the_assumptions_of_their_symbols() -> None:
    symbols = [
        sp.Symbol("a", integer=True, positive=True),
        sp.Symbol("b", even=True),
        sp.Symbol("c", positive=True),
        sp.Symbol("d", integer=True, nonzero=True),
    ]
    found = list(assignments(symbols))
    assert len(found) == LIMIT
    for assignment in found:
        a, b, c, d = assignment.values()
        assert (a.is_integer, a > 0, b % 2, c > 0, d != 0) == (True, True, 0, True, True)


@pytest.mark.parametrize("assumption", ["negative", "irrational", "imaginary"])
def test_where_no_value_fits_there_is_no_witness(assumption: str) -> None:
    symbol = sp.Symbol("m", **{assumption: True})
    assert list(assignments([symbol])) == []
    assert Identity("m", symbol + 1).decide()[0] is Verdict.INCONCLUSIVE


def test_a_false_statement_about_positive_integers_is_not_refuted_at_zero() -> None:
    j = sp.Symbol("j", integer=True, positive=True)
    residual = sp.prod([j - value for value in (1, 2, 3, 5, 8)])  # 0 wherever it may be probed, not at 0
    assert Identity("positive", residual).decide()[0] is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("alone", [0, 1, 2, 3, 5, 8])
def test_a_statement_about_whole_numbers_is_tried_at_the_small_ones(alone: int) -> None:
    residual = sp.prod([J - value for value in (0, 1, 2, 3, 5, 8) if value != alone])
    verdict, detail = Identity("whole", residual).decide()
    assert verdict is Verdict.REFUTED
    assert detail.startswith(f"at j = {alone} ")


def test_the_first_witnesses_give_different_symbols_different_values() -> None:
    first = next(assignments([x, y, NU]))
    assert len(set(first.values())) == 3


@pytest.mark.parametrize("count", range(4))
def test_there_is_one_assignment_without_symbols_and_at_most_400_with_them(count: int) -> None:
    found = list(assignments(sp.symbols(f"z:{count}")))
    assert len(found) == min(LIMIT, math.prod(len(POSITIVE) for _ in range(count)))
    assert len({tuple(a.values()) for a in found}) == len(found)


def test_a_witness_is_told_in_words() -> None:
    assert describe({J: sp.Integer(3), NU: sp.Rational(1, 2)}) == "j = 3, nu = 1/2"
    assert describe({}) == "no free symbol"


def test_assignments_stop_early_enough_to_be_cheap() -> None:
    assert len(list(itertools.islice(assignments(sp.symbols("w:12")), LIMIT + 1))) == LIMIT
