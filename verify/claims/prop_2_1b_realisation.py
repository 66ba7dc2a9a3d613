"""[E] Proposition 2.1(b): any T lags are the impulse response of a linear RNN with T n_x n_y hidden units."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from verify.checks import Agreement, Comparison, Proof
from verify.claims._entries import sum_of_entries
from verify.model import Claim, Control, Figure, Finding, Setting, Source, Step

if TYPE_CHECKING:
    import sympy as sp
    from numpy.random import Generator

    from symbolic.realization import Realization
    from verify.proofs import Identity, Statement

    Rows = tuple[tuple[Any, ...], ...]
    Build = Callable[[Sequence[Rows], Sequence[Any]], Realization]

NODE_GRID = 1024  # chosen: nodes are odd multiples of 1/2048, so they are exact in double precision and never 0
LONGEST_SOLVED = 3  # chosen: SymPy's own solution of four symbolic equations takes a second to reduce
DIGITS = 25  # chosen: what the solution at many digits must agree to, far beyond the 16 of double precision


# --- the block of one input and one output --------------------------------------------------------------------------


def prove_block(system: Callable[[sp.Matrix], sp.Matrix] | None = None) -> Iterator[Identity]:
    """Σ_i k_i λ_i^j = L_j for symbolic λ and L, T ≤ 4, k as SymPy solves it and as Lagrange's basis gives it.

    A rival `system` puts another matrix in the place of V^T.
    """
    import sympy as sp

    from symbolic import realization as r
    from verify.proofs import Identity

    for T in range(1, 5):
        lam, L = r.nodes(T), [matrix[0][0] for matrix in r.response(T)]
        V = r.vandermonde(lam)
        pairs = itertools.combinations(range(T), 2)
        yield Identity(f"T={T}: det V", V.det(method="berkowitz") - sp.Mul(*(lam[m] - lam[i] for i, m in pairs)))
        weights = r.readout(L, lam)
        if T <= LONGEST_SOLVED:
            solved = (system or sp.Matrix.transpose)(V).LUsolve(sp.Matrix(L))
            for j in range(T):
                yield Identity(f"T={T}: solved, lag {j}", response_at(j, solved, lam) - L[j])
        for j in range(T):
            yield Identity(f"T={T}: Lagrange, lag {j}", response_at(j, weights, lam) - L[j])
    zero = [sp.Integer(0), *r.nodes(3)[1:]]
    L = [matrix[0][0] for matrix in r.response(3)]
    for j in range(3):
        yield Identity(f"T=3, λ_0 = 0: lag {j}", response_at(j, r.readout(L, zero), zero) - L[j])


def response_at(j: int, weights: Sequence[sp.Expr], lam: Sequence[sp.Expr]) -> sp.Expr:
    """Σ_i k_i λ_i^j."""
    import sympy as sp

    return sp.Add(*(k * node**j for k, node in zip(weights, lam, strict=True)))


def untransposed(V: sp.Matrix) -> sp.Matrix:
    return V


def updated_weight(k: sp.Expr, old: sp.Expr, new: sp.Expr) -> sp.Expr:
    return k / (old - new)


def kept_weight(k: sp.Expr, old: sp.Expr, new: sp.Expr) -> sp.Expr:  # noqa: ARG001 — the rival forgets the new node
    return k


def missing(first: sp.Expr, others: sp.Expr) -> sp.Expr:
    """The weight of the new unit: what L_0 lacks."""
    return first - others


def all_of_it(first: sp.Expr, others: sp.Expr) -> sp.Expr:  # noqa: ARG001 — the rival forgets the old units
    return first


def prove_induction(
    update: Callable[[sp.Expr, sp.Expr, sp.Expr], sp.Expr] = updated_weight,
    *,
    weight: Callable[[sp.Expr, sp.Expr], sp.Expr] = missing,
    place: Callable[[sp.Expr], sp.Expr] = lambda b: b,
) -> Iterator[Identity]:
    """From T to T + 1 lags, for every T; one lag has k = L_0. Let k' realise L'_j = L_{j+1} − b L_j, j < T, by nodes
    a_i ≠ b.

    Then k_i = k'_i/(a_i − b) with a new unit of node b and weight L_0 − Σ k_i realise L_0 … L_T: for its response R,
    R_{j+1} − b R_j = L'_j term by term, so that R_{j+1} − L_{j+1} = b (R_j − L_j), and R_0 = L_0.
    Rivals update the old weights wrongly, or give the new unit another `weight` or another node (`place`).
    """
    import sympy as sp

    from verify.proofs import Identity

    a, b, k, others, first = sp.symbols("a b k Sigma L_0", real=True)
    j = sp.Symbol("j", integer=True, nonnegative=True)
    old = update(k, a, b)
    yield Identity("an old unit adds k'_i a_i^j to R_(j+1) − b R_j", old * (a ** (j + 1) - b * a**j) - k * a**j)
    node, new = place(b), weight(first, others)
    yield Identity("the new unit adds nothing", new * (node ** (j + 1) - b * node**j))
    yield Identity("R_0 = L_0", others + new - first)


# --- several inputs and outputs -------------------------------------------------------------------------------------


def stacked(L: Sequence[Rows], lam: Sequence[Any]) -> Realization:
    from symbolic.realization import realise

    return realise(L, lam)


def one_block(L: Sequence[Rows], lam: Sequence[Any]) -> Realization:
    """The rival with T units in all: every input drives every unit; weights as for the first input."""
    from symbolic.realization import Realization, readout

    weights = tuple(tuple(readout([matrix[a][0] for matrix in L], lam)) for a in range(len(L[0])))
    return Realization(eigenvalues=tuple(lam), F=tuple((1,) * len(L[0][0]) for _ in lam), readout=weights)


def one_eigenvalue_twice(L: Sequence[Rows], lam: Sequence[Any]) -> Realization:
    """The rival with λ_{T−1} = λ_0: two units of a block then act as one, so T − 1 nodes are left for T lags."""
    return stacked(L[:-1], lam[:-1])


def prove_stacked(build: Build = stacked, *, root: int | None = None) -> Iterator[Statement]:
    """n^{-(j+1)/2} C W^j F = L_j as matrices with W = √n M and C = √n k, for symbolic L and λ.

    A rival gives C the factor √root, the units of a block, in the place of √n.
    """
    import sympy as sp

    from symbolic import realization as r
    from verify.proofs import Identity

    for T, n_x, n_y in ((1, 2, 3), (2, 2, 2), (2, 3, 1), (3, 1, 2)):
        L, lam = r.response(T, n_x, n_y), r.nodes(T)
        network = build(L, lam)
        found = r.impulse_response(network, T, None if root is None else sp.sqrt(root))
        size = f"T={T}, n_x={n_x}, n_y={n_y}"
        for j in range(T):
            yield Identity(f"{size}: lag {j}", sum_of_entries(found[j] - sp.Matrix(L[j])))
        yield Identity(f"{size}: T n_x n_y units", sp.Integer(network.n - T * n_x * n_y))


def prove_number(
    response: Callable[[], Sequence[Rows]] | None = None, *, build: Build | None = None
) -> Iterator[Statement]:
    """How many units are needed: T min(n_x, n_y) are enough, T are not.

    The blocks L_{i+k} = (C M^i)(M^k F)/√n form a matrix of rank at most n; with two inputs, two outputs and three lags
    a response has four independent rows.
    Rivals take a `response` that three units have, or `build` a network with T units for every pair of sizes.
    """
    import sympy as sp

    from symbolic import realization as r
    from symbolic import rnn
    from verify.proofs import Identity, MatrixIdentity, NonNegative

    i, k = sp.symbols("i k", integer=True, positive=True)
    values = {rnn.ROOT: sp.Rational(1, 2), i: sp.Integer(1), k: sp.Integer(2)}
    block = rnn.ROOT ** (i + k + 1) * rnn.C * rnn.W ** (i + k) * rnn.F
    factors = (rnn.ROOT ** (i + 1) * rnn.C * rnn.W**i) * (rnn.ROOT**k * rnn.W**k * rnn.F)
    yield MatrixIdentity("L_(i+k) = (C M^i)(M^k F)/√n", block - factors, rnn.SHAPES, values)
    minor = r.block_hankel((response or four_independent_rows)(), 2, 2).det()
    yield NonNegative("a minor of order four: its square is at least 1", minor**2 - 1)
    for T, n_x, n_y in ((1, 2, 3), (2, 2, 2), (2, 3, 1)):
        L, lam, per = r.response(T, n_x, n_y), r.nodes(T), "input" if n_x <= n_y else "output"
        network = (build or (r.realise_by_input if n_x <= n_y else r.realise_by_output))(L, lam)
        size = f"a block per {per}, T={T}, n_x={n_x}, n_y={n_y}"
        for j, found in enumerate(r.impulse_response(network, T)):
            yield Identity(f"{size}: lag {j}", sum_of_entries(found - sp.Matrix(L[j])))
        yield Identity(f"{size}: T min(n_x, n_y) units", sp.Integer(network.n - T * min(n_x, n_y)))


def four_independent_rows() -> list[Rows]:
    """Three lags of two inputs and two outputs."""
    return [((1, 0), (0, 1)), ((0, 1), (1, 0)), ((2, 1), (0, 3))]


def of_three_units() -> list[Rows]:
    """The rival response: what three units that both inputs drive make of the same lags."""
    import sympy as sp

    from symbolic.realization import impulse_response

    network = one_block(four_independent_rows(), [sp.Rational(i + 1, 4) for i in range(3)])
    return [tuple(map(tuple, matrix.tolist())) for matrix in impulse_response(network, 3)]


def a_block_for_each_input(L: Sequence[Rows], lam: Sequence[Any]) -> Realization:
    """The rival that never counts the outputs: T n_x units also where n_y < n_x."""
    from symbolic.realization import realise_by_input

    return realise_by_input(L, lam)


# --- a bias ---------------------------------------------------------------------------------------------------------


def always(t: int) -> int:  # noqa: ARG001 — a constant
    return 1


def at_the_start(t: int) -> int:
    return int(t == 0)


def prove_bias(constant: Callable[[int], int] = always) -> Iterator[Statement]:
    """h_t = M h_{t−1} + F x_t + b is an RNN with inputs (x_t, 1) and input weights (F, b), and it can be realised.

    A rival feeds the additional input at the start only.
    """
    import sympy as sp

    from symbolic import realization as r
    from symbolic import rnn
    from verify.proofs import Identity, MatrixIdentity

    b, x = sp.Symbol("b", commutative=False), rnn.inputs(5)
    shapes = {**rnn.SHAPES, "b": ("n", "1"), **{symbol.name: ("1", "1") for symbol in x}}
    extended = sp.Matrix([[rnn.F, b]])
    responses = [rnn.ROOT ** (j + 1) * rnn.C * rnn.W**j * extended for j in range(5)]
    h: sp.Expr = sp.Integer(0)
    for t, x_t in enumerate(x):
        h = sp.expand(rnn.ROOT * rnn.W * h + rnn.F * x_t + b)
        fed = [(responses[j] * sp.Matrix([x[t - j], constant(t - j)]))[0, 0] for j in range(t + 1)]
        residual = rnn.ROOT * rnn.C * h - sp.Add(*fed)
        yield MatrixIdentity(f"T={t + 1}", residual, shapes, {rnn.ROOT: sp.Rational(1, 2)})
    entering = (extended * sp.Matrix([x[0], 1]))[0, 0] - rnn.F * x[0] - b
    yield MatrixIdentity("every T: what enters the state is F x_t + b", entering, shapes)
    T, n_y = 2, 2
    L, lam = r.response(T, 1, n_y), r.nodes(T)
    offsets = [[sp.Symbol(f"d_{t}{a}", real=True) for a in range(n_y)] for t in range(T)]
    inputs = [sp.Symbol(f"x_{t}", real=True) for t in range(T)]
    found = r.impulse_response(r.realise(r.with_offsets(L, offsets), lam), T)
    for t in range(T):
        given = [found[j] * sp.Matrix([inputs[t - j], 1]) for j in range(t + 1)]
        wanted = [sp.Matrix(L[j]) * inputs[t - j] for j in range(t + 1)]
        zero = sum(given, sp.zeros(n_y, 1)) - sum(wanted, sp.Matrix(offsets[t]))
        yield Identity(f"realised with any offsets, t={t}", sum_of_entries(zero))


def compare_bias(
    setting: Setting, rng: Generator, *, constant: Callable[[int], int] = always, off: float = 0.0
) -> Iterator[Comparison]:
    """A loop with a bias against the RNN with the extended input, on the same weights; a rival's bias is `off`."""
    import numpy as np

    from numeric import rounding
    from numeric.dense import run_rnn

    n, n_x, n_y, T = (setting[name] for name in ("n", "n_x", "n_y", "T"))
    W, F, C = 0.8 * rng.standard_normal((n, n)), rng.standard_normal((n, n_x)), rng.standard_normal((n_y, n))
    b, x = rng.standard_normal(n), rng.standard_normal((T, n_x))
    b += np.copysign(0.5, b)  # a share of a bias next to 0 would be less than the rounding of F x
    h, looped = np.zeros(n), []
    for x_t in x:
        h = W @ h / math.sqrt(n) + F @ x_t + b
        looped.append(C @ h / math.sqrt(n))
    inputs = np.column_stack([x, [constant(t) for t in range(T)]])
    weights = W, np.column_stack([F, b]), C
    moved = W, np.column_stack([F, (1.0 + off) * b]), C
    difference = np.linalg.norm(np.array(looped) - run_rnn(*moved, inputs), axis=1)
    # both are recursions of the same length on the same numbers, each within the bound of the true output
    bound = 2.0 * rounding.recursion_error(*weights, np.column_stack([x, np.ones(T)]))
    worst = int(np.argmax(rounding.share(difference, bound)))
    yield Comparison(label="outputs", difference=difference[worst], bound=bound[worst], at={"T": T})


# --- exact and rounded numbers --------------------------------------------------------------------------------------


def random_fractions(rng: Generator, size: int) -> list[Fraction]:
    return [
        Fraction(int(p), int(q)) for p, q in zip(rng.integers(-40, 41, size), rng.integers(1, 13, size), strict=True)
    ]


def random_response(setting: Setting, rng: Generator) -> list[Rows]:
    n_x, n_y = setting["n_x"], setting["n_y"]
    return [tuple(tuple(random_fractions(rng, n_x)) for _ in range(n_y)) for _ in range(setting["T"])]


def rounded_once(L: Sequence[Rows], lam: Sequence[Any]) -> Realization:
    """The rival with the read-out in double precision."""
    from dataclasses import replace

    network = stacked(L, lam)
    return replace(network, readout=tuple(tuple(Fraction(float(k)) for k in row) for row in network.readout))


def compare_exactly(setting: Setting, rng: Generator, *, build: Build = stacked) -> Iterator[Comparison]:
    """The RNN, run in fractions on random inputs, against the convolution: not a digit may differ."""
    from numeric.realization import convolve_exactly, run_exactly

    L, T = random_response(setting, rng), setting["T"]
    choices = [Fraction(p, 61) for p in range(-60, 61) if p]
    lam = [choices[index] for index in rng.choice(len(choices), size=T, replace=False)]
    network = build(L, lam)
    x = [random_fractions(rng, setting["n_x"]) for _ in range(T)]
    ran = run_exactly(network.eigenvalues, network.F, network.readout, x)
    convolved = convolve_exactly(L, x)
    worst = max(
        abs(y - z) for left, right in zip(ran, convolved, strict=True) for y, z in zip(left, right, strict=True)
    )
    yield Comparison(label="outputs", difference=float(worst), bound=0.0, at={"T": T, "n": network.n})


def equispaced(T: int, low: float) -> list[Fraction]:
    """T distinct nodes in (low, 1), each within 1/1024 of the middle of one of T equal parts; never 0."""
    middles = (low + (1.0 - low) * (i + 0.5) / T for i in range(T))
    return [Fraction(2 * math.floor(NODE_GRID * middle) + 1, 2 * NODE_GRID) for middle in middles]


def condition_number(lam: Sequence[Fraction]) -> float:
    """κ = ‖V^T‖∞ ‖(V^T)⁻¹‖∞, exactly but for the last rounding."""
    from symbolic.realization import inverse

    size = max(sum(abs(node) ** j for node in lam) for j in range(len(lam)))
    return float(size * max(sum(abs(entry) for entry in row) for row in inverse(lam)))


def relative_error(found: Sequence[Fraction], exact: Sequence[Fraction]) -> float:
    """max_i |found_i − exact_i| / max_i |exact_i|."""
    return float(max(abs(f - e) for f, e in zip(found, exact, strict=True)) / max(abs(e) for e in exact))


def dyadic_response(T: int, rng: Generator) -> list[Fraction]:
    """Numbers of at most 8 bits, so that both routes start from the same L."""
    return [Fraction(int(value), 16) for value in rng.integers(-64, 65, T)]


def compare_digits(
    setting: Setting, rng: Generator, *, digits: int | None = None, off: Fraction = Fraction(0)
) -> Iterator[Comparison]:
    """Elimination at many digits against the exact read-out: 25 digits agree if the digits follow from κ.

    Rivals take a fixed number of `digits` whatever the condition number, or a read-out that is `off`.
    """
    import mpmath

    from numeric.realization import elimination_error, solve_with_digits
    from symbolic.realization import readout

    T, lam = setting["T"], equispaced(setting["T"], setting["low"])
    L = dyadic_response(T, rng)
    condition = condition_number(lam)
    needed = DIGITS + math.ceil(math.log10(condition * elimination_error(T, bits=0))) + 1
    # ‖k̂ − k‖ ≤ e ‖k̂‖ gives at most e/(1 − e) ‖k‖, and e is far below 1
    bound = 1.01 * condition * elimination_error(T, mpmath.libmp.dps_to_prec(needed))
    solved = solve_with_digits(lam, L, digits or needed)
    exact = [(1 + off) * k for k in readout(L, lam)]
    difference = relative_error(solved, exact)
    yield Comparison(label="read-out", difference=difference, bound=bound, at={"T": T, "digits": digits or needed})


def compare_double(
    setting: Setting, rng: Generator, *, transposed: bool = True, conditioned: bool = True, off: float = 0.0
) -> Iterator[Comparison]:
    """Double precision against the exact read-out, as a share of its largest entry; the bound grows like κ.

    Rivals solve with V in the place of V^T, take a small backward error for a small error (|A⁻¹||ΔA| = γ_4T I), or are
    `off` by a factor.
    """
    import numpy as np

    from numeric import rounding
    from numeric.realization import solve_readout
    from symbolic.realization import inverse, readout

    T, lam = setting["T"], equispaced(setting["T"], setting["low"])
    L = dyadic_response(T, rng)
    exact = readout(L, lam)
    found, backward = solve_readout(np.array(lam, dtype=float), np.array(L, dtype=float), transposed=transposed)
    carried = (
        np.abs(np.array(inverse(lam), dtype=float)) @ backward if conditioned else rounding.gamma(4 * T) * np.eye(T)
    )
    bound = rounding.SLACK * np.max(carried @ np.abs(found)) / float(max(abs(k) for k in exact))
    difference = relative_error([Fraction(float(k)) for k in (1.0 + off) * found], exact)
    at = {"T": T, "low": setting["low"], "condition number": condition_number(lam)}
    yield Comparison(label="read-out", difference=difference, bound=float(bound), at=at)


def compare_dense(setting: Setting, rng: Generator, *, units: str = "all", off: float = 0.0) -> Iterator[Comparison]:
    """The impulse response of the RNN with rounded weights, W in memory, against L, within the rounding bound.

    Rivals normalise by the units of a block, or have nodes that are `off`.
    """
    import numpy as np

    from numeric import realization, rounding
    from numeric.dense import impulse_response
    from symbolic.realization import readout

    T, n_x, n_y = setting["T"], setting["n_x"], setting["n_y"]
    lam = equispaced(T, setting["low"])
    L = [[dyadic_response(T, rng) for _ in range(n_x)] for _ in range(n_y)]
    exact = np.array([[readout(L[a][b], lam) for b in range(n_x)] for a in range(n_y)], dtype=float)
    root = math.sqrt(T) if units == "of a block" else None
    W, F, C = realization.stacked_weights(np.array(lam, dtype=float), exact, root=root)
    difference = np.abs(impulse_response((1.0 + off) * W, F, C, T) - np.array(L, dtype=float).transpose(2, 0, 1))
    share = rounding.share(difference, realization.stacked_error(W, F, C, T))
    yield Comparison(label="impulse response", difference=float(share.max()), bound=1.0, at={"T": T, "n": len(W)})


# --- derivation and findings ----------------------------------------------------------------------------------------


def derive() -> Sequence[Step]:
    """The system, its determinant, its solution for two and three lags, and the stacked read-out."""
    import sympy as sp

    from symbolic import realization as r
    from symbolic.printing import equation

    steps = []
    for T in (2, 3):
        lam, L = r.nodes(T), sp.Matrix([matrix[0][0] for matrix in r.response(T)])
        V = r.vandermonde(lam)
        solved = V.T.LUsolve(L).applyfunc(sp.factor)
        steps += [
            Step(
                f"T = {T}: Σ_i k_i λ_i^j = L_j with k = C/√n is V^T k = L, and",
                *equation(r"\det V", sp.factor(V.det())),
            ),
            Step("is not 0 where the λ_i are distinct; SymPy solves the system:", *equation("k_0", solved[0])),
            *(Step("and", *equation(f"k_{i}", solved[i])) for i in range(1, T)),
        ]
    a, b, k = sp.symbols("a b k")
    return [
        *steps,
        Step(
            "From T to T + 1 lags: if k realises L_(j+1) - b L_j, an old unit of node a gets the weight",
            *equation("k'", updated_weight(k, a, b)),
        ),
        Step(
            "and the new unit of node b gets what L_0 lacks. Several inputs and outputs: one such block per pair, "
            "n = T n_x n_y, C = √n k.",
            r"M = \operatorname{diag}(\lambda), \quad F = 1, \quad n^{-(j+1)/2} C W^j F = \sum_i k_i \lambda_i^j = L_j",
            "M = diag(λ), F = 1, n^(-(j+1)/2) C W^j F = Σ_i k_i λ_i^j = L_j",
        ),
    ]


LONGEST_PROVED, LONGEST_TRIED = 30, 40  # lags of the exact systems, and of the search for lost digits
LOST = 0.5  # a relative error from which on not even the leading digit is right


def findings() -> Sequence[Finding]:
    return [_finding_double_precision(), _finding_number(), _finding_zero()]


def _finding_double_precision() -> Finding:
    """Where double precision has no digit left, for three choices of eigenvalues, and what has no such trouble."""
    text = (
        "The construction is exact, but a real Vandermonde matrix is ill-conditioned: its condition number κ grows "
        "exponentially in T. In double precision two things lose all digits, that is, have an error of at least half "
        "of the largest exact value: the read-out that numpy.linalg.solve returns, and the response of an RNN with the "
        "exact read-out rounded once. These checks therefore solve in fractions. A delay line in the place of diag(λ), "
        "with C = √n (L_0, …, L_(T−1)), has no such loss."
    )
    delay = f"delay line: relative error of the response {_delay_line_error(LONGEST_TRIED):.0e} at T = {LONGEST_TRIED}"
    return Finding(text=text, counterexample="; ".join([*map(_loss, FAMILIES), delay]) + ".")


def chebyshev(T: int) -> list[Fraction]:
    """cos((2i + 1)π/2T), each moved to an odd multiple of 1/2048."""
    points = (math.cos((2 * i + 1) * math.pi / (2 * T)) for i in range(T))
    return [Fraction(2 * math.floor(NODE_GRID * point) + 1, 2 * NODE_GRID) for point in points]


FAMILIES: dict[str, Callable[[int], list[Fraction]]] = {
    "λ evenly spaced in (0, 1)": partial(equispaced, low=0.0),
    "λ evenly spaced in (−1, 1)": partial(equispaced, low=-1.0),
    "λ at Chebyshev's points": chebyshev,
}


def _loss(family: str) -> str:
    """From which T on, up to 40, the solved read-out and the rounded RNN have no digit left."""
    condition = condition_number(FAMILIES[family](LONGEST_PROVED))
    solved, rounded = (_digits_until(family, which) for which in (0, 1))
    return f"{family}: κ = {condition:.0e} at T = {LONGEST_PROVED}, the read-out {solved}, the rounded RNN {rounded}"


def _digits_until(family: str, which: int) -> str:
    kept = next((T for T in range(LONGEST_TRIED, 1, -1) if _errors(family, T)[which] < LOST), 1)
    if kept == LONGEST_TRIED:
        return f"keeps digits up to T = {kept} (error {_errors(family, kept)[which]:.0e})"
    return f"has none from T = {kept + 1} on"


@lru_cache(maxsize=4 * LONGEST_TRIED)
def _errors(family: str, T: int) -> tuple[float, float]:
    """Relative errors of numpy.linalg.solve, and of the exact read-out rounded once, its response summed exactly."""
    import numpy as np

    from numeric.streams import stream
    from symbolic.realization import readout

    lam, L = FAMILIES[family](T), dyadic_response(T, stream("a response to realise", T))
    exact = readout(L, lam)
    V = np.vander(np.array(lam, dtype=float), increasing=True)
    solved = [Fraction(float(k)) for k in np.linalg.solve(V.T, np.array(L, dtype=float))]
    rounded = [Fraction(float(k)) for k in exact]
    response = [sum((k * node**j for k, node in zip(rounded, lam, strict=True)), Fraction(0)) for j in range(T)]
    return relative_error(solved, exact), relative_error(response, L)


def _delay_line_error(T: int) -> float:
    """The response of W = √n S, S e_i = e_{i+1}, F = e_0, C = √n (L_0, …, L_{T−1}) in double precision."""
    import numpy as np

    from numeric.dense import impulse_response
    from numeric.streams import stream

    L = np.array(dyadic_response(T, stream("a response to realise", T)), dtype=float)
    W, F, C = math.sqrt(T) * np.eye(T, k=-1), np.eye(T)[:, :1], math.sqrt(T) * L[None, :]
    return float(np.abs(impulse_response(W, F, C, T)[:, 0, 0] - L).max() / np.abs(L).max())


def _finding_number() -> Finding:
    import sympy as sp

    from symbolic import realization as r

    L = four_independent_rows()
    T, n_y, n_x = len(L), len(L[0]), len(L[0][0])
    lam = [sp.Rational(i + 1, 4) for i in range(T)]
    network = r.realise_by_input(L, lam)
    same = all(found == sp.Matrix(given) for found, given in zip(r.impulse_response(network, T), L, strict=True))
    hankel = r.block_hankel(L, 2, 2)
    text = (
        "T n_x n_y hidden units are sufficient, not necessary: T min(n_x, n_y) are enough, by one block for each input "
        "(or each output) that all outputs read. T are not enough in general: n units give the matrix of blocks "
        "L_(i+k) a rank of at most n."
    )
    example = (
        f"L_0, L_1, L_2 = {', '.join(str(list(map(list, matrix))) for matrix in L)}: {network.n} units in the place of "
        f"{T * n_x * n_y} realise it {'exactly' if same else 'NOT'}; its matrix of blocks [[L_0, L_1], [L_1, L_2]] has "
        f"rank {hankel.rank()} > T = {T}."
    )
    return Finding(text=text, counterexample=example)


def _finding_zero() -> Finding:
    import sympy as sp

    from symbolic.realization import readout

    lam, L = [sp.Integer(0), sp.Integer(1)], [sp.Integer(2), sp.Integer(5)]
    weights = readout(L, lam)
    found = [response_at(j, weights, lam) for j in range(2)]
    text = (
        "In the form restored here the eigenvalues are distinct and non-zero. Distinct is needed, non-zero is not: one "
        "λ_i may be 0 (its unit answers at lag 0 only), since the system needs only det V ≠ 0."
    )
    example = f"λ = {lam}, L = {L}: k = {weights} gives the response {found}."
    return Finding(text=text, counterexample=example)


EXACT = tuple(
    Setting(T=T, n_x=n_x, n_y=n_y)
    for T, n_x, n_y in ((1, 1, 1), (2, 3, 2), (7, 2, 2), (15, 1, 3), (30, 1, 1), (30, 2, 2))
)
# as far as the bound on the relative error stays below 1; above it no solution at all could fail
CONDITIONED = tuple(
    Setting(T=T, low=low) for low, sizes in ((0, (4, 8, 12, 16, 18)), (-1, (4, 8, 12, 16, 20, 25))) for T in sizes
)
DEEP = tuple(Setting(T=T, low=low) for T, low in ((5, 0), (12, -1), (20, 0), (30, -1), (30, 0)))
DENSE = tuple(
    Setting(T=T, n_x=n_x, n_y=n_y, low=low)
    for T, n_x, n_y, low in ((1, 1, 1, 0), (4, 2, 2, 0), (8, 1, 3, -1), (12, 3, 1, -1), (20, 1, 1, 0), (30, 1, 1, -1))
)
BIASED = tuple(
    Setting(n=n, n_x=n_x, n_y=n_y, T=T) for n, n_x, n_y, T in ((1, 1, 1, 20), (6, 2, 3, 60), (40, 3, 1, 200))
)

CLAIM = Claim(
    id="prop_2_1b_realisation",
    title="Every finite impulse response is that of a linear RNN",
    statement=r"\text{for all } L_0, \dots, L_{T-1} \in \mathbb{R}^{n_y \times n_x}: \quad "
    r"L_j = n^{-(j+1)/2}\, C\, W^j F, \qquad n = T n_x n_y",
    plain="for all L_0, …, L_(T−1) (n_y × n_x) there are W, F, C with n = T n_x n_y hidden units and "
    "L_j = n^(−(j+1)/2) C W^j F for j < T",
    summary="Any T lags of any size are the impulse response of a linear RNN with T n_x n_y hidden units: for each "
    "input-output pair one block with M = diag(λ), T distinct λ_i and F = 1, whose read-out solves a Vandermonde "
    "system. The system is solved exactly, since its condition number grows exponentially in T. A bias is an "
    "additional constant input: T (n_x + 1) n_y units realise any response with any offsets.",
    source=Source("E", "Proposition 2.1(b), proof (33)–(35)"),
    assumptions=("the state starts at 0", "only the first T lags are prescribed"),
    uses=("prop_2_1a_same_map",),
    checks=(
        Proof(
            name="block",
            title="one input and output: V^T k = L solved for symbolic λ and L, T ≤ 4, and det V",
            prove=prove_block,
            microseconds=5e5,
        ),
        Proof(
            name="induction",
            title="from T to T + 1 lags, for every T, symbolic λ and lag",
            prove=prove_induction,
            microseconds=1e4,
        ),
        Proof(
            name="stacked",
            title="several inputs and outputs: n^(−(j+1)/2) C W^j F = L_j as matrices, n = T n_x n_y",
            prove=prove_stacked,
            microseconds=1.5e5,
        ),
        Proof(
            name="number of units",
            title="T min(n_x, n_y) units are enough, T are not",
            prove=prove_number,
            microseconds=8e4,
        ),
        Proof(
            name="bias",
            title="a bias is an additional constant input, and any offsets can be realised",
            prove=prove_bias,
            microseconds=8e4,
        ),
        Agreement(
            name="exact systems",
            title="random rational responses, T up to 30, run in fractions on random inputs: equal to the last digit",
            settings=EXACT,
            compare=compare_exactly,
            microseconds=2e4,
        ),
        Agreement(
            name="many digits",
            title="elimination with as many digits as the condition number asks for, to 25 digits",
            settings=DEEP,
            compare=compare_digits,
            microseconds=2e4,
        ),
        Agreement(
            name="double precision",
            title="LU in double precision is within the bound from its backward error, wherever that is below 1",
            settings=CONDITIONED,
            compare=compare_double,
            microseconds=7e3,
        ),
        Agreement(
            name="dense RNN",
            title="the stacked RNN with rounded weights has the response L, to rounding",
            settings=DENSE,
            compare=compare_dense,
            microseconds=4e3,
        ),
        Agreement(
            name="bias, in numbers",
            title="a loop with a bias and the RNN with inputs (x, 1) give the same output",
            settings=BIASED,
            compare=compare_bias,
            microseconds=2e3,
        ),
    ),
    controls=(
        Control(
            name="V in the place of V^T",
            why="Σ_j λ_i^j k_j = L_i fits a polynomial through the L_i; it does not weight the units",
            check="block",
            replace={"prove": partial(prove_block, untransposed)},
            line="T=2: solved, lag 1",
        ),
        Control(
            name="old weights kept",
            why="a new unit changes what the old ones must contribute",
            check="induction",
            replace={"prove": partial(prove_induction, kept_weight)},
            line="an old unit adds k'_i a_i^j to R_(j+1) − b R_j",
        ),
        Control(
            name="new unit with all of L_0",
            why="the old units answer at lag 0 too",
            check="induction",
            replace={"prove": partial(prove_induction, weight=all_of_it)},
            line="R_0 = L_0",
        ),
        Control(
            name="new unit at another node",
            why="only the node b drops out of R_(j+1) − b R_j",
            check="induction",
            replace={"prove": partial(prove_induction, place=lambda b: 2 * b)},
            line="the new unit adds nothing",
        ),
        Control(
            name="one block for all pairs",
            why="units that every input drives alike cannot tell the inputs apart",
            check="stacked",
            replace={"prove": partial(prove_stacked, one_block)},
            line="T=2, n_x=2, n_y=2: lag 0",
        ),
        Control(
            name="√T in the place of √n",
            why="the read-out is normalised by the width of the whole RNN, not of a block",
            check="stacked",
            replace={"prove": partial(prove_stacked, root=2)},
            line="T=2, n_x=2, n_y=2: lag 0",
        ),
        Control(
            name="T units for two inputs and outputs",
            why="three units give the matrix of blocks a rank of at most three",
            check="number of units",
            replace={"prove": partial(prove_number, of_three_units)},
            line="a minor of order four: its square is at least 1",
        ),
        Control(
            name="T units that every input drives",
            why="one block of T units cannot tell two inputs apart",
            check="number of units",
            replace={"prove": partial(prove_number, build=one_block)},
            line="a block per input, T=2, n_x=2, n_y=2: lag 0",
        ),
        Control(
            name="a block per input always",
            why="with fewer outputs than inputs a block per output needs fewer units",
            check="number of units",
            replace={"prove": partial(prove_number, build=a_block_for_each_input)},
            line="a block per output, T=2, n_x=3, n_y=1: T min(n_x, n_y) units",
        ),
        Control(
            name="constant input at the start only",
            why="a bias acts at every step",
            check="bias",
            replace={"prove": partial(prove_bias, at_the_start)},
            line="T=2",
        ),
        Control(
            name="one λ twice",
            why="two units with one λ act as one, and the last lag is missed",
            check="exact systems",
            replace={"compare": partial(compare_exactly, build=one_eigenvalue_twice)},
            setting=EXACT[2],
            line="outputs",
        ),
        Control(
            name="one block for all pairs, run",
            why="the same rival on random systems",
            check="exact systems",
            replace={"compare": partial(compare_exactly, build=one_block)},
            setting=EXACT[1],
            line="outputs",
        ),
        Control(
            name="forty digits whatever κ",
            why="at T = 30 the condition number takes 26 digits away",
            check="many digits",
            replace={"compare": partial(compare_digits, digits=40)},
            setting=DEEP[4],
            line="read-out",
        ),
        Control(
            name="V in the place of V^T, solved",
            why="the same rival in double precision",
            check="double precision",
            replace={"compare": partial(compare_double, transposed=False)},
            setting=CONDITIONED[1],
            line="read-out",
        ),
        Control(
            name="stable, hence accurate",
            why="a small backward error is a small error only if the condition number is small",
            check="double precision",
            replace={"compare": partial(compare_double, conditioned=False)},
            setting=CONDITIONED[4],
            line="read-out",
        ),
        Control(
            name="√T in the place of √n, run",
            why="the response comes out half as large at n = 4 T",
            check="dense RNN",
            replace={"compare": partial(compare_dense, units="of a block")},
            setting=DENSE[1],
            line="impulse response",
        ),
        Control(
            name="constant input at the start only, run",
            why="the offset dies out with the powers of M",
            check="bias, in numbers",
            replace={"compare": partial(compare_bias, constant=at_the_start)},
            setting=BIASED[1],
            line="outputs",
        ),
        Control(
            name="read-out in double precision",
            why="a read-out rounded once is not exact",
            check="exact systems",
            replace={"compare": partial(compare_exactly, build=rounded_once)},
            setting=EXACT[2],
            line="outputs",
        ),
        Control(
            name="off by 10⁻²⁶",
            why="a read-out that is wrong in the 26th digit",
            check="many digits",
            replace={"compare": partial(compare_digits, off=Fraction(1, 10**26))},
            setting=DEEP[1],
            line="read-out",
        ),
        Control(
            name="off by 10⁻¹², solved",
            why="a read-out that is wrong in the twelfth digit, where the bound allows the thirteenth",
            check="double precision",
            replace={"compare": partial(compare_double, off=1e-12)},
            setting=CONDITIONED[5],
            line="read-out",
        ),
        Control(
            name="nodes off by 10⁻¹¹",
            why="every λ_i a little too large",
            check="dense RNN",
            replace={"compare": partial(compare_dense, off=1e-11)},
            setting=DENSE[1],
            line="impulse response",
        ),
        Control(
            name="bias off by 10⁻¹²",
            why="a bias that is wrong in the twelfth digit",
            check="bias, in numbers",
            replace={"compare": partial(compare_bias, off=1e-12)},
            setting=BIASED[0],
            line="outputs",
        ),
    ),
    derivation=derive,
    findings=findings,
    figures=(
        Figure(
            title="Error of the read-out in double precision, and the bound from the condition number",
            check="double precision",
            x="T",
            x_label="lags T",
            y_label="relative error",
            series="low",
            log_y=True,
        ),
    ),
    not_shown=(
        "at about T = 20 for λ in (0, 1), and T = 30 in (−1, 1), the bound on the relative error of double precision "
        "exceeds 1, so nothing is compared from there on; "
        "the agreements in fractions and at many digits speak up to T = 30",
        "that double precision is as wrong as the condition number allows: errors are 10⁻² to 10⁻⁴ of their bound",
    ),
)
