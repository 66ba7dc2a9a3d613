"""[E] Lemma B.1: a sum over an orthonormal basis is a Gaussian expectation; so the NTK is one over perturbations."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from verify.checks import Agreement, Comparison, Mean, MeanLine, Proof
from verify.claims._entries import sum_of_entries
from verify.model import Claim, Control, Figure, Finding, Setting, Source, Step

if TYPE_CHECKING:
    import numpy as np
    import sympy as sp
    from numpy.random import Generator
    from numpy.typing import NDArray

    from symbolic.gaussian_sum import Weights
    from verify.proofs import Identity, Statement

    Array = NDArray[np.floating[Any]]
    Directions = Callable[[Setting, Generator], Array]


# --- the lemma ------------------------------------------------------------------------------------------------------


def prove_lemma(change: Sequence[Sequence[int]] | None = None, *, swapped: bool = False) -> Iterator[Statement]:
    """Σ_i (A v_i)(B v_i)^T = E[(A v)(B v)^T] for symbolic A, B: over bases of two and three dimensions, and of any.

    Every orthogonal matrix is one of Cayley's after a change of the signs of columns.
    A rival multiplies the rotated basis of the plane by `change`, or swaps the two factors of the sum.
    """
    import sympy as sp

    from symbolic import gaussian_sum as g
    from symbolic.conditioning import matrix
    from verify.proofs import Identity, MatrixIdentity

    x = sp.Symbol("x", positive=True)
    yield Identity("E v = 0 and E v² = 1", g.moment(1) + x * (g.moment(2) - 1))
    for d, rows in ((2, 2), (3, 1)):  # an entry speaks of one row of A and one of B; two rows show their order
        A, B = matrix("a", rows, d), matrix("b", rows, d)
        basis = g.cayley(d) * sp.Matrix(change) if change and d == len(change) else g.cayley(d)
        total = g.outer_sum(B, A, basis) if swapped else g.outer_sum(A, B, basis)
        mean = g.outer_mean(A, B)
        yield Identity(f"d={d}: outer products", sum_of_entries(total - mean))
        inner = sum((A * basis[:, i]).dot(B * basis[:, i]) for i in range(d))
        yield Identity(f"d={d}: inner products are the trace", inner - mean.trace())
        yield Identity(f"d={d}: both are A B^T", sum_of_entries(mean - A * B.T))
    v, A, B = matrix("v", 2, 1), matrix("a", 2, 2), matrix("b", 2, 2)
    yield Identity("the sign of a basis vector", sum_of_entries(g.outer_sum(A, B, -v) - g.outer_sum(A, B, v)))
    # any d: V^T V = I gives det(V) (V V^T − I) = 0 with Q = adj V, since V Q = det(V) I; then V V^T = I as det(V) ≠ 0
    A, V, U, Q, B = (sp.Symbol(name, commutative=False) for name in ("A", "V", "U", "Q", "B"))
    shapes = {name: ("n", "n") for name in "AVUQB"}
    left_right = V * (U * V - 1) * Q - (V * U - 1) * (V * Q)
    yield MatrixIdentity("any d: V (V^T V − I) adj V = (V V^T − I) (V adj V)", left_right, shapes)
    reduced = (A * V) * (U * B) - A * B - A * (V * U - 1) * B
    yield MatrixIdentity("any d: Σ_i (A v_i)(B v_i)^T − A B^T = A (V V^T − I) B^T", reduced, shapes)


def prove_variance(formula: Callable[[sp.Expr, sp.Expr, sp.Expr], sp.Expr] | None = None) -> Iterator[Identity]:
    """Var[(a·v)(b·v)] = (a·a)(b·b) + (a·b)², in the plane and in space.

    The plane is enough for every dimension: rotate a and b into it.
    """
    from symbolic import gaussian_sum as g
    from symbolic.conditioning import matrix
    from verify.proofs import Identity

    for d in (2, 3):
        a, b = matrix("a", 1, d), matrix("b", 1, d)
        stated = (formula or product_variance)(a.dot(a), a.dot(b), b.dot(b))
        yield Identity(f"d={d}", g.product_variance(a, b) - stated)


def product_variance(aa: sp.Expr, ab: sp.Expr, bb: sp.Expr) -> sp.Expr:
    return aa * bb + ab**2


def as_if_independent(aa: sp.Expr, ab: sp.Expr, bb: sp.Expr) -> sp.Expr:  # noqa: ARG001 — the rival forgets it
    return aa * bb


# --- the perturbation form of the NTK -------------------------------------------------------------------------------


def prove_perturbation(*, symmetric: bool = False) -> Iterator[Statement]:
    """(36), (37): the perturbation δy is the derivative of y along (ΔW, ΔF, ΔC), and E[δy δy'^T] is the NTK.

    A rival moves W by the standard Gaussian among the symmetric matrices only.
    """
    import sympy as sp

    from symbolic import gaussian_sum as g
    from symbolic.rnn import ROOT
    from verify.proofs import Identity

    yield from _prove_product_rule()
    weights, (dW, dF, dC), x = symbolic_network(2, 1, 1, 2)
    drawn = ((dW + dW.T) / 2 if symmetric else dW, dF, dC)
    first, second = (g.perturbation(weights, drawn, inputs, ROOT) for inputs in x)
    mean = (first * second.T).applyfunc(partial(g.expectation, variables=[*dW, *dF, *dC]))
    kernel = g.sum_over_basis(weights, x[0], x[1], ROOT)
    yield Identity("n=2, T=2: E[δy δy'^T] = K", sum_of_entries(mean - kernel))
    for n, n_x, n_y, T in ((1, 2, 2, 3), (2, 1, 1, 3)):
        weights, moves, x = symbolic_network(n, n_x, n_y, T)
        parameters, directions = (sp.Matrix([e for part in group for e in part]) for group in (weights, moves))
        derivative = g.run(weights, x[0], ROOT).jacobian(parameters) * directions
        residual = derivative - g.perturbation(weights, moves, x[0], ROOT)
        yield Identity(f"n={n}, n_x={n_x}, n_y={n_y}, T={T}: δy = J Δ", sum_of_entries(residual))


def _prove_product_rule() -> Iterator[Statement]:
    """One step of the recursion at W + εΔW, h + εδh, …: its coefficient of ε is the step of δh; any size, any T."""
    import sympy as sp

    from symbolic.rnn import ROOT
    from verify.proofs import MatrixIdentity

    W, F, C, h, x, dW, dF, dC, dh = (
        sp.Symbol(name, commutative=False) for name in ("W", "F", "C", "h", "x", "U", "G", "D", "g")
    )
    e = sp.Symbol("epsilon", positive=True)
    shapes = {"W": ("n", "n"), "U": ("n", "n"), **dict.fromkeys("FGhg", ("n", "1"))}
    shapes |= {"C": ("1", "n"), "D": ("1", "n"), "x": ("1", "1")}
    values = {ROOT: sp.Rational(1, 2), e: sp.Integer(1)}
    state = sp.expand(ROOT * (W + e * dW) * (h + e * dh) + (F + e * dF) * x)
    output = sp.expand(ROOT * (C + e * dC) * (h + e * dh))
    step = state.coeff(e, 1) - (ROOT * (dW * h + W * dh) + dF * x)
    yield MatrixIdentity("δh_t = s (ΔW h_(t−1) + W δh_(t−1)) + ΔF x_t", step, shapes, values)
    yield MatrixIdentity("δy_t = s (ΔC h_t + C δh_t)", output.coeff(e, 1) - ROOT * (dC * h + C * dh), shapes, values)


def symbolic_network(n: int, n_x: int, n_y: int, T: int) -> tuple[Weights, Weights, list[list[sp.Matrix]]]:
    """(W, F, C), (ΔW, ΔF, ΔC) and two inputs, all symbols."""
    from symbolic.conditioning import matrix

    weights, moves = (
        (matrix(names[0], n, n), matrix(names[1], n, n_x), matrix(names[2], n_y, n)) for names in ("wfc", "pqu")
    )
    return weights, moves, [[matrix(f"{name}{t}_", n_x, 1) for t in range(T)] for name in "xz"]


# --- the sum over a basis, in numbers -------------------------------------------------------------------------------


def rotated(setting: Setting, rng: Generator) -> Array:
    """A random orthonormal basis of the parameter space, in rows."""
    from numeric.rotations import random_rotation

    return random_rotation(_parameters(setting), rng)


def _parameters(setting: Setting) -> int:
    n: int = setting["n"]
    return n * (n + int(setting["n_x"]) + int(setting["n_y"]))


def skewed(setting: Setting, rng: Generator) -> Array:
    """The rival basis of unit vectors that are not orthogonal: each is turned half-way towards the next."""
    import numpy as np

    basis = rotated(setting, rng)
    return (basis + np.roll(basis, 1, axis=0)) / math.sqrt(2.0)


def symmetric_only(setting: Setting, rng: Generator) -> Array:
    """The rival basis of symmetric ΔW, orthonormal, with all of ΔF and ΔC; rotated as the right one is."""
    import numpy as np

    n = setting["n"]
    basis = rotated(setting, rng)
    square = basis[:, : n * n].reshape(-1, n, n)
    return np.hstack([((square + square.swapaxes(1, 2)) / 2.0).reshape(len(basis), -1), basis[:, n * n :]])


def compare_basis(
    setting: Setting, rng: Generator, *, basis: Directions = rotated, swapped: bool = False, off: float = 0.0
) -> Iterator[Comparison]:
    """Σ_i δy_i(x) δy_i(x')^T over the unit vectors and over a rotated basis, against the Gram form of the NTK.

    Rivals take another basis, swap the two inputs, or move along vectors whose length is `off` from 1.
    """
    import numpy as np

    from numeric import perturbation as p
    from numeric import rounding
    from numeric.kernels import ntk
    from numeric.rotations import defect

    n, n_x, n_y, T = (setting[name] for name in ("n", "n_x", "n_y", "T"))
    weights = rng.standard_normal((n, n)), rng.standard_normal((n, n_x)), rng.standard_normal((n_y, n))
    x, x2 = rng.standard_normal((2, T, n_x))
    kernel = ntk(*weights, x, x2)
    lengths = [np.sqrt(np.diag(ntk(*weights, z, z))) for z in (x, x2)]  # ‖∂y_(t,a)/∂θ‖
    turned = rounding.SLACK * defect(_parameters(setting)) * np.outer(*lengths)
    unit = np.eye(_parameters(setting))
    cases = {"unit vectors": (unit, 0.0 * turned), "rotated basis": (basis(setting, rng), turned)}
    for name, (directions, spare) in cases.items():
        inputs = (x2, x) if swapped else (x, x2)
        total = p.directional_kernel(weights, (1.0 + off) * directions, *inputs)
        allowed = p.directional_kernel_error(weights, directions, x, x2) + p.ntk_error(weights, x, x2) + spare
        share = rounding.share(np.abs(total - kernel), allowed)
        yield Comparison(label=name, difference=float(share.max()), bound=1.0, at={"parameters": _parameters(setting)})


# --- the expectation, sampled ---------------------------------------------------------------------------------------


@lru_cache(maxsize=2)
def example(n: int, T: int) -> tuple[list[list[int]], ...]:
    """W, F, C, x, x' with small integer entries; n^{-1/2} is rational at n = 4, and moving W matters most."""
    W = [[(i * k + i + 2 * k + 1) % 3 - 1 for k in range(n)] for i in range(n)]
    F, C = [[2 - 2 * (i % 3)] for i in range(n)], [[0 if i == n - 1 else 2 for i in range(n)]]
    return W, F, C, [[1 - t % 2] for t in range(T)], [[(t + 1) % 2 + 1] for t in range(T)]


@lru_cache(maxsize=2)
def exact_kernels(n: int, T: int) -> tuple[sp.Matrix, sp.Matrix, sp.Matrix]:
    """K(x, x'), K(x, x), K(x', x') of the example as rationals: sums over the unit vectors of the parameter space."""
    import sympy as sp

    from symbolic import gaussian_sum as g

    W, F, C, *inputs = (sp.Matrix(numbers) for numbers in example(n, T))
    _, moves, _ = symbolic_network(n, 1, 1, T)
    directions = sp.Matrix([entry for part in moves for entry in part])
    first, second = (
        g.perturbation((W, F, C), moves, [x[t, :] for t in range(T)], 1 / sp.sqrt(n)).jacobian(directions)
        for x in inputs
    )
    return first * second.T, first * first.T, second * second.T


def mean_lines(setting: Setting, *, swapped: bool = False) -> list[MeanLine]:
    """E[δy_t(x) δy_t'(x')] = K_tt', of variance K_tt(x, x) K_t't'(x', x') + K_tt'²; a rival takes K_t't."""
    from symbolic.evaluate import to_float

    cross, first, second = exact_kernels(setting["n"], setting["T"])
    lines = []
    for t in range(setting["T"]):
        for t2 in range(setting["T"]):
            value = to_float(cross[t2, t] if swapped else cross[t, t2])
            sizes = first[t, t], cross[t, t2], second[t2, t2]
            lines.append(
                MeanLine(
                    label=f"K_{t}{t2}",
                    null=f"E[δy_{t}(x) δy_{t2}(x')] = {value:g}",
                    low=value,
                    high=value,
                    variance=to_float(product_variance(*sizes)),
                    scale=math.sqrt(to_float(first[t, t] * second[t2, t2])),
                    at={"t": t, "t'": t2},
                )
            )
    return lines


def sample(setting: Setting, rngs: Sequence[Generator], *, symmetric: bool = False) -> Mapping[str, Array]:
    """δy_t(x) δy_t'(x') for standard Gaussian (ΔW, ΔF, ΔC), block by block; a rival draws symmetric ΔW."""
    import numpy as np

    from numeric.perturbation import moved_outputs
    from numeric.streams import BLOCK

    n, T = setting["n"], setting["T"]
    W, F, C, x, x2 = (np.array(numbers, dtype=float) for numbers in example(n, T))
    products = []
    for rng in rngs:
        directions = rng.standard_normal((BLOCK, n * (n + 2)))
        if symmetric:
            square = np.triu(directions[:, : n * n].reshape(-1, n, n))
            directions[:, : n * n] = (square + np.triu(square, 1).swapaxes(1, 2)).reshape(BLOCK, -1)
        first, second = (moved_outputs((W, F, C), directions, z) for z in (x, x2))
        products.append(first[:, :, None] * second[:, None, :])
    values = np.concatenate(products)
    return {f"K_{t}{t2}": values[:, t, t2] for t in range(T) for t2 in range(T)}


# --- derivation and findings ----------------------------------------------------------------------------------------


def derive() -> Sequence[Step]:
    """The moments, the expectation for two dimensions, the variance, the kernel of the smallest RNN."""
    import sympy as sp

    from symbolic import gaussian_sum as g
    from symbolic.conditioning import matrix
    from symbolic.printing import equation, plain
    from symbolic.rnn import ROOT

    a, b = matrix("a", 1, 2), matrix("b", 1, 2)
    mean = g.outer_mean(a, b)[0, 0]
    basis = g.cayley(2)
    weights, moves, x = symbolic_network(1, 1, 1, 2)
    moved, kernel = g.perturbation(weights, moves, x[0], ROOT), g.sum_over_basis(weights, x[0], x[1], ROOT)
    return [
        Step(
            "The second moment of a standard Gaussian, integrated from its density, is", *equation("m_2", g.moment(2))
        ),
        Step("so that for rows a, b of A and B in the plane", *equation("E", mean)),
        Step(
            "An orthonormal basis of the plane, by Cayley's parametrisation, is",
            f"V = {sp.latex(basis)}",
            f"V = {plain(basis)}",
        ),
        Step(
            "and the sum of (a·v)(b·v) over its columns is the same.",
            *equation("S", sp.expand(sp.cancel(g.outer_sum(a, b, basis)[0, 0]))),
        ),
        Step("(36): with p, q, u for ΔW, ΔF, ΔC the output of an RNN of width 1 moves by", *equation("d", moved[1])),
        Step("(37): and E[d(x) d(z)] is its tangent kernel at time 1,", *equation("K_{11}", sp.expand(kernel[1, 1]))),
    ]


def findings() -> Sequence[Finding]:
    """The Gaussian law is not needed: independent signs have the same second moments."""
    from symbolic import gaussian_sum as g
    from symbolic.conditioning import matrix

    A, B = matrix("a", 2, 2), matrix("b", 2, 2)
    signs = g.outer_mean(A, B, law=lambda power: (1 + (-1) ** power) // 2 * g.moment(0))
    same = (signs - g.outer_mean(A, B)).expand().is_zero_matrix
    text = (
        "Lemma B.1 needs a vector with independent entries of mean 0 and variance 1, not a Gaussian one. What follows "
        "from it holds for perturbations by independent signs as well; only the variance of a Monte-Carlo sum differs."
    )
    example = f"v = (±1, ±1) with independent fair signs: E[(A v)(B v)^T] = {signs.tolist()}" + (
        ", the same matrix for all A and B." if same else ", which is another matrix."
    )
    return [Finding(text=text, counterexample=example)]


NETWORKS = tuple(
    Setting(n=n, n_x=n_x, n_y=n_y, T=T) for n, n_x, n_y, T in ((1, 1, 1, 3), (2, 2, 1, 5), (5, 2, 3, 6), (8, 1, 2, 8))
)
SAMPLED = (Setting(n=4, T=3),)


CLAIM = Claim(
    id="lemma_b_1_gaussian_sum",
    title="A sum over an orthonormal basis is a Gaussian expectation",
    statement=r"\sum_i (A v_i)(B v_i)^{\top} = \mathbb{E}\left[(A v)(B v)^{\top}\right], \quad v \sim N(0, I), "
    r"\qquad K(x,x') = \mathbb{E}\left[\delta f(x)\, \delta f(x')^{\top}\right]",
    plain="Σ_i (A v_i)(B v_i)^T = E[(A v)(B v)^T] for any orthonormal basis v_i and v ~ N(0, I); hence "
    "K(x, x') = E[δf(x) δf(x')^T] with δf the derivative of f along a standard Gaussian perturbation of its parameters",
    summary="For linear maps A, B the sum of outer products over an orthonormal basis is the same for every such basis "
    "and is the expectation over a standard Gaussian vector; its trace is the inner-product form. With A and B the "
    "derivatives of the outputs for two inputs, the tangent kernel is the covariance of first-order changes of the "
    "output when all weights are moved by independent standard Gaussians.",
    source=Source("E", "Lemma B.1, (36)–(39)"),
    assumptions=("the parameter space has finite dimension and its usual inner product",),
    checks=(
        Proof(
            name="lemma",
            title="outer and inner products, symbolic A and B, every basis of the plane and of space; any dimension",
            prove=prove_lemma,
            microseconds=3e5,
        ),
        Proof(
            name="variance",
            title="Var[(a·v)(b·v)] = (a·a)(b·b) + (a·b)², which the sampled line rests on",
            prove=prove_variance,
            microseconds=5e4,
        ),
        Proof(
            name="perturbation form",
            title="(36), (37): δy is the derivative along (ΔW, ΔF, ΔC), and its covariance is the NTK",
            prove=prove_perturbation,
            microseconds=4e5,
        ),
        Agreement(
            name="any basis",
            title="sums over the unit vectors and over a rotated basis of the parameters are the Gram form of the NTK",
            settings=NETWORKS,
            compare=compare_basis,
            microseconds=4e3,
        ),
        Mean(
            name="sampled",
            title="E[δy_t(x) δy_t'(x')] for an RNN of width 4 is its exact NTK",
            settings=SAMPLED,
            lines=mean_lines,
            sample=sample,
            microseconds=2.6,
        ),
    ),
    controls=(
        Control(
            name="basis not orthogonal",
            why="two unit vectors of the plane, the second turned towards the first and stretched",
            check="lemma",
            replace={"prove": partial(prove_lemma, ((1, 1), (0, 1)))},
            line="d=2: outer products",
        ),
        Control(
            name="factors swapped",
            why="Σ (B v_i)(A v_i)^T is the transpose",
            check="lemma",
            replace={"prove": partial(prove_lemma, swapped=True)},
            line="d=2: outer products",
        ),
        Control(
            name="as if independent",
            why="(a·v) and (b·v) are correlated unless a and b are orthogonal",
            check="variance",
            replace={"prove": partial(prove_variance, as_if_independent)},
            line="d=2",
        ),
        Control(
            name="symmetric moves of W",
            why="an expectation over symmetric ΔW sums over half of the directions",
            check="perturbation form",
            replace={"prove": partial(prove_perturbation, symmetric=True)},
            line="n=2, T=2: E[δy δy'^T] = K",
        ),
        Control(
            name="skewed basis",
            why="unit vectors that are not orthogonal count some directions twice",
            check="any basis",
            replace={"compare": partial(compare_basis, basis=skewed)},
            setting=NETWORKS[1],
            line="rotated basis",
        ),
        Control(
            name="symmetric moves of W, summed",
            why="a basis of the symmetric matrices is no basis of all",
            check="any basis",
            replace={"compare": partial(compare_basis, basis=symmetric_only)},
            setting=NETWORKS[2],
            line="rotated basis",
        ),
        Control(
            name="factors swapped, summed",
            why="K(x', x) is the transpose of K(x, x')",
            check="any basis",
            replace={"compare": partial(compare_basis, swapped=True)},
            setting=NETWORKS[2],
            line="unit vectors",
        ),
        Control(
            name="symmetric moves of W, sampled",
            why="a symmetric Gaussian ΔW has another covariance",
            check="sampled",
            replace={"sample": partial(sample, symmetric=True)},
            setting=SAMPLED[0],
            line="K_22",
        ),
        Control(
            name="factors swapped, sampled",
            why="K_10 in the place of K_01",
            check="sampled",
            replace={"lines": partial(mean_lines, swapped=True)},
            setting=SAMPLED[0],
            line="K_01",
        ),
        Control(
            name="unit vectors too long by 10⁻¹¹",
            why="a sum that is wrong in the eleventh digit; rounding explains less",
            check="any basis",
            replace={"compare": partial(compare_basis, off=1e-11)},
            setting=NETWORKS[0],  # one unit: K_00 = (C² + F²) x_0 x'_0 cannot cancel
            line="unit vectors",
        ),
        Control(
            name="rotated vectors too long by 10⁻¹¹",
            why="the same over a rotated basis",
            check="any basis",
            replace={"compare": partial(compare_basis, off=1e-11)},
            setting=NETWORKS[0],
            line="rotated basis",
        ),
    ),
    derivation=derive,
    findings=findings,
    figures=(
        Figure(
            title="E[δy_t(x) δy_t'(x')] sampled, and the exact kernel",
            check="sampled",
            x="t",
            x_label="time t",
            y_label="K_tt'",
            series="t'",
        ),
    ),
)
