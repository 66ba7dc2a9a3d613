"""[E] Appendix A, (28)–(31): independent rows, weak convergence, and W_2 of the empirical measure of the rows."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from verify.checks import Mean, MeanLine, Proof, Proportion, ProportionLine
from verify.claims._rows import draw_rows
from verify.claims._steps import derived
from verify.claims._transport_lines import averages_by_transport
from verify.claims._variances import row_variances
from verify.model import Claim, Control, Curve, Figure, Setting, Source, Step

if TYPE_CHECKING:
    import numpy as np
    import sympy as sp
    from numpy.random import Generator
    from numpy.typing import NDArray

    from verify.proofs import Statement

    Array = NDArray[np.floating[Any]]

LARGEST_ORDER = 5


# --- (28): independent rows ------------------------------------------------------------------------------------------


def prove_independent(*, alike: bool = False, level: str = "1/2") -> Iterator[Statement]:
    """A(x^p) → E x^p in probability for independent rows with a finite p-th moment m: E|A − m| → 0.

    With a finite 2p-th moment Var A(x^p) = (m_2p − m_p²)/n, exactly, and Chebyshev's inequality is enough. Without it
    cut a = |x|^p at a level K: the part below K has a variance of at most K m/n, as a² ≤ K a there; the part above
    costs at most 2 τ(K), its mean τ(K) → 0. So E|A − m| ≤ √(K m/n) + 2 τ(K), and K = √n lets both terms tend to 0. The
    same holds for every f with E|f(x)| < ∞, hence for every PL(p) function.
    Rivals have rows that are all `alike`, or a `level` n^level that is too high.
    """
    import sympy as sp

    from symbolic import independent_rows as r
    from verify.proofs import Identity, NonNegative

    x, n = sp.Symbol("x", real=True), sp.Symbol("n", positive=True)
    for p in range(1, LARGEST_ORDER + 1):
        term = x**p - r.unknown_moment(p)
        for count in (1, 2, 3):
            derived_one = r.squared_average(term, [x], count, r.unknown_moment, alike=alike)
            expanded = r.squared_average_by_expansion(term, [x], count, r.unknown_moment)
            yield Identity(f"Var A(x^{p}), expanded, n = {count}", expanded - derived_one)
        stated = (r.unknown_moment(2 * p) - r.unknown_moment(p) ** 2) / n
        general = r.squared_average(term, [x], n, r.unknown_moment, alike=alike)
        yield Identity(f"Var A(x^{p}) = (m_{2 * p} − m_{p}²)/n", general - stated)
    s, e, K, m = sp.symbols("s e K m", positive=True)
    yield NonNegative("Chebyshev: a²/e² ≥ 1 where |a| = e + s", sp.expand((e + s) ** 2 / e**2 - 1))
    yield NonNegative("a² ≤ K a for 0 ≤ a ≤ K", sp.cancel(K * (K / (1 + s)) - (K / (1 + s)) ** 2))
    power = sp.Rational(level)
    yield Identity("K m/n → 0 for the level K", sp.limit(n**power * m / n, n, sp.oo))
    yield Identity("K → ∞, so that τ(K) → 0", sp.limit(n**-power, n, sp.oo))


# --- (29): weak convergence ------------------------------------------------------------------------------------------


def prove_weak(*, below: int = 0, moments: bool = True) -> Iterator[Statement]:
    """PL(p) convergence is weak convergence with convergence of E‖x‖^p, p = 2 … 5.

    From PL(p): bounded Lipschitz functions are PL(p), and they decide weak convergence (portmanteau); ‖x‖^p is PL(p)
    (appendix_a_pseudo_lipschitz). To PL(p): (26) at y = 0 gives |f| ≤ C h with h = 1 + ‖x‖^p, C = |f(0)| + 2 c. Let φ,
    0 ≤ φ ≤ 1, be continuous, 1 near 0 and 0 far away. Then f φ and h φ are bounded and continuous, and
        |A f − E f| ≤ |A fφ − E fφ| + C (|A h − E h| + |A hφ − E hφ| + 2 E h(1 − φ)),
    where the last term is as small as one likes and the others tend to 0.
    Rivals let f grow by a power `below`, or leave the moments out: weak convergence alone.
    """
    import sympy as sp

    from verify.proofs import NonNegative

    c, f0, s = sp.symbols("c f_0 s", nonnegative=True)
    for p in range(2, LARGEST_ORDER + 1):
        for name, a in (("‖x‖ ≤ 1", 1 / (1 + s)), ("‖x‖ ≥ 1", 1 + s)):
            label = f"p = {p}: |f| ≤ (|f(0)| + 2 c)(1 + ‖x‖^p), {name}"
            spare = (f0 + 2 * c) * (1 + a ** (p - below)) - f0 - c * a * (1 + a ** (p - 1))
            yield NonNegative(label, sp.cancel(spare))
    C, e0, e1, e2, tail = sp.symbols("C e_0 e_1 e_2 tau", nonnegative=True)
    s1, s2, s3, s4, s5 = sp.symbols("s_1:6", nonnegative=True)
    # A h(1 − φ) = E h(1 − φ) + (A h − E h) − (A hφ − E hφ), where the differences are at most e_1 and e_2
    outside = C * (tail + (e1 - s1) + (e2 - s2)) - s3  # |A f(1 − φ)|
    change = (e0 - s4) + outside + (C * tail - s5)
    allowed = e0 + C * ((e1 if moments else 0) + e2 + 2 * tail)
    yield NonNegative("|A f − E f| ≤ e_0 + C (e_1 + e_2 + 2 τ)", sp.expand(allowed - change))


# --- (30), (31): transport -------------------------------------------------------------------------------------------


def as_it_is(c: sp.Expr, w: sp.Expr, m: sp.Expr) -> sp.Expr:
    """The bound on |μf − νf|."""
    return c * w * (1 + 2 * m + w)


def of_lipschitz(c: sp.Expr, w: sp.Expr, m: sp.Expr) -> sp.Expr:
    """The rival bound c W_2, true for Lipschitz functions."""
    return c * w + 0 * m


def prove_transport(
    bound: Callable[[sp.Expr, sp.Expr, sp.Expr], sp.Expr] = as_it_is, *, crossed: int = 1, straight: int = 1
) -> Iterator[Statement]:
    """W_2 → 0 implies PL(2) convergence: |μf − νf| ≤ c W_2 (1 + 2 m' + W_2), m'² = E‖y‖² under ν.

    averages_by_transport at the best coupling, with m ≤ m' + w. In one dimension sorting is the best coupling, since
    crossing pairs cost more. Row i with row i is one coupling of two empirical measures, so for the rows of an RNN and
    of n Gaussians E W_2² ≤ δ² = O(1/n) (appendix_a_pseudo_lipschitz).
    Rivals have another `bound`, forget mixed terms (`crossed`), or pair small with large numbers (`straight` = −1).
    """
    import sympy as sp

    from verify.proofs import NonNegative

    yield from averages_by_transport(crossed=crossed)
    c, w, p, q, s, t, u = sp.symbols("c w m m' s t u", nonnegative=True)
    cost = p**2 + q**2 - 2 * (p * q - s)  # E⟨x, y⟩ = m m' − s, s ≥ 0 by Cauchy–Schwarz
    yield NonNegative("w² ≥ (m − m')²", sp.expand(cost - (p - q) ** 2))
    difference = c * w * (1 + (q + w - t) + q) - u  # m = m' + w − t
    yield NonNegative("|μf − νf| ≤ c w (1 + 2 m' + w)", sp.expand(bound(c, w, q) - difference))
    x, y = sp.symbols("x y", real=True)
    crossing = (x - (y + t)) ** 2 + (x + s - y) ** 2
    sorted_pairs = (x - y) ** 2 + (x + s - (y + t)) ** 2
    yield NonNegative("pairs that cross cost more", sp.expand(straight * (crossing - sorted_pairs)))


# --- W_2 of the rows, one lag at a time ------------------------------------------------------------------------------


def sample_distances(setting: Setting, rngs: Sequence[Generator], *, share: int = 1) -> Mapping[str, Array]:
    """W_2² between the empirical measure of r_j and N(0, ν_F ν_W^j), by sorting; a rival takes 1/share of the rows."""
    from numeric.empirical_transport import squared_distance_to_normal

    rows = draw_rows(setting, rngs)
    nu_w, nu_f = map(float, row_variances(setting))
    kept = rows[:, :, : rows.shape[2] // share]
    return {f"lag {j}": squared_distance_to_normal(kept[:, j], math.sqrt(nu_f * nu_w**j)) for j in range(rows.shape[1])}


def squared_variances(setting: Setting, rngs: Sequence[Generator]) -> Mapping[str, Array]:
    """The rival limit N(0, ν_F ν_W^{2j})."""
    from numeric.empirical_transport import squared_distance_to_normal

    rows = draw_rows(setting, rngs)
    nu_w, nu_f = map(float, row_variances(setting))
    return {f"lag {j}": squared_distance_to_normal(rows[:, j], math.sqrt(nu_f) * nu_w**j) for j in range(rows.shape[1])}


def mean_square(setting: Setting, lag: int, *, alone: bool = False) -> float:
    """The upper bound on E W_2² at this n, or, `alone`, what the Gram contributes without the sample."""
    from symbolic import empirical_transport as e
    from symbolic.evaluate import to_float
    from symbolic.gram_distance import WIDTH

    n = setting["n"]
    bound = (e.gram_alone if alone else e.mean_square_bound)(lag, *row_variances(setting))
    return to_float(bound.subs({WIDTH: n, e.OVERLAP: e.overlap(n)}))


def distance_lines(setting: Setting, *, alone: bool = False) -> list[ProportionLine]:
    """P(W_2² > 4 E W_2²) ≤ ¼ by Markov's inequality, lag by lag; a rival forgets that the rows are a sample."""
    from symbolic.pseudo_lipschitz import LAGS

    lines = []
    for lag in range(LAGS):
        expected = mean_square(setting, lag, alone=alone)
        at = {"n": setting["n"], "j": lag, "nu_W": float(row_variances(setting)[0])}
        null = f"P(W_2² > {4 * expected:.3g}) ≤ 1/4"
        lines.append(
            ProportionLine(
                label=f"lag {lag}", null=null, centre=0.0, radius=4.0 * expected, one_sided=True,
                expected=expected, deviation=expected, at=at,
            )
        )  # fmt: skip
    return lines


def lag_one_lines(setting: Setting, *, independent: bool = False) -> list[MeanLine]:
    """E W_2² at lag 1, exact at this n; a rival takes the rows for independent, as they are given ‖F‖."""
    from symbolic import empirical_transport as e
    from symbolic.evaluate import to_float
    from symbolic.gram_distance import WIDTH

    nu, at_n = row_variances(setting), {WIDTH: setting["n"], e.OVERLAP: e.overlap(setting["n"])}
    mean, variance = (to_float(value.subs(at_n)) for value in e.lag_one(*nu))
    null = to_float(e.mean_square_bound(0, 1, nu[0] * nu[1]).subs(at_n)) if independent else mean
    return [
        MeanLine(
            label="lag 1", null=f"E W_2² = {null:.6g}", low=null, high=null, variance=variance, scale=mean,
            at={"n": setting["n"]},
        )
    ]  # fmt: skip


# --- derivation ------------------------------------------------------------------------------------------------------


def derive() -> Sequence[Step]:
    """The variance of an average, the explicit inequality of (31), and E W_2² of one lag."""
    import sympy as sp

    from symbolic import empirical_transport as e
    from symbolic import independent_rows as r

    x, n = sp.Symbol("x", real=True), sp.Symbol("n", positive=True)
    variance = r.squared_average(x**2 - r.unknown_moment(2), [x], n, r.unknown_moment)
    steps = [
        derived(
            "(28): for independent rows, by n squares and n (n − 1) products,",
            r"\operatorname{Var} A(x^2)",
            "Var A(x²)",
            variance,
        ),
        Step(
            "With the p-th moment alone, cut |x|^p at K = √n: τ(K) is the mean above it.",
            r"\mathbb{E}|A(x^p) - m| \le \sqrt{K m/n} + 2\,\tau(K)",
            "E|A(x^p) − m| ≤ √(K m/n) + 2 τ(K)",
        ),
        Step(
            "(29): f is at most C h, h = 1 + ‖x‖^p. With a cut φ the bounded parts converge weakly, and what h leaves "
            "outside is its moment less its bounded part.",
            r"|A f - \mathbb{E} f| \le |A f\varphi - \mathbb{E} f\varphi| + C\left(|A h - \mathbb{E} h| + "
            r"|A h\varphi - \mathbb{E} h\varphi| + 2\,\mathbb{E} h(1 - \varphi)\right)",
            "|A f − E f| ≤ |A fφ − E fφ| + C (|A h − E h| + |A hφ − E hφ| + 2 E h(1 − φ))",
        ),
        Step(
            "(31): at the best coupling (26), Cauchy–Schwarz and the triangle inequality for second moments give",
            r"|\mu f - \nu f| \le c\,W_2\left(1 + 2 m' + W_2\right)",
            "|μf − νf| ≤ c W_2 (1 + 2 m' + W_2)",
        ),
    ]
    text = "One lag, against its limit: with the overlap C of a Gaussian sample with the quantiles, at ν = 1 and lag 1"
    return [*steps, derived(text, r"\mathbb{E}\,W_2^2", "E W_2²", e.lag_one(1, 1)[0])]


def distance_curve() -> Sequence[Curve]:
    return tuple(
        Curve(
            label=f"bound on E W_2², lag {lag}",
            x=tuple(float(setting["n"]) for setting in UNIT),
            y=tuple(mean_square(setting, lag) for setting in UNIT),
        )
        for lag in (0, 3)
    )


UNIT = tuple(Setting(n=n, nu_W="1", nu_F="1") for n in (16, 64, 256))
GENERIC = Setting(n=256, nu_W="1/2", nu_F="3/2")
NARROW = Setting(n=16, nu_W="1/2", nu_F="3")

CLAIM = Claim(
    id="appendix_a_empirical_measures",
    title="Empirical measures of rows: independent rows, weak convergence, and W_2",
    statement=r"\mathrm{PL}(p) \Leftrightarrow \text{weak and } \mathbb{E}\|x\|^p, \qquad "
    r"|\mu f - \nu f| \le c\,W_2(\mu,\nu)\left(1 + 2\sqrt{\mathbb{E}_\nu\|y\|^2} + W_2(\mu,\nu)\right), \qquad "
    r"\mathbb{E}\,W_2^2\!\left(\tfrac1n\textstyle\sum_i \delta_{r_{1,i}},\ N(0, \nu_F\nu_W)\right) = "
    r"2\,\nu_F\nu_W\left(1 - C_n\,\mathbb{E}\sqrt{\chi^2_n/n}\right)",
    plain="PL(p) convergence is weak convergence with p-th moments; |μf − νf| ≤ c W_2 (1 + 2 √(E_ν ‖y‖²) + W_2) for f "
    "that is PL(2) with constant c; E W_2² of the entries of r_1 to N(0, ν_F ν_W) is "
    "2 ν_F ν_W (1 − C_n E √(χ²_n/n))",
    summary="Independent rows with a finite p-th moment converge against every PL(p) function. PL(p) convergence is "
    "weak convergence with convergence of p-th moments. Where W_2 tends to 0, averages of PL(2) functions converge, by "
    "an explicit inequality. The mean of W_2² between the entries of r_j and their Gaussian limit is exact at lags 0 "
    "and 1, and bounded at the others, at every width n; C_n is the overlap of n sorted Gaussians with the quantiles.",
    source=Source("E", "Appendix A, (28)–(31)"),
    assumptions=(
        "weak convergence is decided by bounded Lipschitz functions (portmanteau), and continuous cuts φ exist",
        "that PL(2) convergence implies W_2 → 0, the other direction of (31), is cited (Villani, Optimal Transport: "
        "Old and New, Theorem 6.9)",
        "the variance of W_2² at lag 1 uses the Gaussian Poincaré inequality; its mean does not",
    ),
    uses=("appendix_a_pseudo_lipschitz",),
    checks=(
        Proof(
            name="independent rows",
            title="(28): Var A(x^p) exactly, p ≤ 5, and truncation where only the p-th moment is finite",
            prove=prove_independent,
            microseconds=1e5,
        ),
        Proof(
            name="weak convergence",
            title="(29): PL(p) convergence is weak convergence with p-th moments, p = 2 … 5",
            prove=prove_weak,
            microseconds=5e4,
        ),
        Proof(
            name="transport",
            title="(31): |μf − νf| ≤ c W_2 (1 + 2 m' + W_2); in one dimension sorting is the best coupling",
            prove=prove_transport,
            microseconds=1e4,
        ),
        Proportion(
            name="one lag",
            title="W_2 of the entries of r_j to N(0, ν_F ν_W^j), dense RNN, n = 16, 64, 256: within 2 √(E W_2²)",
            settings=(*UNIT, GENERIC),
            lines=distance_lines,
            sample=sample_distances,
            microseconds=5e2,
        ),
        Mean(
            name="lag one",
            title="E W_2² of the entries of r_1 at n = 16 is its exact value",
            settings=(NARROW,),
            lines=lag_one_lines,
            sample=sample_distances,
            microseconds=12.0,
        ),
    ),
    controls=(
        Control(
            name="rows that are all alike",
            why="then the average is one row, and its variance does not fall",
            check="independent rows",
            replace={"prove": partial(prove_independent, alike=True)},
            line="Var A(x^2), expanded, n = 2",
        ),
        Control(
            name="a level of n",
            why="cut at K = n, the part below has a variance that need not fall",
            check="independent rows",
            replace={"prove": partial(prove_independent, level="1")},
            line="K m/n → 0 for the level K",
        ),
        Control(
            name="weak convergence alone",
            why="mass 1/n at √n vanishes weakly, and keeps a second moment of 1",
            check="weak convergence",
            replace={"prove": partial(prove_weak, moments=False)},
            line="|A f − E f| ≤ e_0 + C (e_1 + e_2 + 2 τ)",
        ),
        Control(
            name="growth like ‖x‖^(p−1)",
            why="a PL(p) function may grow like ‖x‖^p",
            check="weak convergence",
            replace={"prove": partial(prove_weak, below=1)},
            line="p = 2: |f| ≤ (|f(0)| + 2 c)(1 + ‖x‖^p), ‖x‖ ≥ 1",
        ),
        Control(
            name="as for Lipschitz functions",
            why="c W_2 bounds the change of a Lipschitz function only",
            check="transport",
            replace={"prove": partial(prove_transport, of_lipschitz)},
            line="|μf − νf| ≤ c w (1 + 2 m' + w)",
        ),
        Control(
            name="second moments add up, for measures",
            why="the square of 1 + ‖x‖ + ‖y‖ has mixed terms",
            check="transport",
            replace={"prove": partial(prove_transport, crossed=0)},
            line="E (1 + ‖x‖ + ‖y‖)² ≤ (1 + m + m')²",
        ),
        Control(
            name="small with large",
            why="sorting one sample up and the other down is the worst coupling",
            check="transport",
            replace={"prove": partial(prove_transport, straight=-1)},
            line="pairs that cross cost more",
        ),
        Control(
            name="ν_W^(2j), in W_2",
            why="the entries of r_3 have the variance ν_F ν_W³",
            check="one lag",
            replace={"sample": squared_variances},
            setting=GENERIC,
            line="lag 3",
        ),
        Control(
            name="the Gram alone",
            why="a sample of n fluctuates more about the quantiles than its variance does about the limit",
            check="one lag",
            replace={"lines": partial(distance_lines, alone=True)},
            setting=UNIT[2],
            line="lag 0",
        ),
        Control(
            name="half of the rows",
            why="an empirical measure of n/2 rows is nearly twice as far, in mean square",
            check="lag one",
            replace={"sample": partial(sample_distances, share=2)},
            line="lag 1",
        ),
        Control(
            name="independent entries",
            why="the entries of r_1 share ‖F‖, which adds the fluctuation of its length",
            check="lag one",
            replace={"lines": partial(lag_one_lines, independent=True)},
            line="lag 1",
        ),
    ),
    derivation=derive,
    figures=(
        Figure(
            title="W_2² between the entries of r_j and N(0, ν_F ν_W^j) (5, 50 and 95 % quantiles)",
            check="one lag",
            x="n",
            x_label="width n",
            y_label="W_2²",
            series="j",
            show="quantiles",
            log_x=True,
            log_y=True,
            theory=distance_curve,
        ),
    ),
    not_shown=(
        "W_2 of the empirical measure of whole rows (several lags) to N(0, D): to n Gaussian rows E W_2² ≤ δ² is "
        "proved in appendix_a_pseudo_lipschitz; that n Gaussian rows tend to their own law in W_2 is cited (Fournier "
        "and Guillin 2015)",
        "that W_2 of one lag tends to 0, which follows from PL(2) convergence by the cited direction of (31), and at "
        "what rate: E W_2² is a number at each n tested, and no exponent of n is claimed",
        "by Markov's inequality `one lag` sees an error of W_2 from a factor of about two on; `lag one` sees 10 % of "
        "E W_2² in the quick profile",
    ),
)
