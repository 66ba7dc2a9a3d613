"""[E] Appendix A, (32): W_2 between zero-mean Gaussians, its bound by covariances, and the rate of the wide limit."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

from verify.checks import Agreement, Comparison, Proof, Proportion, ProportionLine, Rate
from verify.claims._samplers import dense, width_free
from verify.claims._steps import derived
from verify.claims._variances import row_variances
from verify.model import Claim, Control, Curve, Figure, Finding, Setting, Source, Step

if TYPE_CHECKING:
    import mpmath
    import numpy as np
    import sympy as sp
    from flint import arb
    from numpy.random import Generator
    from numpy.typing import NDArray

    from numeric.grams import Grams
    from verify.claims._samplers import Sampler
    from verify.proofs import Statement

    Array = NDArray[np.floating[Any]]
    Cross = Callable[[sp.Matrix, sp.Matrix], sp.Expr]
    Distance = Callable[[Array, Array], Array]

LONGEST_PROVED = 7  # lags 0 … 6
LOWER = "1/5"  # P(√n W_2 < √ν_F/5) ≤ ¼ is proved for n ≥ 5
FEWEST = 5
SMALL = 1e-11  # chosen: rivals are off by it, or by ten times as much where rounding explains nearly as much


# --- (32) -----------------------------------------------------------------------------------------------------------


def cross_term(t: sp.Matrix, b: sp.Matrix) -> sp.Expr:
    """tr (Σ_1^{1/2} Σ_2 Σ_1^{1/2})^{1/2} = tr B T B for Σ_2 = B², Σ_1 = T Σ_2 T: one spectrum, see `similarity`."""
    return (b * t * b).trace()


def without_root(t: sp.Matrix, b: sp.Matrix) -> sp.Expr:
    """The rival tr Σ_1^{1/2} Σ_2 Σ_1^{1/2}."""
    return (b * t * b * b * t * b).trace()


def trace_of_roots(t: sp.Matrix, b: sp.Matrix) -> sp.Expr:
    """The rival tr Σ_1^{1/2} Σ_2^{1/2}, right where the two commute; for 2 × 2, √S = (S + √det S)/√(tr S + 2√det S)."""
    import sympy as sp

    covariance, root = t * b * b * t, t.det() * b.det()
    square_root = (covariance + root * sp.eye(2)) / sp.sqrt(covariance.trace() + 2 * root)
    return sp.expand((square_root * b).trace())


def prove_formula(cross: Cross = cross_term) -> Iterator[Statement]:
    """The map x = T y has the cost (32), and by duality no coupling at all has a smaller one.

    Duality: xᵀy ≤ ½ xᵀ T⁻¹ x + ½ yᵀ T y, whose expectation over any coupling is tr T Σ_2, with equality for x = T y.
    """
    import sympy as sp

    from symbolic import gaussian_transport as g
    from verify.proofs import Identity, MatrixIdentity

    def gap(t: sp.Matrix, b: sp.Matrix) -> sp.Expr:
        return g.map_cost(t, b) - sp.expand((t * b * b * t).trace() + (b * b).trace() - 2 * cross(t, b))

    yield MatrixIdentity("x = T y has the covariance Σ_1; the root in (32) is B T B", g.restored_root(), g.SHAPES)
    yield MatrixIdentity("B Σ_1 Σ_2 = (B T B)² B", g.similarity(), g.SHAPES)
    yield MatrixIdentity("duality: the gap is the square of x − T y", g.duality_gap(), g.SHAPES)
    t, b = sp.Matrix([[1, -1], [-1, 2]]), sp.Matrix([[2, 2], [2, 3]])  # positive definite, T B² T has a rational root
    yield Identity(f"cost of the map at T = {t.tolist()}, B = {b.tolist()}", gap(t, b))
    for d in (2, 3):
        yield Identity(f"cost of the map, d = {d}", gap(g.symmetric("t", d), g.symmetric("b", d)))


# --- W_2 against ‖Σ_1 − Σ_2‖_F --------------------------------------------------------------------------------------

APART = {"g": ("3/2", "2"), "c": ("1/8", "1/4"), "h": ("3/4", "1"), "d": ("1/4", "1/2")}
FLAT = {"g": ("3/2", "2"), "c": ("1/8", "1/8"), "h": ("3/4", "1"), "d": ("1/4", "1/4")}
NARROW = {"g": ("1", "1"), "c": ("0", "1/64"), "h": ("1/16", "3/32"), "d": ("1/64", "1/32")}


def prove_bound(largest: bool = False, *, floor: int = 1) -> Iterator[Statement]:
    """‖Σ_1 − Σ_2‖_F/(√λ_max(Σ_1) + √λ_max(Σ_2)) ≤ W_2 ≤ ‖Σ_1 − Σ_2‖_F/√λ_min(Σ_2).

    Upper: x = A z, y = B z, with A, B the square roots, is a coupling, so W_2 ≤ ‖X‖_F for X = A − B, and aligning
    them only lowers it. As Σ_1 − Σ_2 = X A + B X, √λ_min(Σ_2) ‖X‖_F² ≤ ⟨X, X A + B X⟩ ≤ ‖X‖_F ‖Σ_1 − Σ_2‖_F.
    Lower: Σ_1 − Σ_2 = (T − 1) Σ_2 T + Σ_2 (T − 1), ‖(T − 1) Σ_2^{1/2}‖_F = W_2 and ‖Σ_2^{1/2} T‖² = λ_max(Σ_1).
    The algebra holds for matrices of any size; the two sides are enclosed once more for 2 × 2.
    Rivals have λ_max in the place of λ_min (`largest`), or twice λ_min for the `floor` of one term of the equation.
    """
    import sympy as sp

    from symbolic import gaussian_transport as g
    from verify.proofs import Identity, MatrixIdentity, PositiveOnBox

    for name, box in (("apart", APART), ("one narrow direction", NARROW)):
        yield PositiveOnBox(f"W_2² λ < ‖Σ_1 − Σ_2‖_F², {name}", partial(_upper_gap, largest), box)
    yield PositiveOnBox("‖Σ_1 − Σ_2‖_F² < W_2² (√λ_max + √λ_max)²", _lower_gap, FLAT)
    yield MatrixIdentity("A² − B² = X A + B X", g.sylvester(), g.SHAPES)
    yield MatrixIdentity("Σ_1 − Σ_2 = (T − 1) Σ_2 T + Σ_2 (T − 1)", g.sandwich(), g.SHAPES)
    values = {g.LEAST: sp.Integer(1)}
    yield MatrixIdentity("tr X X A is a sum of squares", g.weighted_square(), g.SHAPES, values)
    yield MatrixIdentity("tr X B X ≥ λ_min(B) ‖X‖_F²", g.spectral_floor(floor), g.SHAPES, values)
    yield MatrixIdentity("‖P Q‖_F ≤ ‖P‖_F ‖Q‖", g.submultiplicativity(), g.SHAPES, values)
    yield Identity("⟨X, Y⟩² ≤ ‖X‖² ‖Y‖² in any inner product", g.cauchy_schwarz())


def _square_distance(g: arb, c: arb, h: arb, d: arb) -> arb:
    """(32) for Σ_1 = [[g, c], [c, h]], Σ_2 = diag(1, d): (tr Y)² = tr Y² + 2 det Y for the 2 × 2 root Y."""
    return g + h + 1 + d - 2 * (g + h * d + 2 * (d * (g * h - c * c)).sqrt()).sqrt()


def _change(g: arb, c: arb, h: arb, d: arb) -> arb:
    return (g - 1) ** 2 + 2 * c * c + (h - d) ** 2


def _upper_gap(largest: bool, *, g: arb, c: arb, h: arb, d: arb) -> arb:
    return _change(g, c, h, d) - (1 if largest else d) * _square_distance(g, c, h, d)


def _lower_gap(*, g: arb, c: arb, h: arb, d: arb) -> arb:
    top = (g + h + ((g - h) ** 2 + 4 * c * c).sqrt()) / 2
    return _square_distance(g, c, h, d) * (1 + top.sqrt()) ** 2 - _change(g, c, h, d)


# --- the rate -------------------------------------------------------------------------------------------------------


def tetrahedral(T: int) -> sp.Expr:
    """T (T + 1)(T + 2)/3."""
    import sympy as sp

    return sp.Rational(T * (T + 1) * (T + 2), 3)


def independent_rows(T: int) -> sp.Expr:
    """The rival T (T + 1), true for the sample covariance of n independent Gaussian rows."""
    import sympy as sp

    return sp.Integer(T * (T + 1))


def prove_moments(constant: Callable[[int], sp.Expr] = tetrahedral) -> Iterator[Statement]:
    """E ‖G − D‖_F² is O(1/n) with an exact constant, and n E ‖G − D‖_F² falls with n: hence its rate at every width."""
    import sympy as sp

    from symbolic import gram_distance, scaling
    from verify.proofs import Identity, NonNegative

    x = sp.Symbol("x", positive=True)  # 1/n
    for T in range(1, LONGEST_PROVED + 1):
        unit = _over_x(gram_distance.squared_distance(T), x)
        yield Identity(f"lim n E ‖G − I‖_F², T = {T}", unit.subs(x, 0) - constant(T))
    mean = _over_x(gram_distance.squared_distance(LONGEST_PROVED, scaling.NU_W, scaling.NU_F), x)
    limit = sp.Add(
        *(
            scaling.NU_F**2 * scaling.NU_W ** (j + k) * (1 + int(j == k)) * (min(j, k) + 1)
            for j in range(LONGEST_PROVED)
            for k in range(LONGEST_PROVED)
        )
    )
    yield Identity(f"lim n E ‖G − D‖_F² at any ν, T = {LONGEST_PROVED}", mean.subs(x, 0) - limit)
    yield NonNegative(f"n E ‖G − D‖_F² falls as n grows, T = {LONGEST_PROVED}", sp.diff(mean, x))


def _over_x(expression: sp.Expr, x: sp.Symbol) -> sp.Expr:
    """n·expression as a polynomial in x = 1/n; a pole would stay and make the identities fail."""
    import sympy as sp

    from symbolic.gram_distance import WIDTH

    return sp.expand(sp.expand(expression.subs(WIDTH, 1 / x)) / x)


def prove_below(constant: str = LOWER) -> Iterator[Statement]:
    """P(√n W_2 < √ν_F/5) ≤ ¼ for every n ≥ 5: lag 0 alone, whose Gram is ν_F χ²_n/n, keeps W_2 from falling faster.

    W_2² ≥ Σ_j (√G_jj − √D_jj)², each lag being coupled too; and the density of χ_n is below e^{1/(2n)}/√π.
    """
    import sympy as sp

    from symbolic.gaussian_transport import chi_peak
    from symbolic.gram_distance import WIDTH
    from verify.proofs import Identity, NonNegative, PositiveOnBox

    p, q, s, m = sp.symbols("p q s m", nonnegative=True)
    cost = p**2 + q**2 - 2 * (p * q - s)  # a lag of any coupling has the covariance pq − s, s ≥ 0 (Cauchy–Schwarz)
    yield NonNegative("E (x_j − y_j)² ≥ (√G_jj − √D_jj)²", sp.expand(cost - (p - q) ** 2))
    slope, peak = chi_peak(WIDTH)
    yield Identity("the density of χ_n is largest at √(n − 1)", slope)
    target = (1 - sp.log(sp.pi) + (WIDTH - 1) * (sp.log(WIDTH - 1) - sp.log(WIDTH))) / 2
    yield Identity("log of its peak ≤ ½ − ½ log π + ½ (n − 1) log(1 − 1/n)", peak - target)
    x = sp.Symbol("x", positive=True)
    yield Identity("d/dx (−log(1 − x) − x) = x/(1 − x)", sp.diff(-sp.log(1 - x) - x, x) - x / (1 - x))
    yield NonNegative("so log(1 − 1/n) ≤ −1/n, with n = 1 + m", sp.cancel((x / (1 - x)).subs(x, 1 / (1 + m))))
    box = {"x": ("0", f"1/{FEWEST}")}
    yield PositiveOnBox("2 c e^{x/2}/√π < ¼ for x = 1/n ≤ 1/5", partial(_below_gap, constant), box)


def _below_gap(constant: str, *, x: arb) -> arb:
    from flint import arb, fmpq

    c = arb(fmpq(*map(int, constant.split("/"))))
    return arb(1) / 4 - 2 * c * (x / 2).exp() / arb.pi().sqrt()


def above(n: int, T: int, nu_w: sp.Expr, nu_f: sp.Expr) -> float:
    """2 √(E ‖G − D‖_F²/λ_min(D)): W_2 is above it with probability ≤ ¼ (Markov on W_2²)."""
    from symbolic.evaluate import to_float
    from symbolic.gram_distance import WIDTH, limit_gram, squared_distance

    lowest = min(limit_gram(T, nu_w, nu_f))
    return 2.0 * math.sqrt(to_float(squared_distance(T, nu_w, nu_f).subs(WIDTH, n) / lowest))


def below(n: int, nu_f: sp.Expr) -> float:
    """√ν_F/(5 √n): W_2 is below it with probability ≤ ¼."""
    return math.sqrt(float(nu_f) / n) * float(Fraction(LOWER))


def rate_lines(setting: Setting, *, faster: float = 0.0, slower: float = 0.0) -> list[ProportionLine]:
    """Both sides of W_2 ~ n^{−1/2}; rivals state the rate n^{−1/2 − faster} or n^{−1/2 + slower}, equal at n = 100."""
    n, T = setting["n"], setting["T"]
    nu_w, nu_f = row_variances(setting)
    start = 100  # chosen: where a rival agrees with the claim
    upper = above(n if not faster else start, T, nu_w, nu_f)
    if faster:
        upper *= (start / n) ** (0.5 + faster)
    lower = below(n, nu_f) * (n / start) ** slower
    return [
        ProportionLine(
            label="above",
            null=f"P(W_2 > {upper:.3g}) ≤ 1/4",
            centre=0.0,
            radius=upper,
            one_sided=True,
            at={"n": n, "nu_W": float(nu_w)},
        ),
        ProportionLine(
            label="below",
            null=f"P(W_2 < {lower:.3g}) ≤ 1/4",
            centre=-2.0 * lower,  # the statistic is −W_2, so that falling short is an exceedance
            radius=lower,
            one_sided=True,
            at={"width": n},
        ),
    ]


def with_limit(setting: Setting, grams: Grams) -> tuple[Array, Array]:
    """G [B, T, T] for one input and one output, exactly symmetric, and its limit D [T, T]."""
    import numpy as np

    nu_w, nu_f = map(float, row_variances(setting))
    right = grams.right[..., 0, 0]
    return 0.5 * (right + right.swapaxes(1, 2)), np.diag(nu_f * nu_w ** np.arange(setting["T"]))


def sample_distance(setting: Setting, rngs: Sequence[Generator], *, sampler: Sampler) -> Mapping[str, Array]:
    """W_2(N(0, G), N(0, D)), as it is and with its sign turned."""
    from numeric.wasserstein import gaussian_w2

    distance = gaussian_w2(*with_limit(setting, sampler(setting, rngs)))
    return {"above": distance, "below": -distance}


def errors(setting: Setting, rngs: Sequence[Generator]) -> Mapping[str, Array]:
    """W_2(N(0, G), N(0, D)), width-free: the norm of the 15 coordinates of a symmetric 5 × 5 matrix."""
    return {"W_2": sample_distance(setting, rngs, sampler=width_free)["above"]}


def sample_symmetric(setting: Setting, rngs: Sequence[Generator]) -> Mapping[str, Array]:
    """The rival ensemble W = (V + Vᵀ)/√2, with the same variance off the diagonal, at unit variances."""
    import numpy as np

    from numeric.streams import BLOCK
    from numeric.wasserstein import gaussian_w2

    n, T = setting["n"], setting["T"]
    numbers = np.concatenate([rng.standard_normal((BLOCK, n, n + 1)) for rng in rngs])
    W = (numbers[:, :, :n] + numbers[:, :, :n].swapaxes(1, 2)) / math.sqrt(2.0 * n)
    vectors = [numbers[:, :, n]]
    for _ in range(1, T):
        vectors.append(np.einsum("bik,bk->bi", W, vectors[-1]))
    rows = np.stack(vectors, axis=1)
    gram = rows @ rows.swapaxes(1, 2) / n
    distance = gaussian_w2(0.5 * (gram + gram.swapaxes(1, 2)), np.eye(T))
    return {"above": distance, "below": -distance}


# --- floating point -------------------------------------------------------------------------------------------------


def exact_distance(first: Array, second: Array) -> mpmath.mpf:
    """W_2 by (32) as it stands, with 60 digits, for the very numbers that the floats are."""
    import mpmath

    with mpmath.workdps(60):
        a, b = mpmath.matrix(first.tolist()), mpmath.matrix(second.tolist())
        spectrum, basis = mpmath.eigsy(a)
        root = basis * mpmath.diag([mpmath.sqrt(value) for value in spectrum]) * basis.T
        cross = mpmath.eigsy(root * b * root, eigvals_only=True)
        trace = mpmath.fsum([a[i, i] + b[i, i] for i in range(a.rows)])
        return mpmath.sqrt(trace - 2 * mpmath.fsum([mpmath.sqrt(value) for value in cross]))


def compare_digits(setting: Setting, rng: Generator, *, distance: Distance | None = None) -> Iterator[Comparison]:
    """Relative error of `gaussian_w2` against 60 digits, as G closes in on D; a rival puts another form in."""
    from numeric.wasserstein import gaussian_w2
    from numeric.wasserstein_error import transport_error

    grams, limit = with_limit(setting, width_free(setting, [rng], each=1))
    exact = exact_distance(grams[0], limit)
    difference = abs((distance or gaussian_w2)(grams[0], limit) - exact) / exact
    bound = transport_error(grams[0], limit) / exact
    at = {"n": setting["n"], "nu_W": float(row_variances(setting)[0])}
    yield Comparison(label="W_2", difference=float(difference), bound=float(bound), at=at)


def compare_cancellation(
    setting: Setting, rng: Generator, *, formula: Distance | None = None, off: float = 0.0
) -> Iterator[Comparison]:
    """Relative errors of (32), form 1, and of the aligned form, 2, on the same pairs: they grow like n and like √n.

    Rivals put another formula in, or are `off` by a factor.
    """
    from numeric import wasserstein as w
    from numeric import wasserstein_error as error

    grams, limit = with_limit(setting, width_free(setting, [rng], each=1))
    exact = exact_distance(grams[0], limit)
    found = {
        "(32)": ((formula or w.w2_formula)(grams[0], limit), exact**2, error.formula_error(grams[0], limit)),
        "aligned": (w.w2_aligned(grams[0], limit), exact, error.aligned_error(grams[0], limit)),
    }
    for form, (label, (value, target, allowed)) in enumerate(found.items(), start=1):
        relative, bound = abs((1.0 + off) * float(value) - target) / target, allowed / target
        at = {"n": setting["n"], "form": form, "nu_W": float(row_variances(setting)[0])}
        yield Comparison(label=label, difference=float(relative), bound=float(bound), at=at)


def as_it_stands(first: Array, second: Array) -> Array:
    """The rival computation: the square root of (32); where rounding leaves W_2² below 0 it counts as 0."""
    import numpy as np

    from numeric.wasserstein import w2_formula

    return np.sqrt(np.maximum(w2_formula(first, second), 0.0))


def nearly(first: Array, second: Array) -> Array:
    """The rival that is off in the eleventh digit."""
    import numpy as np

    from numeric.wasserstein import gaussian_w2

    return np.asarray((1.0 + SMALL) * gaussian_w2(first, second))


def floating_trace_of_roots(first: Array, second: Array) -> Array:
    """The rival tr(Σ_1 + Σ_2 − 2 Σ_1^{1/2} Σ_2^{1/2}) = ‖Σ_1^{1/2} − Σ_2^{1/2}‖_F²."""
    import numpy as np

    return np.asarray(_unaligned(first, second) ** 2)


def _unaligned(first: Array, second: Array) -> Array:
    import numpy as np

    roots = []
    for matrix in (first, second):
        spectrum, basis = np.linalg.eigh(matrix)
        roots.append((basis * np.sqrt(spectrum)) @ basis.T)
    return np.asarray(np.linalg.norm(roots[0] - roots[1]))


def draw_pair(setting: Setting, rng: Generator) -> tuple[Array, Array]:
    """m mᵀ + I twice; `apart`, the second is m mᵀ + 4 Σ_1, so that W_2² ≥ (√tr Σ_2 − √tr Σ_1)² ≥ tr Σ_1.

    Two such pairs alone can be so close that a share of their distance is less than rounding.
    """
    import numpy as np

    d = setting["d"]
    numbers = rng.standard_normal((2, d, d))
    first = numbers[0] @ numbers[0].T + np.eye(d)
    second = numbers[1] @ numbers[1].T + (4.0 * first if setting.get("apart") else np.eye(d))
    return 0.5 * (first + first.T), 0.5 * (second + second.T)


def compare_forms(
    setting: Setting, rng: Generator, *, formula: Distance | None = None, off: float = 0.0, largest: bool = False
) -> Iterator[Comparison]:
    """The three forms against 60 digits; alignment against none; both bounds by the covariances; random pairs.

    Rivals put another formula in, are `off` by a factor, or have λ_max of both for λ_min of one (`largest`).
    """
    import numpy as np

    from numeric import wasserstein as w
    from numeric import wasserstein_error as error

    d = setting["d"]
    first, second = draw_pair(setting, rng)
    exact = exact_distance(first, second)
    transport, aligned = error.transport_error(first, second), error.aligned_error(first, second)

    def row(label: str, difference: Any, bound: float) -> Comparison:  # noqa: ANN401 — a float or 60 digits
        return Comparison(label=label, difference=float(difference), bound=bound, at={"d": d})

    up, down = 1.0 + off, 1.0 - off
    squared = up * (formula or w.w2_formula)(first, second)
    yield row("(32)", abs(squared - exact**2), error.formula_error(first, second))
    yield row("transport", abs(up * w.gaussian_w2(first, second) - exact), transport)
    yield row("aligned", abs(up * w.w2_aligned(first, second) - exact), aligned)
    # the unaligned norm is off by the errors of the same square roots, so the bound of the aligned one covers it
    yield row("aligned ≤ unaligned", max(0, exact - down * _unaligned(first, second)), aligned)
    change = float(np.linalg.norm(first - second))
    lowest = float(np.linalg.eigvalsh(second)[0])
    tops = sum(math.sqrt(float(np.linalg.eigvalsh(matrix)[-1])) for matrix in (first, second))
    most = change / (tops if largest else math.sqrt(lowest))
    yield row("W_2 ≤ ‖Σ_1 − Σ_2‖_F/√λ_min", max(0, exact - most), transport)
    yield row("W_2 ≥ ‖Σ_1 − Σ_2‖_F/(√λ_max + √λ_max)", max(0, up * change / tops - exact), transport)


def findings() -> Sequence[Finding]:
    """What (32) is worth in double precision, at a pair whose distance is computed here."""
    import numpy as np

    from numeric.wasserstein import gaussian_w2, w2_aligned, w2_formula

    step = 2.0**-28
    first, second = np.array([[1.0 + step, step], [step, 1.0 - step]]), np.diag([1.0, 0.5])
    second[1, 1] = 1.0 - 2 * step
    exact = float(exact_distance(first, second))
    of_formula, of_aligned = float(w2_formula(first, second)), float(w2_aligned(first, second)) ** 2
    text = (
        "A finding about floating point, not about the paper: (32) takes the difference of traces of size 1 to get a "
        "W_2² of size 1/n, so that in double precision it keeps about 16 − log10(n) digits of W_2², none of them at "
        "distances below 10⁻⁸; aligned square roots lose half as many, and the transport form none."
    )
    example = (
        f"Σ_1 = [[1 + s, s], [s, 1 − s]], Σ_2 = diag(1, 1 − 2s), s = 2⁻²⁸: W_2² = {exact**2:.6e}; (32) in double "
        f"precision gives {of_formula:.6e}, the aligned form {of_aligned:.6e}, "
        f"the transport form {float(gaussian_w2(first, second)) ** 2:.6e}."
    )
    return [Finding(text=text, counterexample=example)]


# --- derivation -----------------------------------------------------------------------------------------------------


def derive() -> Sequence[Step]:
    """The map, duality, the Sylvester equation, the exact mean of ‖G − D‖_F² and the two sides of the rate."""
    import sympy as sp

    from symbolic import gram_distance
    from symbolic.gaussian_transport import chi_peak, map_cost

    one = map_cost(*(sp.Matrix([[sp.Symbol(name)]]) for name in "tb"))
    steps = [
        derived(
            "Write Σ_2 = B², Σ_1 = T Σ_2 T. The map x = T y carries N(0, Σ_2) to N(0, Σ_1) at the cost tr (T − 1) Σ_2 "
            "(T − 1); for one dimension, with t and b for T and B",
            r"\mathbb{E}(x - y)^2",
            "E (x − y)²",
            sp.factor(one),
        ),
        Step(
            "No coupling is cheaper: (x − T y)ᵀ T⁻¹ (x − T y) ≥ 0 bounds E xᵀy by ½ tr T⁻¹ Σ_1 + ½ tr T Σ_2, which is "
            "tr T Σ_2.",
            r"\mathbb{E}\,x^{\top}y \le \operatorname{tr} T\Sigma_2 = \operatorname{tr}\left(\Sigma_1^{1/2}\Sigma_2"
            r"\Sigma_1^{1/2}\right)^{1/2}",
            "E x^T y ≤ tr T Σ_2 = tr (Σ_1^(1/2) Σ_2 Σ_1^(1/2))^(1/2)",
        ),
        Step(
            "The difference X of the square roots A, B solves X A + B X = Σ_1 − Σ_2; its product with X is at least "
            "√λ_min(Σ_2) ‖X‖_F² and at most ‖X‖_F ‖Σ_1 − Σ_2‖_F.",
            r"W_2 \le \|X\|_F \le \|\Sigma_1 - \Sigma_2\|_F / \sqrt{\lambda_{\min}(\Sigma_2)}",
            "W_2 ≤ ‖X‖_F ≤ ‖Σ_1 − Σ_2‖_F/√λ_min(Σ_2)",
        ),
    ]
    for lags in ((0, 0), (0, 1), (1, 1), (1, 2)):
        name = f"{lags[0]}{lags[1]}"
        latex, text = rf"\mathbb{{E}}(G_{{{name}}} - \delta_{{{name}}})^2", f"E (G_{name} − δ_{name})²"
        steps.append(derived("The loop equations give, at ν = 1,", latex, text, gram_distance.deviation(lags)))
    total = gram_distance.squared_distance(2)
    steps.append(derived("hence for two lags", r"\mathbb{E}\|G - I\|_F^2", "E ‖G − I‖_F²", total))
    _, peak = chi_peak(gram_distance.WIDTH)
    text = "From below: with Stirling's bound the logarithm of the density of χ_n is at most"
    steps.append(derived(text, "p(n)", "p(n)", peak))
    text = "which is at most 1/(2n) − ½ log π, and √n W_2 ≥ √ν_F |χ_n − √n| since W_2² ≥ (√G_00 − √ν_F)²."
    bound = r"P\left(\sqrt{n}\,W_2 < c\sqrt{\nu_F}\right) \le \frac{2c}{\sqrt{\pi}}\, e^{1/(2n)}"
    steps.append(Step(text, bound, "P(√n W_2 < c √ν_F) ≤ 2 c e^(1/(2n))/√π"))
    return steps


def rate_curves() -> Sequence[Curve]:
    widths = tuple(10.0**power for power in range(2, 9))
    nu_w, nu_f = row_variances(UNIT[0])
    upper = tuple(above(int(n), UNIT[0]["T"], nu_w, nu_f) for n in widths)
    lower = tuple(below(int(n), nu_f) for n in widths)
    return (
        Curve(label="2 √(E‖G − D‖_F²/λ_min)", x=widths, y=upper),
        Curve(label="1/(5 √n)", x=widths, y=lower),
    )


UNIT = tuple(Setting(n=10**power, T=5, nu_W="1", nu_F="1") for power in range(2, 9))
TESTED = (Setting(T=5, nu_W="1", nu_F="1"), Setting(T=5, nu_W="1/2", nu_F="3/2"))  # at each of the sizes
SIZES = tuple(10**power for power in (2, 4, 6, 8, 9))
GENERIC = tuple(Setting(n=10**power, T=5, nu_W="1/2", nu_F="3/2") for power in (4, 8))
DENSE = (Setting(n=100, T=5, nu_W="1", nu_F="1"), Setting(n=400, T=5, nu_W="1/2", nu_F="3/2"))
DIGITS = tuple(Setting(n=10**power, T=5, nu_W=nu, nu_F="1") for nu in ("1", "1/2") for power in (2, 4, 6, 8, 10, 12))
LOST = (*DIGITS[:6], DIGITS[7])
PAIRS = tuple(Setting(case=case, d=1 + case % 4) for case in range(12))
# where a factor next to 1 shows at every draw
DISTANT = tuple(Setting(apart=1, case=12 + i, d=1 + i) for i in range(4))

CLAIM = Claim(
    id="appendix_a_gaussian_w2",
    title="The Gram's Gaussian law tends to its limit in W_2 at the rate n^(−1/2)",
    statement=r"W_2^2 = \operatorname{tr}\!\left(\Sigma_1 + \Sigma_2 - 2\left(\Sigma_1^{1/2}\Sigma_2\Sigma_1^{1/2}"
    r"\right)^{1/2}\right) \le \frac{\|\Sigma_1 - \Sigma_2\|_F^2}{\lambda_{\min}(\Sigma_2)}, \qquad "
    r"W_2(N(0, G), N(0, D)) \asymp n^{-1/2}\ \text{in probability}",
    plain="W_2² = tr(Σ_1 + Σ_2 − 2 (Σ_1^(1/2) Σ_2 Σ_1^(1/2))^(1/2)) ≤ ‖Σ_1 − Σ_2‖_F²/λ_min(Σ_2); "
    "W_2(N(0, G), N(0, D)) is of the order n^(−1/2) in probability, from both sides",
    summary="Given W and F, a row of (L_0, …, L_{T−1}) is Gaussian with covariance ν_C G, so W_2 to N(0, ν_C D) is the "
    "distance from the limit of Theorem 3.3(a). (32) is proved over all couplings, W_2 is bounded by the covariances "
    "from both sides, E ‖G − D‖_F² is exact in n, and W_2 ≤ 2 √(E ‖G − D‖_F²/λ_min(D)) and √n W_2 ≥ √ν_F/5 each "
    "hold with probability at least ¾.",
    source=Source("E", "Appendix A, (30), (32)"),
    assumptions=(
        "Σ_2 is positive definite; for a singular one (32) follows by continuity",
        "the side from below assumes Stirling's bound Γ(z) ≥ √(2π) z^(z−1/2) e^(−z)",
        f"the exact mean of ‖G − D‖_F² is derived for T ≤ {LONGEST_PROVED}",
    ),
    uses=("exact_sampler",),
    checks=(
        Proof(
            name="formula",
            title="(32) is attained by a linear map, and no coupling at all is cheaper",
            prove=prove_formula,
            microseconds=9e4,
        ),
        Proof(
            name="bound",
            title="W_2 lies between two multiples of ‖Σ_1 − Σ_2‖_F, algebra for all matrices and enclosures for 2 × 2",
            prove=prove_bound,
            microseconds=1.4e5,
        ),
        Proof(
            name="mean distance",
            title="E ‖G − D‖_F² is O(1/n), with its constant, at all ν, T ≤ 7",
            prove=prove_moments,
            microseconds=4.5e5,
        ),
        Proof(
            name="below",
            title="√n W_2 is below √ν_F/5 with probability ≤ ¼, at every n ≥ 5",
            prove=prove_below,
            microseconds=2.5e4,
        ),
        Agreement(
            name="forms",
            title="three forms of W_2 against 60 digits, alignment, both bounds; random pairs that do not commute",
            settings=(*PAIRS, *DISTANT),
            compare=compare_forms,
            microseconds=2.5e3,
        ),
        Agreement(
            name="digits",
            title="the transport form keeps its digits up to n = 10¹²",
            settings=DIGITS,
            compare=compare_digits,
            microseconds=7e3,
        ),
        Agreement(
            name="cancellation",
            title="what (32) and the aligned form lose on the same pairs is what rounding explains",
            settings=LOST,
            compare=compare_cancellation,
            microseconds=8e3,
        ),
        Proportion(
            name="rate",
            title="W_2 stays between sides of the order n^(−1/2) that are proven at every n, width-free, n = 10² … 10⁸",
            settings=UNIT + GENERIC,
            lines=rate_lines,
            sample=partial(sample_distance, sampler=width_free),
            microseconds=4.0,
        ),
        Rate(
            name="exponent",
            title="√n W_2 is tight from both sides, n = 10² … 10⁹: W_2 falls like n^(−1/2), not n^(−0.35) or n^(−0.65)",
            settings=TESTED,
            sizes=SIZES,
            coordinates={"W_2": 15},
            errors=errors,
            against=(0.35, 0.65),
            microseconds=11.0,
        ),
        Proportion(
            name="dense",
            title="the proven sides for the dense RNN at n = 100, 400",
            settings=DENSE,
            lines=rate_lines,
            sample=partial(sample_distance, sampler=dense),
            microseconds=680.0,
        ),
    ),
    controls=(
        Control(
            name="without the square root",
            why="tr Σ_1^(1/2) Σ_2 Σ_1^(1/2) in the place of the trace of its root",
            check="formula",
            replace={"prove": partial(prove_formula, without_root)},
            line="cost of the map, d = 2",
        ),
        Control(
            name="trace of the roots",
            why="tr Σ_1^(1/2) Σ_2^(1/2) is right only where the covariances commute",
            check="formula",
            replace={"prove": partial(prove_formula, trace_of_roots)},
            line="cost of the map at T = [[1, -1], [-1, 2]], B = [[2, 2], [2, 3]]",
        ),
        Control(
            name="λ_max for λ_min",
            why="a narrow direction of Σ_2 moves W_2 by more than ‖Σ_1 − Σ_2‖_F/√λ_max",
            check="bound",
            replace={"prove": partial(prove_bound, largest=True)},
            line="W_2² λ < ‖Σ_1 − Σ_2‖_F², one narrow direction",
        ),
        Control(
            name="twice the floor",
            why="of the two terms of the Sylvester equation only the one with B is bounded from below by λ_min(B)",
            check="bound",
            replace={"prove": partial(prove_bound, floor=2)},
            line="tr X B X ≥ λ_min(B) ‖X‖_F²",
        ),
        Control(
            name="independent rows",
            why="the sample covariance of n independent rows is T (T + 1)/n away; the lags of an RNN share one W",
            check="mean distance",
            replace={"prove": partial(prove_moments, independent_rows)},
            line="lim n E ‖G − I‖_F², T = 2",
        ),
        Control(
            name="a larger lower side",
            why="with 1/4 in the place of 1/5 the bound by the density of χ_n is above ¼",
            check="below",
            replace={"prove": partial(prove_below, "1/4")},
            line="2 c e^{x/2}/√π < ¼ for x = 1/n ≤ 1/5",
        ),
        Control(
            name="trace of the roots, in numbers",
            why="‖Σ_1^(1/2) − Σ_2^(1/2)‖_F² is W_2² only after alignment",
            check="forms",
            replace={"compare": partial(compare_forms, formula=floating_trace_of_roots)},
            setting=PAIRS[3],
            line="(32)",
        ),
        Control(
            name="(32) as it stands",
            why="in double precision its traces cancel: at n = 10¹⁰ half of the digits of W_2 are gone",
            check="digits",
            replace={"compare": partial(compare_digits, distance=as_it_stands)},
            setting=DIGITS[4],
            line="W_2",
        ),
        Control(
            name="trace of the roots near the limit",
            why="also for close covariances W_2² is smaller than the squared distance of the roots, unless D is scalar",
            check="cancellation",
            replace={"compare": partial(compare_cancellation, formula=floating_trace_of_roots)},
            setting=LOST[-1],
            line="(32)",
        ),
        Control(
            name="rate 1/n",
            why="W_2 of the order 1/n, right at n = 100, is too small at n = 10⁶",
            check="rate",
            replace={"lines": partial(rate_lines, faster=0.5)},
            setting=UNIT[4],
            line="above",
        ),
        Control(
            name="rate n^(−1/4)",
            why="a distance that falls more slowly, right at n = 100, is too large at n = 10⁸",
            check="rate",
            replace={"lines": partial(rate_lines, slower=0.25)},
            setting=GENERIC[1],
            line="below",
        ),
        Control(
            name="exponent 0.65",
            why="n^0.65 W_2 has grown by 10^1.05 at n = 10⁹",
            check="exponent",
            replace={"exponent": 0.65, "against": (), "sizes": (SIZES[0], SIZES[-1])},
            setting=TESTED[0],
            line="W_2: above",
        ),
        Control(
            name="exponent 0.35",
            why="n^0.35 W_2 has fallen by 10^1.05 at n = 10⁹",
            check="exponent",
            replace={"exponent": 0.35, "against": (), "sizes": (SIZES[0], SIZES[-1])},
            setting=TESTED[1],
            line="W_2: below",
        ),
        Control(
            name="symmetric W",
            why="for W = (V + V^T)/√2 the Gram tends to Catalan numbers, a bounded distance away from D",
            check="dense",
            replace={"sample": sample_symmetric},
            setting=DENSE[0],
            line="above",
        ),
        Control(
            name="(32) off by 10⁻¹⁰",
            why="a distance that is wrong in the tenth digit; rounding explains less",
            check="forms",
            replace={"compare": partial(compare_forms, off=10 * SMALL)},
            setting=DISTANT[1],
            line="(32)",
        ),
        Control(
            name="transport off by 10⁻¹⁰",
            why="a distance that is wrong in the tenth digit; rounding explains less",
            check="forms",
            replace={"compare": partial(compare_forms, off=10 * SMALL)},
            setting=DISTANT[0],
            line="transport",
        ),
        Control(
            name="aligned off by 10⁻¹⁰",
            why="a distance that is wrong in the tenth digit; rounding explains less",
            check="forms",
            replace={"compare": partial(compare_forms, off=10 * SMALL)},
            setting=DISTANT[1],
            line="aligned",
        ),
        Control(
            name="unaligned less 10⁻¹⁰",
            why="in one dimension nothing is to be aligned, so there is nothing to spare",
            check="forms",
            replace={"compare": partial(compare_forms, off=10 * SMALL)},
            setting=DISTANT[0],
            line="aligned ≤ unaligned",
        ),
        Control(
            name="lower bound more 10⁻¹⁰",
            why="in one dimension W_2 is equal to its lower bound",
            check="forms",
            replace={"compare": partial(compare_forms, off=10 * SMALL)},
            setting=DISTANT[0],
            line="W_2 ≥ ‖Σ_1 − Σ_2‖_F/(√λ_max + √λ_max)",
        ),
        Control(
            name="λ_max for λ_min, in numbers",
            why="‖Σ_1 − Σ_2‖_F over both √λ_max is a bound from below",
            check="forms",
            replace={"compare": partial(compare_forms, largest=True)},
            setting=PAIRS[3],
            line="W_2 ≤ ‖Σ_1 − Σ_2‖_F/√λ_min",
        ),
        Control(
            name="transport form off by 10⁻¹¹",
            why="a distance that is wrong in the eleventh digit; rounding explains less",
            check="digits",
            replace={"compare": partial(compare_digits, distance=nearly)},
            setting=DIGITS[5],
            line="W_2",
        ),
        Control(
            name="off by 10⁻¹⁰ near the limit",
            why="a distance that is wrong in the tenth digit, where rounding explains the twelfth",
            check="cancellation",
            replace={"compare": partial(compare_cancellation, off=10 * SMALL)},
            setting=LOST[0],
            line="aligned",
        ),
    ),
    derivation=derive,
    findings=findings,
    figures=(
        Figure(
            title="W_2 to the wide limit falls like n^(−1/2) (5, 50 and 95 % quantiles)",
            check="rate",
            x="n",
            x_label="width n",
            y_label="W_2(N(0, G), N(0, D))",
            series="nu_W",
            show="quantiles",
            log_x=True,
            log_y=True,
            theory=rate_curves,
        ),
        Figure(
            title="Relative error of the transport form against 60 digits",
            check="digits",
            x="n",
            x_label="width n",
            y_label="relative error",
            series="nu_W",
            log_x=True,
            log_y=True,
        ),
        Figure(
            title="What cancellation costs (32), form 1, and aligned roots, form 2, in double precision",
            check="cancellation",
            x="n",
            x_label="width n",
            y_label="relative error",
            series="form",
            log_x=True,
            log_y=True,
        ),
    ),
    not_shown=(
        "W_2 of empirical measures, (31), which is the subject of appendix_a_empirical_measures",
        "the constant T(T + 1)(T + 2)/3 for T > 7",
        "the size of W_2 between its two sides: they are a factor of 80 or more apart at T = 5; the exponent is "
        "told from 0.35 and 0.65, not from exponents that are nearer",
    ),
)
