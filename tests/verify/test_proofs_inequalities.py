"""`NonNegative`, `Bounded` and `PositiveOnBox`: what is decided, what is shown false, and what is left open."""

from collections.abc import Callable
from fractions import Fraction

import mpmath
import pytest
import sympy as sp
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from verify.model import Verdict
from verify.proofs import Bounded, NonNegative, PositiveOnBox
from verify.proofs.positive import MOST_BOXES, ball

a, b = sp.symbols("a b", nonnegative=True)
p, NU = sp.symbols("p nu", positive=True)
unknown = sp.Symbol("u")
j = sp.Symbol("j", integer=True, nonnegative=True)

# --- non-negative coefficients ---


@pytest.mark.parametrize(
    ("expression", "verdict"),
    [
        (a**2 + 2 * a * b + 3, Verdict.VERIFIED),
        (a / (1 + b), Verdict.VERIFIED),
        ((a + j) * NU**j, Verdict.VERIFIED),
        (sp.Integer(0), Verdict.VERIFIED),
        (sp.Rational(1, 7), Verdict.VERIFIED),
        (sp.sqrt(2) * a, Verdict.VERIFIED),
        (sp.exp(-p), Verdict.VERIFIED),
        (a - b, Verdict.REFUTED),
        (sp.Rational(-1, 10**30), Verdict.REFUTED),
        (-p, Verdict.REFUTED),
        (1 / (-1 - p), Verdict.REFUTED),  # the sign is in the denominator
        (p / (p - 2), Verdict.REFUTED),  # the denominator changes sign
        ((-1) ** j, Verdict.REFUTED),  # a generator that changes sign
        (NU ** (j + 1) - NU**j, Verdict.REFUTED),
        ((a - b) ** 2, Verdict.INCONCLUSIVE),  # true, but not by its coefficients
        (sp.cos(a), Verdict.INCONCLUSIVE),  # false, but with no rational values
        (sp.log(p), Verdict.INCONCLUSIVE),
        (unknown**2 + unknown, Verdict.INCONCLUSIVE),  # false at −1/2, where an unassumed symbol may be
        (sp.pi - 4, Verdict.INCONCLUSIVE),
    ],
    ids=str,
)
def test_non_negative_is_decided_by_coefficients_and_generators(expression: sp.Expr, verdict: Verdict) -> None:
    assert NonNegative("sign", expression).decide()[0] is verdict


@given(st.lists(st.integers(-2, 3), min_size=1, max_size=5))
def test_what_is_called_non_negative_is_so_at_every_rational_tried(coefficients: list[int]) -> None:
    expression = sp.Add(*(c * p**k for k, c in enumerate(coefficients)))
    verdict, _ = NonNegative("polynomial", expression).decide()
    values = [expression.subs(p, sp.Rational(k, 7)) for k in range(1, 40)]
    assert verdict is not Verdict.VERIFIED or min(values) >= 0
    assert (verdict is Verdict.VERIFIED) == all(c >= 0 for c in coefficients)


def test_the_witness_of_a_negative_value_is_printed() -> None:
    verdict, detail = NonNegative("sign", p - 2).decide()
    assert verdict is Verdict.REFUTED
    assert detail == "at p = 1/2 the value is -3/2"


# --- limits ---


@pytest.mark.parametrize(
    ("expression", "symbol", "point", "direction", "verdict"),
    [
        ((a + p * j) * sp.Rational(1, 2) ** j, j, sp.oo, "-", Verdict.VERIFIED),
        (1 + 1 / p, p, sp.oo, "-", Verdict.VERIFIED),
        (a + p * j, j, sp.oo, "-", Verdict.REFUTED),
        (-p * j, j, sp.oo, "-", Verdict.REFUTED),
        (1 / a, a, sp.Integer(0), "+", Verdict.REFUTED),
        (sp.exp(1 / unknown), unknown, sp.Integer(0), "-", Verdict.VERIFIED),
        (sp.exp(1 / unknown), unknown, sp.Integer(0), "+", Verdict.REFUTED),
        (unknown * j, j, sp.oo, "-", Verdict.INCONCLUSIVE),  # the sign of u is unknown
        ((-2) ** j, j, sp.oo, "-", Verdict.INCONCLUSIVE),
        (p**j, j, sp.oo, "-", Verdict.INCONCLUSIVE),  # it depends on p
    ],
    ids=str,
)
def test_boundedness_is_a_finite_limit(
    expression: sp.Expr, symbol: sp.Symbol, point: sp.Expr, direction: str, verdict: Verdict
) -> None:
    assert Bounded("limit", expression, symbol, point, direction).decide()[0] is verdict


# --- balls ---

UNIT = {"x": ("0", "1")}
SQUARE = {"x": ("-1", "1"), "y": ("-1", "1")}


@pytest.mark.parametrize(
    ("function", "box", "verdict"),
    [
        (lambda x: x + 1, UNIT, Verdict.VERIFIED),
        (lambda x: x * x - x + arb("0.26"), UNIT, Verdict.VERIFIED),  # 0.01 above 0 at its lowest
        (lambda x, y: (x * x + y * y).exp() - x - y, SQUARE, Verdict.VERIFIED),
        (lambda x, y: x - y + 3, {"x": ("0", "1"), "y": ("2", "2")}, Verdict.VERIFIED),  # a side without length
        (lambda x: x * x - x + arb("0.24"), UNIT, Verdict.REFUTED),
        (lambda x: x - 2, UNIT, Verdict.REFUTED),
        (lambda x: 0 * x, UNIT, Verdict.REFUTED),  # 0 is not above 0
        (lambda x: x * x, {"x": ("-1", "1")}, Verdict.REFUTED),  # at the midpoint
        (lambda x: (3 * x - 1) ** 2, UNIT, Verdict.INCONCLUSIVE),  # 0 at 1/3, which no bisection meets
        (lambda x: x.log(), {"x": ("-1", "0")}, Verdict.INCONCLUSIVE),  # undefined: NaN is on no side
    ],
    ids=["linear", "just above", "two sides", "flat side", "just below", "below", "zero", "touches", "third", "NaN"],
)
def test_positivity_on_a_box(function: Callable[..., arb], box: dict, verdict: Verdict) -> None:
    assert PositiveOnBox("box", function, box).decide()[0] is verdict


@pytest.mark.parametrize(("function", "boxes"), [(lambda x: x + 1, 1), (lambda x: x - x * x / 2 + arb("0.1"), 3)])
def test_a_covering_counts_its_boxes(function: Callable[..., arb], boxes: int) -> None:
    """x − x²/2 + 0.1 by intervals: from −0.4 on [0, 1], −0.025 on [0, 1/2]; above 0 on [1/2, 1] and both quarters."""
    detail = PositiveOnBox("box", function, UNIT).decide()[1]
    assert int(detail.split()[0]) == boxes


def test_a_covering_says_how_many_boxes_it_took_and_a_witness_where_it_is() -> None:
    verdict, detail = PositiveOnBox("box", lambda x: x * x - x + arb("0.26"), UNIT).decide()
    assert verdict is Verdict.VERIFIED
    assert 1 < int(detail.split()[0]) < MOST_BOXES
    assert detail.endswith("cover x in [0, 1], the ball of each is > 0")
    assert PositiveOnBox("box", lambda x: x - 2, UNIT).decide()[1].startswith("at x = 1/2 the ball is")


def test_a_statement_that_needs_too_many_boxes_says_so() -> None:
    assert PositiveOnBox("box", lambda x: (3 * x - 1) ** 2, UNIT).decide()[1] == (
        f"not decided within {MOST_BOXES} sub-boxes"
    )


@given(st.fractions(), st.fractions())
def test_a_ball_encloses_its_side(first: Fraction, second: Fraction) -> None:
    low, high = sorted((first, second))
    enclosure = ball((low, high))
    left, right = (Fraction(int(q.p), int(q.q)) for q in (enclosure.lower().fmpq(), enclosure.upper().fmpq()))
    assert left <= low <= high <= right
    # and no more than rounding to 53 and 30 bits makes necessary
    assert right - left <= (high - low) * (1 + Fraction(1, 2**20)) + Fraction(abs(high) + abs(low)) / 2**50


@given(st.fractions(0, 1), st.fractions(0, 1))
def test_a_function_of_a_ball_holds_its_values(first: Fraction, second: Fraction) -> None:
    low, high = sorted((first, second))
    middle = (low + high) / 2
    value = ball((low, high)).exp()
    with mpmath.workdps(40):
        exact = mpmath.exp(mpmath.mpf(middle.numerator) / middle.denominator)
        q = value.lower().fmpq(), value.upper().fmpq()
        left, right = (mpmath.mpf(int(v.p)) / int(v.q) for v in q)
        assert left <= exact <= right


def test_bisection_takes_the_side_that_is_longest_as_a_share_of_the_whole() -> None:
    asked: list[tuple[float, float]] = []

    def function(x: arb, y: arb) -> arb:
        asked.append((float(x.rad()), float(y.rad())))
        return arb(0, 1) if len(asked) < 6 else x + 1

    PositiveOnBox("box", function, {"x": ("0", "1"), "y": ("0", "1000")}).decide()
    assert asked[0] == pytest.approx((0.5, 500.0), rel=1e-6)  # radii are kept to 30 bits
    assert asked[2] == pytest.approx((0.25, 500.0), rel=1e-6)
    assert asked[4] == pytest.approx((0.25, 250.0), rel=1e-6)
