"""The tangent kernel of the scaled convolution against its definition in loops, and its two routes with each other."""

import itertools

import pytest
import sympy as sp

from symbolic import scaled_convolution as c
from symbolic.errors import DerivationError

SIZES = [(1, 1, 1), (3, 1, 1), (2, 2, 1), (3, 1, 2), (2, 2, 2)]
b = sp.Symbol("b", integer=True, nonnegative=True)


def entry(T: int, n_x: int, t: int, t2: int) -> sp.Expr:
    """Σ_j ρ_j x_{t−j}·z_{t'−j} over the lags that both times have seen."""
    x, z, r = c.inputs("x", T, n_x), c.inputs("z", T, n_x), c.roots(T)
    return sum(r[j] ** 2 * x[t - j].dot(z[t2 - j]) for j in range(min(t, t2) + 1))


@pytest.mark.parametrize(("T", "n_x", "n_y"), SIZES)
def test_kernel_is_the_sum_over_common_lags_for_equal_outputs_and_zero_for_others(T: int, n_x: int, n_y: int) -> None:
    kernel = c.tangent_kernel(c.parameters(T, n_x, n_y), c.inputs("x", T, n_x), c.inputs("z", T, n_x))
    for (t, a), (t2, a2) in itertools.product(itertools.product(range(T), range(n_y)), repeat=2):
        expected = entry(T, n_x, t, t2) if a == a2 else 0
        assert sp.expand(kernel[t * n_y + a, t2 * n_y + a2] - expected) == 0


def test_columns_of_the_jacobian_are_parameters_in_row_major_order() -> None:
    jacobian = c.parameter_jacobian(c.parameters(2, 2, 2), c.inputs("x", 2, 2))
    r, x = c.roots(2), c.inputs("x", 2, 2)
    column = (1 * 2 + 0) * 2 + 1  # θ_1, output 0, input 1
    assert list(jacobian[:, column]) == [0, 0, r[1] * x[0][1], 0]


@pytest.mark.parametrize(("t", "t2"), [(0, 0), (2, 1), (1, 2), (3, 3)])
def test_summands_at_given_times_add_up_to_the_entry(t: int, t2: int) -> None:
    T, n_x = 4, 2
    times = (sp.Integer(t), sp.Integer(t2))
    total = 0
    for lag in range(T):
        summand = c.kernel_summand(times, sp.Integer(lag), (sp.Integer(1), sp.Integer(1)), b)
        total += sum(summand.subs(b, index) for index in range(n_x))
    names = {f"r[{j}]": root for j, root in enumerate(c.roots(T))}
    for name in "xz":
        names |= {f"{name}[{i}, {k}]": c.inputs(name, T, n_x)[i][k] for i in range(T) for k in range(n_x)}
    plain = c.plain_symbols(total)
    assert (
        sp.expand(plain.subs({symbol: names[str(symbol)] for symbol in plain.free_symbols}) - entry(T, n_x, t, t2)) == 0
    )


def test_summand_of_different_outputs_is_zero() -> None:
    one = sp.Integer(1)
    assert c.kernel_summand((one, one), sp.Integer(0), (sp.Integer(0), one), b) == 0


def test_outputs_out_of_order_are_refused() -> None:
    a, more = sp.symbols("a m", integer=True, nonnegative=True)
    with pytest.raises(DerivationError, match="give them in order"):
        c.kernel_summand((a, a), sp.Integer(0), (a + 1 + more, a), b)
