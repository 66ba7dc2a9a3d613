"""The engine of Lemma C.1 against matrix algebra for linear G, nested integrals for scalar G, and laws of its own."""

import math
from collections.abc import Callable

import mpmath as mp
import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import erf

from symbolic.errors import DerivationError, ParameterRangeError
from symbolic.recursion import FiniteInputs, GaussianInputs, NoInputs, Recursion, Transform, caveats, constant
from symbolic.state_evolution import Evolution, covariance_step, evolve, second_moment

Function = Callable[[np.ndarray], np.ndarray]
q, r, u = sp.symbols("q r u", real=True)
HALF = sp.Rational(1, 2)
small = st.fractions(-2, 2, max_denominator=4).map(lambda f: sp.Rational(f.numerator, f.denominator))
matrices = st.lists(small, min_size=4, max_size=4).map(lambda entries: sp.Matrix(2, 2, entries))


def scalar(row: sp.Expr, nu: object = 1, start: object = 1, **more: object) -> Recursion:
    """d = 1, one transform."""
    transforms = (Transform(variance=sp.sympify(nu), rows=(row,)),)
    return Recursion(state=(q,), transforms=transforms, start=sp.ImmutableMatrix([[start]]), **more)  # type: ignore[arg-type]


@given(matrices, matrices, matrices, st.lists(small, min_size=4, max_size=4))
@settings(max_examples=5, deadline=None)
def test_linear_recursions_are_matrix_algebra(S1: sp.Matrix, S2: sp.Matrix, root: sp.Matrix, b: list[sp.Expr]) -> None:
    """G_k(q, u) = q S_k + u b_k, u = ±1 constant: E[Q_{s+1}ᵀ Q_{t+1}] = Σ ν_k (S_kᵀ E[Q_sᵀ Q_t] S_k + b_kᵀ b_k)."""
    start = root * root.T
    shifts = (sp.Matrix([b[:2]]), sp.Matrix([b[2:]]))
    nus = (sp.Rational(2, 3), sp.Integer(2))
    transforms = tuple(
        Transform(variance=nu, rows=tuple(sp.Matrix([[q, r]]) * S + u * shift))
        for nu, S, shift in zip(nus, (S1, S2), shifts, strict=True)
    )
    recursion = Recursion(
        state=(q, r), inputs=(u,), transforms=transforms, start=sp.ImmutableMatrix(start),
        law=constant(3, [(HALF, (1,)), (HALF, (-1,))]),
    )  # fmt: skip
    found = evolve(recursion, 3)
    blocks = {(0, 0): start} | {(0, t): sp.zeros(2, 2) for t in (1, 2, 3)}
    for t in range(3):
        for s in range(t + 1):
            triples = zip(nus, (S1, S2), shifts, strict=True)
            blocks[s + 1, t + 1] = sum(
                (nu * (S.T * blocks[s, t] * S + c.T * c) for nu, S, c in triples), sp.zeros(2, 2)
            )
    for (s, t), block in blocks.items():
        assert found.block(s, t) == block
        assert found.block(t, s) == block.T
    assert found.error == 0.0
    assert found.caveats == ()


def panels() -> tuple[np.ndarray, np.ndarray]:
    """Gauss–Legendre nodes and weights on [−16, 16], cut at 0, where ReLU has its kink."""
    nodes, weights = np.polynomial.legendre.leggauss(24)
    edges = np.linspace(-16.0, 16.0, 25)
    middle, half = (edges[1:] + edges[:-1]) / 2, (edges[1:] - edges[:-1]) / 2
    return (middle[:, None] + half[:, None] * nodes).ravel(), (half[:, None] * weights).ravel()


def integral(function: Function, a: float, b: float, c: float) -> float:
    """E f(X) f(Y), or E f(X)² where X = Y, from the density in x and y."""
    x, weight = panels()
    if a == b == c:
        return float(weight @ (function(x) ** 2 * np.exp(-x * x / (2 * a)) / math.sqrt(2 * math.pi * a)))
    square = a * b - c * c
    quadratic = (b * x[:, None] ** 2 - 2 * c * x[:, None] * x + a * x**2) / square
    density = np.exp(-quadratic / 2) / (2 * math.pi * math.sqrt(square))
    return float((weight * function(x)) @ density @ (weight * function(x)))


@pytest.mark.parametrize(
    ("row", "function"),
    [
        (sp.Max(0, q), lambda x: np.maximum(x, 0.0)),
        (sp.erf(q) + 1, lambda x: erf(x) + 1.0),
        (sp.tanh(q) + 1, lambda x: np.tanh(x) + 1.0),
    ],
    ids=["ReLU", "erf", "tanh"],
)
def test_scalar_recursions_are_double_integrals(row: sp.Expr, function: Function) -> None:
    """Var Q_t, Cov(Q_1, Q_2) and Cov(Q_2, Q_3), each E f(X) f(Y) at the covariance found before."""
    found = evolve(scalar(row, sp.Rational(13, 10)), 3)
    for s, t in ((1, 1), (1, 2), (2, 2), (2, 3), (3, 3)):
        before = [float(found.block(*pair)[0, 0]) for pair in ((s - 1, s - 1), (t - 1, t - 1), (s - 1, t - 1))]
        assert float(found.block(s, t)[0, 0]) == pytest.approx(1.3 * integral(function, *before), rel=1e-9)


def test_fresh_matrices_have_the_same_laws_at_one_time_and_nothing_between() -> None:
    recursion = scalar(sp.Max(0, q))
    tied, fresh = evolve(recursion, 3), evolve(recursion, 3, tied=False)
    for s in range(1, 4):
        assert fresh.block(s, s) == tied.block(s, s)
        for t in range(s + 1, 4):
            assert fresh.block(s, t).is_zero_matrix
            assert 0.05 < float(tied.block(s, t)[0, 0]) < 0.2
    odd = scalar(sp.erf(q))
    assert evolve(odd, 3).covariance() == evolve(odd, 3, tied=False).covariance()


@pytest.mark.parametrize("factor", [sp.Rational(1, 3), sp.Integer(4)])
def test_relu_is_homogeneous(factor: sp.Expr) -> None:
    """Scaling ν by s scales Q_t by s^{t/2}."""
    plain, scaled = evolve(scalar(sp.Max(0, q)), 3), evolve(scalar(sp.Max(0, q), factor), 3)
    for s in range(1, 4):
        for t in range(s, 4):
            ratio = float(scaled.block(s, t)[0, 0] / plain.block(s, t)[0, 0])
            assert ratio == pytest.approx(float(factor) ** ((s + t) / 2), rel=1e-12)


@given(st.integers(1, 3), st.sampled_from([sp.Max(0, q) + u, sp.sin(q) + u, sp.erf(q) - u * HALF]))
@settings(max_examples=9, deadline=None)
def test_the_covariance_is_positive_semi_definite(size: int, row: sp.Expr) -> None:
    law = constant(size, [(sp.Rational(1, 4), (2,)), (sp.Rational(3, 4), (-1,))])
    found = evolve(scalar(row, inputs=(u,), law=law), size, digits=25)
    assert np.linalg.eigvalsh(np.array(found.covariance(), dtype=float)).min() > -1e-12
    assert found.covariance(1).shape == (size, size)


def test_a_transform_without_variance_and_a_split_transform_change_nothing() -> None:
    row, start = (sp.Max(0, q),), sp.ImmutableMatrix([[1]])
    whole = evolve(scalar(row[0], sp.Integer(1)), 3).covariance()
    for parts in ((1, 0), (HALF, HALF)):
        transforms = tuple(Transform(variance=sp.sympify(nu), rows=row) for nu in parts)
        found = evolve(Recursion(state=(q,), transforms=transforms, start=start), 3).covariance()
        assert (found - whole).applyfunc(sp.N).norm() < 1e-12


def test_gaussian_inputs_are_a_second_row_of_the_recursion() -> None:
    """q + u with u Gaussian and of covariance min(s, t) + 1, by hand: Cov X = Cov Q + Cov U."""
    walk = sp.ImmutableMatrix(3, 3, lambda s, t: min(s, t) + 1)
    found = evolve(scalar(q + u, 2, inputs=(u,), law=GaussianInputs(size=1, covariance=walk)), 3)
    by_hand = {(0, 0): sp.Integer(1), (0, 1): sp.Integer(0), (0, 2): sp.Integer(0)}
    for t in range(3):
        for s in range(t + 1):
            by_hand[s + 1, t + 1] = 2 * (by_hand[s, t] + walk[s, t])
            assert found.block(s + 1, t + 1)[0, 0] == by_hand[s + 1, t + 1]


def test_two_inputs_that_lag_each_other_give_blocks_that_are_not_symmetric() -> None:
    """(q + u, r + v) with a covariance of (u_s, v_s) and (u_t, v_t) that has no symmetry but its own."""
    v = sp.Symbol("v", real=True)
    factor = sp.Matrix(6, 6, lambda i, k: (3 * i + 5 * k * k + i * k) % 7 - 3)
    law = GaussianInputs(size=2, covariance=sp.ImmutableMatrix(factor * factor.T))
    recursion = Recursion(
        state=(q, r), inputs=(u, v), start=sp.ImmutableMatrix([[2, 1], [1, 2]]), law=law,
        transforms=(Transform(variance=HALF, rows=(q + u, r + v)),),
    )  # fmt: skip
    found = evolve(recursion, 3)
    blocks = {(0, 0): sp.Matrix(recursion.start)} | {(0, t): sp.zeros(2, 2) for t in (1, 2, 3)}
    for t in range(3):
        for s in range(t + 1):
            entering = sp.Matrix(law.covariance[2 * s : 2 * s + 2, 2 * t : 2 * t + 2])
            blocks[s + 1, t + 1] = HALF * (blocks[s, t] + entering)
            assert found.block(s + 1, t + 1) == blocks[s + 1, t + 1]
    assert blocks[1, 3] != blocks[1, 3].T


def test_unlike_functions_of_two_times_each_have_the_variance_of_their_own() -> None:
    """G = (q + u, erf(q) + u), u = ±1 constant: E Q_s erf(Q_t) = Cov · (2/√π)/√(1 + 2 Var Q_t), by hand."""
    law = constant(3, [(HALF, (1,)), (HALF, (-1,))])
    recursion = Recursion(
        state=(q, r), inputs=(u,), start=sp.ImmutableMatrix([[3, 0], [0, 1]]), law=law,
        transforms=(Transform(variance=HALF, rows=(q + u, sp.erf(q) + u)),),
    )  # fmt: skip
    found = evolve(recursion, 3)
    cov = {(0, 0): 3.0, (0, 1): 0.0, (0, 2): 0.0}
    for t in range(3):
        for s in range(t + 1):
            cov[s + 1, t + 1] = 0.5 * (cov[s, t] + 1.0)
    for s, t in ((0, 0), (1, 1), (1, 2), (2, 2)):
        a, b, c = cov[s, s], cov[t, t], cov[s, t]
        arcsine = 2 / math.pi * math.asin(2 * c / math.sqrt((1 + 2 * a) * (1 + 2 * b)))
        slopes = [2 / math.sqrt(math.pi * (1 + 2 * variance)) for variance in (a, b)]
        wanted = 0.5 * (np.array([[c, c * slopes[1]], [c * slopes[0], arcsine]]) + 1.0)
        assert np.array(found.block(s + 1, t + 1), dtype=float) == pytest.approx(wanted, rel=1e-12)


def test_a_block_and_its_transpose_are_not_mistaken() -> None:
    """G = (relu(q), relu(q) + r), then E relu(Q_1) R_2 = Cov(Q_1, R_2)/2, which is not Cov(R_1, Q_2)/2."""
    recursion = Recursion(
        state=(q, r), inputs=(u,), start=sp.ImmutableMatrix([[1, 0], [0, 1]]),
        law=FiniteInputs(paths=((HALF, ((1,), (2,), (0,))), (HALF, ((-1,), (3,), (0,))))),
        transforms=(Transform(variance=sp.Integer(1), rows=(sp.Max(0, q), r + sp.Max(0, q) + u)),),
    )  # fmt: skip
    found = evolve(recursion, 3)
    across = found.block(1, 2)
    assert float(across[0, 1]) != pytest.approx(float(across[1, 0]), rel=0.05)
    relus = found.block(2, 3)[0, 0]
    assert float(found.block(2, 3)[0, 1] - relus) == pytest.approx(float(across[0, 1]) / 2, rel=1e-9)
    assert float(found.block(2, 3)[1, 0] - relus) == pytest.approx(
        float(across[1, 0]) / 2 + 2.5 * mean_of_relu(found, 2), rel=1e-9
    )


def mean_of_relu(found: Evolution, t: int) -> float:
    return math.sqrt(float(found.block(t, t)[0, 0]) / (2 * math.pi))


def test_inputs_that_differ_in_time_are_taken_at_their_times() -> None:
    law = FiniteInputs(paths=((HALF, ((1,), (3,))), (HALF, ((2,), (5,)))))
    found = evolve(scalar(u * sp.Integer(1), inputs=(u,), law=law), 2)
    assert found.block(1, 1)[0, 0] == sp.Rational(1 + 4, 2)
    assert found.block(2, 2)[0, 0] == sp.Rational(9 + 25, 2)
    assert found.block(1, 2)[0, 0] == sp.Rational(3 + 10, 2)


def test_one_step_at_symbolic_covariance_and_a_moment_of_two_times() -> None:
    a, c = sp.symbols("a c", positive=True)
    recursion = scalar(3 * q, 2)
    assert covariance_step(recursion, sp.Matrix([[a]])) == sp.Matrix([[18 * a]])
    assert covariance_step(recursion, sp.Matrix([[a]]), sp.Matrix([[c]])) == sp.Matrix([[18 * c]])
    found = evolve(scalar(sp.Max(0, q)), 2)
    crossed = second_moment(found, [q, q**2], [q], 1, 2)
    assert crossed == sp.Matrix([found.block(1, 2)[0, 0], 0])


def test_rounding_at_each_step_changes_the_last_digits_only() -> None:
    exact, rounded = evolve(scalar(sp.Max(0, q)), 3), evolve(scalar(sp.Max(0, q)), 3, digits=25)
    assert rounded.block(2, 3)[0, 0].is_Float
    assert float(exact.block(2, 3)[0, 0] - rounded.block(2, 3)[0, 0]) == pytest.approx(0.0, abs=1e-15)


@pytest.mark.parametrize(
    ("row", "covered"),
    [
        (q + 2 * u, True), (sp.erf(q - u) + 3, True), (sp.Max(0, q) - sp.Abs(q), True), (sp.tanh(2 * q), True),
        (q**2, False), (q * u, False), (sp.erf(q) * u, False), (sp.erf(q**2), False), (sp.exp(q), False),
        (sp.Heaviside(q), False), (sp.sin(sp.exp(q)), False),
    ],
    ids=str,
)  # fmt: skip
def test_what_the_lemma_does_not_cover_is_flagged(row: sp.Expr, covered: bool) -> None:
    flagged = caveats(scalar(row, inputs=(u,), law=constant(1, [(1, (1,))])))
    assert (flagged == []) is covered
    if not covered:
        assert "G_1, entry 1" in flagged[0]
    assert len(evolve(scalar(q**2), 1).caveats) == 1


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(DerivationError, match="no step to take"):
        evolve(scalar(q), 0)
    with pytest.raises(DerivationError, match="symmetric"):
        Recursion(state=(q, r), transforms=(), start=sp.ImmutableMatrix([[1, 2], [3, 4]]))
    with pytest.raises(DerivationError, match="2 entries a row"):
        Recursion(state=(q,), transforms=(Transform(variance=1, rows=(q, q)),), start=sp.ImmutableMatrix([[1]]))
    with pytest.raises(DerivationError, match="match them"):
        scalar(q, inputs=(u,))
    with pytest.raises(ParameterRangeError, match="must be ≥ 0"):
        scalar(q, nu=-1)
    with pytest.raises(ParameterRangeError, match="add up to"):
        constant(2, [(HALF, (1,))])
    assert NoInputs().size == 0


def test_a_kink_off_the_mean_needs_no_looser_tolerance() -> None:
    """G = (q + u)_+, u = ±1/2 constant in time: given u the rows Q_0 and Q_1 are independent."""
    q, u = sp.symbols("q u", real=True)
    nu, half = sp.Rational(4, 5), sp.Rational(1, 2)
    recursion = Recursion(
        state=(q,), inputs=(u,), transforms=(Transform(variance=nu, rows=(sp.Max(0, q + u),)),),
        start=sp.ImmutableMatrix([[1]]), law=constant(2, [(half, (half,)), (half, (-half,))]),
    )  # fmt: skip
    found = evolve(recursion, 2)
    z = sp.Symbol("z", real=True)

    def power(k: int, mean: float, variance: float) -> float:
        root = math.sqrt(variance)
        f = sp.lambdify(z, (mean + root * z) ** k * sp.exp(-(z**2) / 2) / sp.sqrt(2 * sp.pi), "mpmath")
        return float(mp.quad(f, [-mean / root, 2, 14]))

    first = 0.8 * (power(2, 0.5, 1.0) + power(2, -0.5, 1.0)) / 2
    across = 0.8 * sum(power(1, value, 1.0) * power(1, value, first) for value in (0.5, -0.5)) / 2
    assert float(found.block(1, 1)[0]) == pytest.approx(first, abs=1e-13)
    assert float(found.block(1, 2)[0]) == pytest.approx(across, abs=1e-13)
    assert found.error < 1e-11
