"""The limit of the recurrent NTK: Theorem 3.3 where φ is linear, a sum over layers where time does not repeat."""

import math

import numpy as np
import pytest
import sympy as sp

from symbolic.errors import DerivationError
from symbolic.recurrent_ntk import Network, Z, limit_ntk, recursion_of
from symbolic.scaling import NU_C, NU_F, NU_W, scaling_factor
from symbolic.state_evolution import evolve

X, Y = (["1", "-1/2", "3/4"], ["1/2", "1", "-1"])


def vectors(values: list[str]) -> list[sp.Matrix]:
    return [sp.Matrix([sp.Rational(value)]) for value in values]


def unit(activation: sp.Expr, **nu: object) -> Network:
    variances = {"nu_w": 1, "nu_f": 1, "nu_c": 1} | nu
    return Network(activation=activation, **{name: sp.sympify(value) for name, value in variances.items()})


def test_a_linear_network_has_the_kernel_of_theorem_3_3_with_two_inputs_a_step() -> None:
    x = [sp.Matrix(sp.symbols(f"x{t}_:2", real=True)) for t in range(2)]
    y = [sp.Matrix(sp.symbols(f"y{t}_:2", real=True)) for t in range(2)]
    kernel = limit_ntk(Network(activation=Z, nu_w=NU_W, nu_f=NU_F, nu_c=NU_C), [x, y])
    for s, t in ((0, 0), (0, 1), (1, 0), (1, 1)):
        lags = range(min(s, t) + 1)
        wanted = sum(scaling_factor(j, NU_W, NU_F, NU_C) * x[s - j].dot(y[t - j]) for j in lags)
        assert sp.expand(kernel[s, 2 + t] - wanted) == 0


def arccosine(a: float, b: float, c: float) -> tuple[float, float]:
    """E relu relu and E step step by the angle between two vectors."""
    angle = math.acos(max(-1.0, min(1.0, c / math.sqrt(a * b))))
    values = math.sqrt(a * b) * (math.sin(angle) + (math.pi - angle) * math.cos(angle)), math.pi - angle
    return values[0] / (2 * math.pi), values[1] / (2 * math.pi)


def arcsine(a: float, b: float, c: float) -> tuple[float, float]:
    """E erf erf and E erf' erf'."""
    square = (1 + 2 * a) * (1 + 2 * b)
    return 2 / math.pi * math.asin(2 * c / math.sqrt(square)), 4 / math.pi / math.sqrt(square - 4 * c * c)


@pytest.mark.parametrize(("activation", "pair"), [(sp.Max(0, Z), arccosine), (sp.erf(Z), arcsine)], ids=["ReLU", "erf"])
def test_the_kernel_obeys_the_recursion_of_its_own(activation: sp.Expr, pair: object) -> None:
    """Σ_{s+1,t+1} = ν_W E φφ + ν_F x·x, Δ_{s+1,t+1} = ν_W E φ'φ' Δ_{s,t} + E φφ + x·x, K = E φφ + ν_C E φ'φ' Δ.

    Written for numbers, from the derivative of the network by hand, with no state evolution in it.
    """
    nu_w, nu_f, nu_c = 1.5, 0.5, 2.0
    kernel = limit_ntk(unit(activation, nu_w="3/2", nu_f="1/2", nu_c=2), [vectors(X), vectors(Y)], digits=25)
    x = np.array([[float(sp.Rational(v)) for v in values] for values in (X, Y)]).ravel()
    sigma, delta = nu_f * np.outer(x, x), np.outer(x, x)
    for level in (1, 2):  # the later of the two times: what it needs ends one step before
        for a in range(6):
            for b in range(6):
                if max(a % 3, b % 3) == level and min(a % 3, b % 3) > 0:
                    value, slope = pair(sigma[a - 1, a - 1], sigma[b - 1, b - 1], sigma[a - 1, b - 1])  # type: ignore[operator]
                    sigma[a, b] = nu_f * x[a] * x[b] + nu_w * value
                    delta[a, b] = x[a] * x[b] + nu_w * slope * delta[a - 1, b - 1] + value
    wanted = np.zeros_like(sigma)
    for a in range(6):
        for b in range(6):
            value, slope = pair(sigma[a, a], sigma[b, b], sigma[a, b])  # type: ignore[operator]
            wanted[a, b] = value + nu_c * slope * delta[a, b]
    assert np.array(kernel, dtype=float) == pytest.approx(wanted, abs=1e-7)  # √ of rounding where x = x'
    assert np.linalg.eigvalsh(np.array(kernel, dtype=float)).min() > 0.0


def test_untied_weights_change_what_is_between_times_alone() -> None:
    sequences = [vectors(X), vectors(Y)]
    tied, fresh = (
        np.array(limit_ntk(unit(sp.erf(Z)), sequences, tied=flag, digits=20), dtype=float) for flag in (True, False)
    )
    same = np.equal.outer(np.arange(6) % 3, np.arange(6) % 3)
    assert fresh[same] == pytest.approx(tied[same], abs=1e-12)
    assert np.abs(fresh - tied)[1, 5] > 0.01


def test_the_recursion_is_flagged_where_it_is_not_lipschitz() -> None:
    found = evolve(recursion_of(unit(sp.erf(Z)), [vectors(X)]), 1)
    assert any("G_1, entry 2" in caveat for caveat in found.caveats)
    assert not any("entry 1" in caveat for caveat in found.caveats)
    assert evolve(recursion_of(unit(Z), [vectors(X)]), 1).caveats == ()


def test_tanh_is_integrated() -> None:
    kernel = limit_ntk(unit(sp.tanh(Z)), [vectors(X[:2])])
    assert kernel.is_symmetric()
    assert all(entry.is_Float for entry in kernel)


@pytest.mark.parametrize("sequences", [[], [[]], [vectors(X), vectors(X[:2])]])
def test_sequences_of_one_length_are_needed(sequences: list[list[sp.Matrix]]) -> None:
    with pytest.raises(DerivationError, match="one or more of one length"):
        limit_ntk(unit(Z), sequences)
