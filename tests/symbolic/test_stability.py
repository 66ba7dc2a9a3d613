"""The algebra behind stability, against matrix powers, partial sums and numerical eigenvalues."""

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from symbolic import stability as s

ENTRIES = st.integers(-3, 3)


def system_of(size: int, entries: list[int]) -> s.System:
    square = size * size
    M, F, C = entries[:square], entries[square : square + size], entries[square + size : square + 2 * size]
    return sp.Matrix(size, size, M), sp.Matrix(size, 1, F), sp.Matrix(1, size, C)


@pytest.mark.parametrize("size", [1, 2, 3])
def test_characteristic_polynomial_is_in_the_variable_given(size: int) -> None:
    """Not a constant in it: SymPy's charpoly names its own variable."""
    M = s.unknown_system(size)[0]
    chi = s.characteristic(M, s.EIGENVALUE)
    assert chi.degree() == size
    assert sp.expand(chi.as_expr() - (s.EIGENVALUE * sp.eye(size) - M).det()) == 0


@pytest.mark.parametrize("size", [1, 2, 3])
def test_a_mode_with_another_strength_does_not_vanish(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sp.expand(s.mode(s.unknown_system(size), 1)) == 0
    strength = s.pole_strength
    monkeypatch.setattr(s, "pole_strength", lambda system, value: 2 * strength(system, value))
    assert sp.expand(s.mode(s.unknown_system(size), 1)) != 0


@settings(max_examples=30, deadline=None)
@given(st.lists(ENTRIES, min_size=8, max_size=8), st.integers(0, 4))
def test_shift_polynomial_isolates_one_mode(entries: list[int], t: int) -> None:
    """q(E) L_t = λᵗ B(λ), numerically at the eigenvalues of a random integer matrix."""
    M, F, C = system_of(2, entries)
    numbers = [np.array(part.tolist(), dtype=float) for part in (M, F, C)]
    L = [float((numbers[2] @ np.linalg.matrix_power(numbers[0], k) @ numbers[1])[0, 0]) for k in range(t + 2)]
    for value in np.linalg.eigvals(numbers[0].astype(complex)):
        other = np.trace(numbers[0]) - value
        strength = complex(s.pole_strength((M, F, C), sp.Symbol("z")).subs("z", complex(value)))
        assert abs(L[t + 1] - other * L[t] - value**t * strength) <= 1e-7 * (1 + abs(value)) ** (t + 2) * 100


@pytest.mark.parametrize("size", [1, 2, 3, 4])
@pytest.mark.parametrize("exponent", range(6))
def test_power_of_a_block(size: int, exponent: int) -> None:
    J = s.jordan_block(size)
    assert sp.expand(s.block_power(size, sp.Integer(exponent)) - J**exponent) == sp.zeros(size, size)


@pytest.mark.parametrize("k", range(4))
@pytest.mark.parametrize("start", range(5))
def test_tail_is_what_partial_sums_leave(k: int, start: int) -> None:
    q = sp.Rational(1, 3)
    partial = sum(sp.binomial(j, k) * q ** (j - k) for j in range(start, 200))
    assert abs(float(s.tail(k, sp.Integer(start), q) - partial)) < 1e-12
    assert s.tail(k, sp.Integer(0), q) == (1 - q) ** (-(k + 1))


def test_outputs_are_the_convolution_with_the_impulse_response() -> None:
    system = system_of(2, [1, -2, 3, 0, 2, -1, 1, 1])
    inputs = [sp.Integer(value) for value in (2, -1, 0, 3, 5)]
    impulse = s.outputs(system, [sp.Integer(1)] + [sp.Integer(0)] * 4)
    expected = [sum(impulse[j] * inputs[t - j] for j in range(t + 1)) for t in range(5)]
    assert s.outputs(system, inputs) == expected


@pytest.mark.parametrize("name", s.HIDDEN)
def test_hidden_systems_have_an_eigenvalue_that_is_not_seen(name: str) -> None:
    M, F, C = s.HIDDEN[name]
    controllable = F.row_join(M * F).rank() == 2
    observable = C.col_join(C * M).rank() == 2
    assert {"not controllable": not controllable and observable, "not observable": controllable and not observable}[
        name
    ]


def test_resonance_solves_its_recursion_from_its_start() -> None:
    strength, start = sp.symbols("B u_0")
    u = s.resonance(strength, start)
    assert u.subs(s.TIME, 0) == start
    values = {s.EIGENVALUE: sp.Rational(2, 3), strength: 5, start: -1}
    state = sp.Integer(-1)
    for t in range(6):
        assert sp.simplify(u.subs(s.TIME, t).subs(values) - state) == 0
        state = sp.Rational(2, 3) * state + sp.Rational(2, 3) ** (t + 1) * 5
