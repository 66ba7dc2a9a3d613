"""Optimal transport identities on integer matrices, where square roots are known."""

import pytest
import sympy as sp

from symbolic import gaussian_transport as g

T = sp.Matrix([[1, -1], [-1, 2]])
B = sp.Matrix([[2, 2], [2, 3]])


def w2_squared(first: sp.Matrix, second: sp.Matrix) -> sp.Expr:
    """(32) for 2 × 2: tr Y = √(tr Y² + 2 √det Y²), Y² with the spectrum of Σ_1 Σ_2."""
    inner = (first * second).trace() + 2 * sp.sqrt(first.det() * second.det())
    return sp.simplify(first.trace() + second.trace() - 2 * sp.sqrt(inner))


def test_the_map_attains_the_formula() -> None:
    assert w2_squared(T * B * B * T, B * B) == g.map_cost(T, B) == 14


def test_the_formula_is_the_minimum_over_rotations() -> None:
    """Couplings x = A z, y = B U z: no U on a grid of rotations is cheaper, one is as cheap to second order."""
    first = T * B * B * T
    root = sp.sqrt(first.trace() + 2 * sp.sqrt(first.det()))
    A = (first + sp.sqrt(first.det()) * sp.eye(2)) / root
    assert sp.simplify(A * A - first) == sp.zeros(2, 2)
    costs = []
    for step in range(200):
        angle = 2 * sp.pi * step / 200
        U = sp.Matrix([[sp.cos(angle), -sp.sin(angle)], [sp.sin(angle), sp.cos(angle)]])
        costs.append(float(sum(entry**2 for entry in (A - B * U).evalf())))
    least = float(w2_squared(first, B * B))
    trace = float((first.trace() + (B * B).trace() - least) / 2)  # tr Y: the cost is its minimum + 2 tr Y (1 − cos δ)
    assert least <= min(costs) <= least + trace * (3.15 / 200) ** 2


@pytest.mark.parametrize(
    "identity", [g.restored_root, g.similarity, g.duality_gap, g.sandwich, g.sylvester], ids=lambda f: f.__name__
)
def test_free_identities_hold(identity: object) -> None:
    assert identity() == 0


def whole(name: str, d: int, symmetric: bool = False) -> sp.Matrix:
    return sp.Matrix(d, d, lambda i, k: sp.Symbol(f"{name}{min(i, k)}{max(i, k)}" if symmetric else f"{name}{i}{k}"))


def squares(matrix: sp.Matrix) -> sp.Expr:
    return sp.Add(*(entry**2 for entry in matrix))


@pytest.mark.parametrize("d", [1, 2, 3])
def test_lemmas_for_all_sizes_are_those_of_small_matrices(d: int) -> None:
    """The same four statements, entry by entry; the first factor of each is what the free symbols stand for."""
    x, r, s, p = whole("x", d, symmetric=True), whole("r", d), whole("s", d), whole("p", d)
    b, one = g.LEAST, sp.eye(d)
    assert sp.expand((x * x * r * r.T).trace() - squares(x * r)) == 0
    assert sp.expand((x * (b * one + s * s.T) * x).trace() - b * squares(x) - squares(s.T * x)) == 0
    assert sp.expand((p * (b * one - s * s.T) * p.T).trace() + squares(p * s) - b * squares(p)) == 0
    identities = (g.weighted_square, g.spectral_floor, g.submultiplicativity, g.cauchy_schwarz)
    assert [identity() for identity in identities] == [0, 0, 0, 0]


def test_products_are_equal_under_the_trace_up_to_rotation_alone() -> None:
    a, b, c = (sp.Symbol(name, commutative=False) for name in "ABC")
    assert g.under_trace(a * b * c - 2 * b * c * a + c * a * b) == 0
    assert g.under_trace(a * b * c - b * a * c) != 0
    assert g.under_trace(a**2 * b - a * b * a) == 0
    assert g.under_trace(a**2 * b**2 - a * b * a * b) != 0


def test_identities_are_no_tautologies(monkeypatch: pytest.MonkeyPatch) -> None:
    """With another symbol in the place of one factor each of them is left with a residual."""
    monkeypatch.setattr(g, "V", sp.Symbol("U", commutative=False) + g.V)
    assert g.duality_gap() != 0
    monkeypatch.undo()
    assert g.spectral_floor(2) != 0
    monkeypatch.setattr(g, "under_trace", sp.expand)
    assert g.weighted_square() != 0  # without rotations they do not hold
    assert g.submultiplicativity() != 0


def test_the_peak_of_the_chi_density_is_bounded() -> None:
    """Against the density itself, with 30 digits, at its mode; and the closed form e^{1/(2n)}/√π above it."""
    n = sp.Symbol("n", positive=True)
    slope, peak = g.chi_peak(n)
    assert slope == 0
    for width in (2, 5, 17, 400):
        x = sp.sqrt(width - 1)
        half = sp.Rational(width, 2)
        density = 2 ** (1 - half) * x ** (width - 1) * sp.exp(-(x**2) / 2) / sp.gamma(half)
        bound = sp.exp(peak.subs(n, width))
        assert sp.N(density, 30) < sp.N(bound, 30) < sp.N(density, 30) * (1 + sp.Rational(1, 3 * width))
        assert sp.N(bound, 30) <= sp.N(sp.exp(sp.Rational(1, 2 * width)) / sp.sqrt(sp.pi), 30)
