"""Three exact descents: against the gradient of the RNN itself, against loops, and against each other."""

from __future__ import annotations

import pytest
import sympy as sp

from symbolic.gradient_descent import RATE, run_convolution, run_dual, run_parameters, run_scaled
from symbolic.scaling import scaling_factor
from symbolic.small_rnn import cyclic_example, example, outputs

SIZES = (
    {"sequences": 2, "T": 2, "n": 4, "n_x": 1, "n_y": 2},
    {"sequences": 3, "T": 3, "n": 1, "n_x": 2, "n_y": 1},
)


def stacked(y: sp.Matrix) -> sp.Matrix:
    return sp.Matrix([y[a, t] for t in range(y.cols) for a in range(y.rows)])


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_the_first_step_is_the_slope_of_the_rnn_along_its_own_gradient(sizes: dict[str, int]) -> None:
    """d/dη f(z, θ − η ∇loss) at η = 0, the loss differentiated by every entry of symbolic weights."""
    given = example(**sizes)
    names = [
        sp.Matrix(*m.shape, lambda i, k, tag=tag: sp.Symbol(f"{tag}_{i}{k}"))
        for tag, m in zip("wfc", given.weights, strict=True)
    ]
    symbols = [s for m in names for s in m]
    at = dict(zip(symbols, (v for m in given.weights for v in m), strict=True))
    y = outputs(names, given.x)
    loss = sum((stacked(target)[row] - y[row, i]) ** 2 for i, target in enumerate(given.y) for row in range(y.rows)) / 2
    gradient = [sp.diff(loss, s).subs(at) for s in symbols]
    moved = {s: at[s] - RATE * g for s, g in zip(symbols, gradient, strict=True)}
    f = outputs(names, [given.z]).subs(moved, simultaneous=True)
    slope = f.applyfunc(lambda entry: sp.expand(entry).coeff(RATE, 1))
    first = run_parameters(given, 1)
    assert (first[1] - first[0]).expand() == (RATE * slope).expand()


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_three_ways_agree_for_three_steps(sizes: dict[str, int]) -> None:
    given = example(**sizes)
    paths = [route(given, 3) for route in (run_parameters, run_dual, run_convolution)]
    for step in range(4):
        assert paths[0][step] == paths[1][step]
        assert (paths[0][step] - paths[2][step]).expand() == sp.zeros(*paths[0][step].shape)
    assert sp.degree(paths[0][3][0], RATE) == 3


def test_coefficients_that_forget_agree_at_the_first_step_alone() -> None:
    given = example(**SIZES[0])
    right, wrong = run_dual(given, 2), run_dual(given, 2, collect=False)
    assert right[1] == wrong[1]
    assert right[2] != wrong[2]


def test_the_scaled_convolution_is_descent_in_its_parameters() -> None:
    """θ_j ← θ_j − η ∂loss/∂θ_j in loops, L_j = √ρ_j θ_j, at a rational rate."""
    deviations = (sp.Rational(1, 2), sp.Integer(1), sp.Integer(2))
    given = cyclic_example(sequences=2, T=2, n=4, deviations=deviations)
    rho, rate = [scaling_factor(j, *(d**2 for d in deviations)) for j in range(2)], sp.Rational(1, 100)
    start = outputs(given.weights, [sp.Matrix([[1, 0]])])
    theta = [start[j] / sp.sqrt(rho[j]) for j in range(2)]
    for _ in range(2):
        L = [sp.sqrt(rho[j]) * theta[j] for j in range(2)]
        residuals = [
            (y[0] - L[0] * x[0], y[1] - L[0] * x[1] - L[1] * x[0]) for x, y in zip(given.x, given.y, strict=True)
        ]
        pull = (
            sum(r[0] * x[0] + r[1] * x[1] for r, x in zip(residuals, given.x, strict=True)),
            sum(r[1] * x[0] for r, x in zip(residuals, given.x, strict=True)),
        )
        theta = [theta[j] + rate * sp.sqrt(rho[j]) * pull[j] for j in range(2)]
    L = [sp.sqrt(rho[j]) * theta[j] for j in range(2)]
    expected = sp.Matrix([L[0] * given.z[0], L[0] * given.z[1] + L[1] * given.z[0]])
    got = run_scaled(given, rho, 2)[2].subs(RATE, rate)
    assert (got - expected).applyfunc(sp.nsimplify).expand() == sp.zeros(2, 1)
