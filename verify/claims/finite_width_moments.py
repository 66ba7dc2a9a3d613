"""Theory C.3: exact moments of Grams and of the NTK at finite width, and leading coefficients for every lag."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from verify.checks import Mean, MeanLine, Proof, Proportion, ProportionLine
from verify.checks.sampling import WIDTH_FREE_RESOLUTIONS
from verify.claims._samplers import width_free
from verify.claims._steps import derived
from verify.model import Claim, Control, Curve, Figure, Setting, Source, Step

if TYPE_CHECKING:
    import numpy as np
    import sympy as sp
    from numpy.random import Generator
    from numpy.typing import NDArray

    from verify.proofs import Identity

    Array = NDArray[np.floating[Any]]
    Coefficient = Callable[[sp.Expr], sp.Expr]
    Pair = Callable[[int, int], int]

MEAN_LAGS = 15  # means are expanded for j, k up to here, which is as far as the loop equations reach
SECOND_LAGS = 7  # the largest lag of which the loop equations give a second moment of Θ_jj
MIXED_LAGS = 6  # covariances between lags up to here


# --- the stated leading coefficients, and rivals --------------------------------------------------------------------


def gram_mean(j: int, k: int) -> int:
    """lim n E G_jk for j ≠ k, j + k even; on the diagonal E G_jj − 1 has no term in 1/n."""
    return min(j, k) + 1 if j != k else 0


def no_correlation(j: int, k: int) -> int:  # noqa: ARG001 — the shape of a stated coefficient
    return 0


def kernel_mean(j: int, k: int) -> int:
    """lim n E Θ_jk for j ≠ k, j + k even; on the diagonal E Θ_jj − (j + 2) has no term in 1/n."""
    return (min(j, k) + 1) * (min(j, k) + 2) if j != k else 0


def gram_variance(j: sp.Expr) -> sp.Expr:
    """lim n Var G_jj."""
    return 2 * j + 2


def kernel_variance(j: sp.Expr) -> sp.Expr:
    """lim n Var Θ_jj = C(2j+4, 3)."""
    import sympy as sp

    return sp.expand_func(sp.binomial(2 * j + 4, 3))


def binomial_one_less(j: sp.Expr) -> sp.Expr:
    import sympy as sp

    return sp.expand_func(sp.binomial(2 * j + 3, 3))


def one_less(j: sp.Expr) -> sp.Expr:
    return 2 * j + 1


def independent_lags(j: sp.Expr) -> sp.Expr:
    """The variances of the 2 (j + 1) terms added up, as if they were uncorrelated: 2 Σ_{a≤j} 2 (a + 1)."""
    return 2 * (j + 1) * (j + 2)


def covariance(a: int, b: int) -> int:
    """lim n Cov(G_aa, G_bb)."""
    return 2 * (min(a, b) + 1)


def uncorrelated(a: int, b: int) -> int:
    return 2 * (a + 1) if a == b else 0


# --- proofs ---------------------------------------------------------------------------------------------------------


def prove_two_derivations(forget: int = 0) -> Iterator[Identity]:
    """E G_jk and E G_jj G_kk from trace words and from deferred decisions, as polynomials in 1/n.

    A rival `forget` gives every new axis that many degrees of freedom too many.
    """
    import sympy as sp

    from symbolic import wick
    from symbolic.deferred_moments import right_gram_moment
    from verify.proofs import Identity

    n = sp.Symbol("n", integer=True, positive=True)
    for j in range(SECOND_LAGS):
        for k in range(j, SECOND_LAGS, 2):
            other = right_gram_moment((j, k), n=n, too_many=forget)
            yield Identity(f"E G_{j}{k}", wick.right_gram_mean(j, k, n) - other)
    for j in range(4):
        for k in range(j, 4):
            square = right_gram_moment((j, j), (k, k), n=n, too_many=forget)
            yield Identity(f"E G_{j}{j} G_{k}{k}", wick.right_gram_cross_moment(j, k, n) - square)
            square = right_gram_moment((j, k), (j, k), n=n, too_many=forget)
            yield Identity(f"E G_{j}{k}²", wick.right_gram_entry_second_moment(j, k, n) - square)


def prove_means(gram: Pair = gram_mean, kernel: Pair = kernel_mean) -> Iterator[Identity]:
    """E G_jk = δ_jk + (min + 1)/n + O(1/n²), E Θ_jk = δ_jk (j + 2) + (min + 1)(min + 2)/n + O(1/n²), j + k even."""
    import sympy as sp

    from symbolic import wick
    from symbolic.inverse_width import INVERSE_WIDTH, coefficient
    from symbolic.scaling import scaling_factor
    from verify.proofs import Identity

    x = INVERSE_WIDTH
    for j in range(MEAN_LAGS + 1):
        for k in range(j, MEAN_LAGS + 1, 2):
            of_gram, of_kernel = wick.right_gram_mean(j, k, 1 / x), wick.ntk_mean(j, k, 1 / x)
            rho = scaling_factor(j, 1, 1, 1) if j == k else sp.Integer(0)
            yield Identity(f"lim E G_{j}{k}", coefficient(of_gram) - int(j == k))
            yield Identity(f"lim n (E G_{j}{k} − δ)", coefficient(of_gram, 1) - gram(j, k))
            yield Identity(f"lim E Θ_{j}{k}", coefficient(of_kernel) - rho)
            yield Identity(f"lim n (E Θ_{j}{k} − δ ρ)", coefficient(of_kernel, 1) - kernel(j, k))


def prove_variances(gram: Coefficient = gram_variance, kernel: Coefficient = kernel_variance) -> Iterator[Identity]:
    """n Var G_jj → 2j + 2 and n Var Θ_jj → C(2j+4, 3), read off from the exact polynomials, for j ≤ 7."""
    import sympy as sp

    from symbolic import wick
    from symbolic.inverse_width import INVERSE_WIDTH, coefficient
    from verify.proofs import Identity

    x = INVERSE_WIDTH
    for j in range(SECOND_LAGS + 1):
        lag = sp.Integer(j)
        of_gram = wick.right_gram_second_moment(j, 1 / x) - wick.right_gram_mean(j, j, 1 / x) ** 2
        of_kernel = wick.ntk_variance(j, j, 1 / x)
        for name, variance, stated in (("G", of_gram, gram), ("Θ", of_kernel, kernel)):
            yield Identity(f"Var {name}_{j}{j} has no term of order 1", coefficient(variance))
            yield Identity(f"lim n Var {name}_{j}{j}", coefficient(variance, 1) - stated(lag))


def prove_generic(cross: int = 1) -> Iterator[Identity]:
    """n Var Θ_jj at symbolic ν_W, ν_F, ν_C for j ≤ 6; a rival `cross` = 0 drops what C and F have in common with W."""
    from symbolic import fluctuations, wick
    from symbolic.inverse_width import INVERSE_WIDTH, coefficient
    from symbolic.scaling import NU_C, NU_F, NU_W
    from verify.proofs import Identity

    x = INVERSE_WIDTH
    for j in range(MIXED_LAGS + 1):
        exact = coefficient(wick.ntk_variance(j, j, 1 / x, nu_w=NU_W, nu_f=NU_F, nu_c=NU_C), 1)
        yield Identity(f"lim n Var Θ_{j}{j} at any ν", exact - fluctuations.kernel_variance_generic(j, cross=cross))


def prove_covariances(stated: Pair = covariance, across: int = 0) -> Iterator[Identity]:
    """n Cov(G_aa, G_bb) → 2 (min(a, b) + 1) on one side, → 0 between the two sides, for all a, b ≤ 6."""
    from symbolic import wick
    from symbolic.inverse_width import INVERSE_WIDTH, coefficient
    from verify.proofs import Identity

    x = INVERSE_WIDTH
    mean = [wick.right_gram_mean(a, a, 1 / x) for a in range(MIXED_LAGS + 1)]
    for a in range(MIXED_LAGS + 1):
        for b in range(a, MIXED_LAGS + 1):
            same = wick.right_gram_cross_moment(a, b, 1 / x) - mean[a] * mean[b]
            other = wick.left_right_cross_moment(a, b, 1 / x) - mean[a] * mean[b]
            yield Identity(f"lim n Cov(G^R_{a}{a}, G^R_{b}{b})", coefficient(same, 1) - stated(a, b))
            yield Identity(f"lim n Cov(G^R_{a}{a}, G^L_{b}{b})", coefficient(other, 1) - across)
            if a != b:
                square = wick.right_gram_entry_second_moment(a, b, 1 / x)
                yield Identity(f"E (G_{a}{b})² has no term of order 1", coefficient(square))


def prove_linear(terms: Callable[[int], range] = lambda j: range(j + 1)) -> Iterator[Identity]:
    """√n (Θ_jj − ρ_j) = Σ_{a≤j} (g_aa + h_aa) + O(n^{−1/2}): the term in ε by algebra, the remainder in mean square.

    The remainder Θ_jj − Σ_{a≤j} (G^R_aa + G^L_aa) is constant up to a variance O(1/n²), from exact moments.
    """
    import sympy as sp

    from symbolic import fluctuations as f
    from symbolic import wick
    from symbolic.inverse_width import INVERSE_WIDTH, coefficient
    from verify.proofs import Identity

    x = INVERSE_WIDTH
    for j in range(MIXED_LAGS):
        expansion = sp.Poly(f.kernel_expansion(j), f.EPSILON)
        stated = sp.Add(*(f.fluctuation(side, a, a) for a in terms(j) for side in "gh"))
        yield Identity(f"the limit of Θ_{j}{j}", expansion.coeff_monomial(1) - (j + 2))
        yield Identity(f"first order of Θ_{j}{j}", expansion.coeff_monomial(f.EPSILON) - stated)
        mean = {a: wick.right_gram_mean(a, a, 1 / x) for a in terms(j)}
        kernel = wick.ntk_mean(j, j, 1 / x)
        cross = sum(wick.ntk_gram_cross_moment(j, a, 1 / x) - kernel * mean[a] for a in mean)
        sides = (wick.right_gram_cross_moment, wick.left_right_cross_moment)
        within = sum(moment(a, b, 1 / x) - mean[a] * mean[b] for a in mean for b in mean for moment in sides)
        remainder = wick.ntk_variance(j, j, 1 / x) - 4 * cross + 2 * within
        for power in (0, 1):
            yield Identity(f"variance of the remainder of Θ_{j}{j}, order {power}", coefficient(remainder, power))


def prove_all_lags(kernel: Coefficient = kernel_variance) -> Iterator[Identity]:
    """2 Σ_{a,b≤j} 2 (min(a, b) + 1) = C(2j+4, 3) for every j, by induction on the number of lags."""

    from symbolic import fluctuations as f
    from symbolic.scaling import LAG
    from verify.proofs import Identity

    total = f.kernel_variance()
    stated = kernel(LAG)
    yield Identity("summed by SymPy", total - stated)
    yield Identity("induction starts: j = 0", stated.subs(LAG, 0) - 2 * f.covariance_limit(0, 0))
    step = stated.subs(LAG, LAG + 1) - stated
    yield Identity("induction step: lag j + 1 joins", step - 2 * f.increment(LAG + 1))
    for j in range(MIXED_LAGS + 1):
        double = sum(f.covariance_limit(a, b) for a in range(j + 1) for b in range(j + 1))
        yield Identity(f"the double sum at j = {j}, added up", stated.subs(LAG, j) - 2 * double)
    yield Identity("one Gram: lag j has j + 1 independent parts", f.gram_variance(LAG) - gram_variance(LAG))
    at_one = {symbol: 1 for symbol in f.kernel_variance_generic(LAG).free_symbols - {LAG}}
    yield Identity("any ν, at ν = 1", f.kernel_variance_generic(LAG).subs(at_one) - stated)


# --- simulations ----------------------------------------------------------------------------------------------------


def pairs(T: int) -> list[tuple[int, int]]:
    return [(j, k) for j in range(T) for k in range(j, T)]


def mean_lines(
    setting: Setting, *, kernel: Callable[[int, int], int] | None = None, tied: bool = True
) -> list[MeanLine]:
    """E G_jk and E Θ_jk at this n; rivals state `kernel` in place of E Θ_jk, or no correlation off the diagonal."""
    from symbolic import wick
    from symbolic.evaluate import to_float

    n = setting["n"]
    lines = []
    of_gram, of_kernel = (wick.right_gram_mean, _gram_entry_variance), (wick.ntk_mean, wick.ntk_variance)
    for name, (mean, variance) in (("G", of_gram), ("Θ", of_kernel)):
        size = [to_float(mean(j, j, n)) for j in range(setting["T"])]
        for j, k in pairs(setting["T"]):
            value = to_float(mean(j, k, n))
            if (name == "G" and not tied and j != k) or (name == "Θ" and kernel is not None):
                value = 0.0 if kernel is None else float(kernel(j, k))
            lines.append(
                MeanLine(
                    label=f"{name}_{j}{k}",
                    null=f"E {name}_{j}{k} = {value:.6g}",
                    low=value,
                    high=value,
                    variance=to_float(variance(j, k, n)),
                    scale=math.sqrt(size[j] * size[k]),
                    at={"n": n, "j": j} if j == k else {"n": n, "k": k, "off": j},
                )
            )
    return lines


def _gram_entry_variance(j: int, k: int, n: int) -> sp.Expr:
    from symbolic import wick

    return wick.right_gram_entry_second_moment(j, k, n) - wick.right_gram_mean(j, k, n) ** 2


def wide_limit(j: int, k: int) -> int:
    return j + 2 if j == k else 0


def sample(setting: Setting, rngs: Sequence[Generator]) -> Mapping[str, Array]:
    """G_jk and Θ_jk of the width-free sampler."""
    from numeric.kernels import lag_ntk

    grams = width_free(setting, rngs)
    kernel = lag_ntk(grams)
    found = {f"G_{j}{k}": grams.right[:, j, k, 0, 0] for j, k in pairs(setting["T"])}
    return found | {f"Θ_{j}{k}": kernel[:, j, k, 0, 0] for j, k in pairs(setting["T"])}


LATE = (8, 12, 16, 24, 31)  # lags that no exact moment reaches


def late_lines(setting: Setting, *, stated: Coefficient = kernel_variance) -> list[ProportionLine]:
    """z = √n (Θ_jj − ρ_j)/√(stated coefficient) is neither often above 2 nor often below 1/16 in size.

    For a standard normal z these have probabilities 0.046 and 0.050; both are to be at most 1/4.
    """
    import sympy as sp

    n = setting["n"]
    lines = []
    for j in LATE:
        unit = math.sqrt(float(stated(sp.Integer(j))) / n)
        at = {"j": j, "n": n}
        above = f"P(|Θ_jj − {j + 2}| > {2 * unit:.3g}) ≤ 1/4"
        below = f"P(|Θ_jj − {j + 2}| < {unit / 16:.3g}) ≤ 1/4"
        lines.append(ProportionLine(label=f"j={j}, too far", null=above, centre=0.0, radius=2 * unit, at=at))
        lines.append(
            ProportionLine(
                label=f"j={j}, too near", null=below, centre=-unit, radius=unit * 15 / 16, one_sided=True, at=at
            )
        )
    return lines


def sample_late(setting: Setting, rngs: Sequence[Generator]) -> Mapping[str, Array]:
    """Θ_jj − ρ_j at late lags, and minus its size."""
    import numpy as np

    from numeric.kernels import lag_ntk_diagonal
    from symbolic.evaluate import to_float
    from symbolic.scaling import scaling_factor

    kernel = lag_ntk_diagonal(width_free(setting, rngs))[:, :, 0, 0]
    off = {j: kernel[:, j] - to_float(scaling_factor(j, 1, 1, 1)) for j in LATE}
    far = {f"j={j}, too far": values for j, values in off.items()}
    return far | {f"j={j}, too near": -np.abs(values) for j, values in off.items()}


# --- derivation -----------------------------------------------------------------------------------------------------


def derive() -> Sequence[Step]:
    """Exact polynomials, and the argument for all lags."""
    import sympy as sp

    from symbolic import fluctuations as f
    from symbolic import wick
    from symbolic.scaling import LAG

    n, a, b = sp.symbols("n a b", integer=True, positive=True)
    linear = sp.Poly(f.kernel_expansion(2), f.EPSILON).coeff_monomial(f.EPSILON)
    return [
        derived(
            "The loop equations give every moment as a polynomial in 1/n, for example",
            r"\mathbb{E}\,G_{44}", "E G_44", wick.right_gram_mean(4, 4, n),
        ),
        derived("off the diagonal", r"\mathbb{E}\,G_{13}", "E G_13", wick.right_gram_mean(1, 3, n)),
        derived("and", r"\mathbb{E}\,G_{22}^2", "E G_22²", wick.right_gram_second_moment(2, n)),
        derived("and", r"\operatorname{Var}\Theta_{22}", "Var Θ_22", wick.ntk_variance(2, 2, n)),
        derived(
            "All lags, 1. W maps each new direction e_a of F, M F, … to a fresh Gaussian vector: ‖W e_a‖² are exactly "
            "independent χ²_n. All else in ‖M^(a+1) F‖²/n is of order 1/n, so g_(a+1) − g_a with g_a = √n (G^R_aa − 1) "
            "are asymptotically independent of variance 2; likewise h_a on the left, where n − T axes are untouched.",
            r"\lim n \operatorname{Cov}(G_{aa}, G_{bb})", "lim n Cov(G_aa, G_bb)", f.covariance_limit(a, b),
        ),
        derived(
            "2. With G = 1 + n^(−1/2) (g on the right, h on the left), the term of Θ_22 in n^(−1/2) is",
            r"\sqrt{n}\,(\Theta_{22} - \rho_2)", "√n (Θ_22 − ρ_2)", linear,
        ),
        derived("3. Lag j adds to the double sum of covariances", "s_j", "s_j", sp.factor(f.increment(LAG))),
        derived(
            "so that for every lag", r"\lim n \operatorname{Var}\Theta_{jj}", "lim n Var Θ_jj", f.kernel_variance()
        ),
        Step(
            "4. Weak limits carry their variances with them: Θ_jj is a polynomial of bounded degree in Gaussian "
            "variables, and by hypercontractivity such a sequence that is bounded in probability is bounded in every "
            "L^p, hence uniformly integrable. By Wick the variance is a polynomial in 1/n, so the next term is O(1/n²)."
        ),
        derived(
            "At any variances", r"\lim n \operatorname{Var}\Theta_{11}", "lim n Var Θ_11",
            sp.factor(f.kernel_variance_generic(1)),
        ),
    ]  # fmt: skip


def spread_curve() -> Sequence[Curve]:
    """±2 standard deviations of Θ_jj at the width of the late lags."""
    lags = range(max(LATE) + 1)
    deviation = [2.0 * math.sqrt(math.comb(2 * j + 4, 3) / WIDE[0]["n"]) for j in lags]
    x = tuple(map(float, lags))
    return tuple(
        Curve(label=f"{sign}2 √(C(2j+4, 3)/n)", x=x, y=tuple(factor * value for value in deviation))
        for sign, factor in (("", 1.0), ("−", -1.0))
    )


def mean_curve() -> Sequence[Curve]:
    lags = tuple(range(6))
    return (Curve(label="j + 2, the limit", x=tuple(map(float, lags)), y=tuple(j + 2.0 for j in lags)),)


SMALL = (Setting(n=12, T=4), Setting(n=24, T=5), Setting(n=48, T=6))
WIDE = (Setting(n=10**10, T=32),)

CLAIM = Claim(
    id="finite_width_moments",
    title="Exact moments of Grams and NTK at finite width; n Var Θ_jj tends to C(2j+4, 3)",
    statement=r"\mathbb{E}\,\Theta_{jk} = \delta_{jk}(j+2) + \frac{(m+1)(m+2)}{n}[j \ne k] + O(n^{-2}), \qquad "
    r"\operatorname{Var} G_{jj} = \frac{2j+2}{n} + O(n^{-2}), \qquad "
    r"\operatorname{Var} \Theta_{jj} = \frac{1}{n}\binom{2j+4}{3} + O(n^{-2})",
    plain="at ν = 1: E G_jk = δ_jk + (m+1)/n [j ≠ k] + O(1/n²) and E Θ_jk = δ_jk (j+2) + (m+1)(m+2)/n [j ≠ k] "
    "+ O(1/n²) for j + k even, m = min(j, k), and 0 for j + k odd; Var G_jj = (2j+2)/n + O(1/n²), "
    "Var Θ_jj = C(2j+4, 3)/n + O(1/n²)",
    summary="Moments of Grams and of the tangent kernel are polynomials in 1/n, known exactly. Their leading "
    "coefficients have closed forms: the variance of Θ_jj is C(2j+4, 3)/n, because √n (Θ_jj − ρ_j) is a sum of "
    "fluctuations that lags share.",
    source=Source("E", "Theorem 3.3(b) at finite width; theory page, C.1–C.4"),
    assumptions=(
        "W, F, C have independent Gaussian entries; leading coefficients at ν = 1 unless stated at any ν",
        "means are expanded for j, k ≤ 15 and proved there; their formula for later lags is not claimed",
        "variances: unconditional for Var Θ_jj and Var G_jj with j ≤ 7, and at any ν for j ≤ 6; for every later lag "
        "the proof uses the conditioning lemma of exact_sampler and the hypercontractivity of Gaussian polynomials, a "
        "theorem that is cited, not proved here; uniform integrability follows from it",
    ),
    uses=("exact_sampler",),
    checks=(
        Proof(
            name="two derivations",
            title="E G_jk, E G_jj G_kk, E G_jk² from trace words = from deferred decisions, as polynomials",
            prove=prove_two_derivations,
            microseconds=2e5,
        ),
        Proof(
            name="means",
            title="leading terms of E G_jk and E Θ_jk, all j, k ≤ 15",
            prove=prove_means,
            microseconds=3e5,
        ),
        Proof(
            name="variances",
            title="n Var G_jj → 2j + 2 and n Var Θ_jj → C(2j+4, 3) from the exact polynomials, j ≤ 7: unconditional",
            prove=prove_variances,
            microseconds=2e6,
        ),
        Proof(
            name="any variances",
            title="n Var Θ_jj at symbolic ν_W, ν_F, ν_C, j ≤ 6: unconditional",
            prove=prove_generic,
            microseconds=3e5,
        ),
        Proof(
            name="covariances",
            title="n Cov(G_aa, G_bb) → 2 (min + 1) on one side and → 0 across, all a, b ≤ 6: unconditional",
            prove=prove_covariances,
            microseconds=2e5,
        ),
        Proof(
            name="linear",
            title="√n (Θ_jj − ρ_j) is Σ_(a≤j) (g_aa + h_aa) up to a variance O(1/n), j ≤ 5: unconditional",
            prove=prove_linear,
            microseconds=3e5,
        ),
        Proof(
            name="all lags",
            title="the double sum is C(2j+4, 3) for every j, by induction (limits of variances by hypercontractivity)",
            prove=prove_all_lags,
            microseconds=1e5,
        ),
        Mean(
            name="small widths",
            title="E G_jk and E Θ_jk at n = 12, 24, 48 are the exact finite-width values",
            settings=SMALL,
            lines=mean_lines,
            sample=sample,
            microseconds=2.1,
            resolutions=WIDTH_FREE_RESOLUTIONS,
        ),
        Proportion(
            name="late lags",
            title="Θ_jj − ρ_j has the size √(C(2j+4, 3)/n) at lags 8 to 31, from both sides, n = 10¹⁰",
            settings=WIDE,
            lines=late_lines,
            sample=sample_late,
            microseconds=58.0,
        ),
    ),
    controls=(
        Control(
            name="one degree of freedom too many",
            why="a new axis has n − 1 − k degrees of freedom left, not n − k",
            check="two derivations",
            replace={"prove": partial(prove_two_derivations, 1)},
            line="E G_22",
        ),
        Control(
            name="untied means",
            why="a fresh W at every step has E G_jk = 0 off the diagonal",
            check="means",
            replace={"prove": partial(prove_means, no_correlation)},
            line="lim n (E G_13 − δ)",
        ),
        Control(
            name="C(2j+3, 3)",
            why="the neighbouring binomial coefficient",
            check="variances",
            replace={"prove": partial(prove_variances, kernel=binomial_one_less)},
            line="lim n Var Θ_22",
        ),
        Control(
            name="(2j + 1)/n",
            why="j χ² factors and one normal, in the place of j + 1 χ² factors",
            check="variances",
            replace={"prove": partial(prove_variances, gram=one_less)},
            line="lim n Var G_33",
        ),
        Control(
            name="parts uncorrelated",
            why="the parts of C, F and W share their fluctuations, so their variances do not add up",
            check="any variances",
            replace={"prove": partial(prove_generic, 0)},
            line="lim n Var Θ_11 at any ν",
        ),
        Control(
            name="independent lags",
            why="lag b ≥ a repeats all fluctuations of lag a; without covariances the sum is too small",
            check="covariances",
            replace={"prove": partial(prove_covariances, uncorrelated)},
            line="lim n Cov(G^R_11, G^R_22)",
        ),
        Control(
            name="both sides share W",
            why="W and W^T are one matrix, but ‖M^a F‖ and ‖(M^T)^b C‖ do not feel it at this order",
            check="covariances",
            replace={"prove": partial(prove_covariances, across=2)},
            line="lim n Cov(G^R_11, G^L_22)",
        ),
        Control(
            name="a term too few",
            why="the parts of C and F add lag j to the j lags of the part of W",
            check="linear",
            replace={"prove": partial(prove_linear, range)},
            line="variance of the remainder of Θ_33, order 1",
        ),
        Control(
            name="variances without covariances",
            why="2 Σ 2 (a + 1) = 2 (j + 1)(j + 2) leaves out what the lags share",
            check="all lags",
            replace={"prove": partial(prove_all_lags, independent_lags)},
            line="induction step: lag j + 1 joins",
        ),
        Control(
            name="the limit at finite width",
            why="E Θ_13 is 0 only in the limit",
            check="small widths",
            replace={"lines": partial(mean_lines, kernel=wide_limit)},
            setting=SMALL[0],
            line="Θ_13",
        ),
        Control(
            name="Krylov vectors uncorrelated",
            why="M F and M³ F of one W are correlated at finite width",
            check="small widths",
            replace={"lines": partial(mean_lines, tied=False)},
            setting=SMALL[0],
            line="G_13",
        ),
        Control(
            name="independent lags, late",
            why="the sum without covariances is too small by a factor of j/3 at late lags",
            check="late lags",
            replace={"lines": partial(late_lines, stated=independent_lags)},
            line="j=31, too far",
        ),
    ),
    derivation=derive,
    figures=(
        Figure(
            title="E Θ_jj at small widths and its limit",
            check="small widths",
            x="j",
            x_label="lag j",
            y_label="E at ν = 1",
            series="n",
            theory=mean_curve,
        ),
        Figure(
            title="Θ_jj − ρ_j at late lags, n = 10¹⁰ (5, 50, 95 % quantiles)",
            check="late lags",
            x="j",
            x_label="lag j",
            y_label="Θ_jj − ρ_j",
            show="quantiles",
            theory=spread_curve,
        ),
    ),
    not_shown=(
        "E (G_jj)² and Var Θ_jj by simulation: sample variances are never judged, and the variance of a square, a "
        "moment of order four, is not derived; they rest on the exact proofs",
        "closed forms of the terms beyond the leading one",
    ),
)
