"""[E] Theorem 3.3(b): the NTK of a wide linear RNN tends to that of a convolution with scaling factors ρ_j."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from verify.checks import Agreement, Comparison, Mean, MeanLine, Proof, Proportion, ProportionLine
from verify.checks.sampling import WIDTH_FREE_RESOLUTIONS
from verify.claims._factors import stated_factor, without_w
from verify.claims._samplers import dense, untied, width_free
from verify.claims._variances import variances
from verify.model import Claim, Control, Curve, Figure, Setting, Source, Step

if TYPE_CHECKING:
    import numpy as np
    import sympy as sp
    from numpy.random import Generator
    from numpy.typing import NDArray

    from verify.proofs import Identity, MatrixIdentity

    Array = NDArray[np.floating[Any]]
    Formula = Callable[[sp.Expr | int, sp.Expr, sp.Expr, sp.Expr], sp.Expr]

LARGEST_LAG = 6
GENERIC = (("1/2", "13/10", "7/10"), ("9/10", "2", "2/5"), ("6/5", "3/10", "3/2"))  # ν_W, ν_F, ν_C


# --- rivals of the stated factor ------------------------------------------------------------------------------------


def one_path_more(j: sp.Expr | int, nu_w: sp.Expr, nu_f: sp.Expr, nu_c: sp.Expr) -> sp.Expr:
    return stated_factor(j, nu_w, nu_f, nu_c) + nu_c * nu_f * nu_w ** (j - 1)


def extra_power(j: sp.Expr | int, nu_w: sp.Expr, nu_f: sp.Expr, nu_c: sp.Expr) -> sp.Expr:
    return nu_c * (j * nu_f * nu_w**j + nu_w**j) + nu_f * nu_w**j


def deviations(j: sp.Expr | int, nu_w: sp.Expr, nu_f: sp.Expr, nu_c: sp.Expr) -> sp.Expr:
    import sympy as sp

    return stated_factor(j, sp.sqrt(nu_w), sp.sqrt(nu_f), sp.sqrt(nu_c))


# --- proofs ---------------------------------------------------------------------------------------------------------


def prove_recursion(formula: Formula = stated_factor) -> Iterator[Identity]:
    """(45)–(55): the solved recursion, checked by induction, adds up to the stated ρ_j for all lags and variances."""
    import sympy as sp

    from symbolic import scaling as s
    from verify.proofs import Identity

    variances = (s.NU_W, s.NU_F, s.NU_C)
    from_c, from_f, from_w = s.scaling_parts(s.LAG, *variances)
    yield Identity("the three parts add up to (21)", from_c + from_f + from_w - formula(s.LAG, *variances))
    response, perturbation = s.perturbation_variance()
    yield Identity("induction starts: Var δq_0 = 1", perturbation.subs(s.LAG, 0) - s.initial_covariance()[1, 1])
    step = s.covariance_step(sp.diag(response, perturbation))
    later = s.LAG + 1
    yield Identity("induction step: Var q", step[0, 0] - response.subs(s.LAG, later))
    yield Identity("induction step: Var δq", step[1, 1] - perturbation.subs(s.LAG, later))
    yield Identity("q and δq of one lag stay uncorrelated", step[0, 1])
    together = s.NU_C * perturbation + response
    yield Identity("all parameters moved at once", together - formula(s.LAG, *variances))
    across = sp.Matrix(2, 2, sp.symbols("p:4", positive=True))
    stepped = s.cross_covariance_step(across)
    expected = s.NU_W * across + sp.Matrix([[0, 0], [0, across[0, 0]]])
    for row, column in ((0, 0), (0, 1), (1, 0), (1, 1)):
        name = f"covariance between lags, entry {row}{column}: linear, so 0 stays 0"
        yield Identity(name, stepped[row, column] - expected[row, column])


def prove_wick(
    formula: Formula = stated_factor, *, rate: Callable[[sp.Expr], sp.Expr | int] = lambda _: 1
) -> Iterator[Identity]:
    """E Θ_jk(n) → δ_jk ρ_j and Var Θ_jk(n) → 0 from exact moments at every n: no lemma is assumed, j, k ≤ 6."""

    from symbolic import scaling, wick
    from symbolic.inverse_width import INVERSE_WIDTH, coefficient
    from verify.proofs import Identity

    x = INVERSE_WIDTH
    nu = {"nu_w": scaling.NU_W, "nu_f": scaling.NU_F, "nu_c": scaling.NU_C}
    for j in range(LARGEST_LAG + 1):
        for k in range(j, LARGEST_LAG + 1):
            limit = coefficient(wick.ntk_mean(j, k, 1 / x, **nu))
            target = formula(j, *nu.values()) if j == k else 0
            yield Identity(f"lim E Θ_{j}{k}", limit - target)
            variance = wick.ntk_variance(j, k, 1 / x, **nu)
            yield Identity(f"lim Var Θ_{j}{k}", coefficient(rate(x) * variance))


def prove_homogeneity(power: Callable[[sp.Expr], sp.Expr] = lambda j: j) -> Iterator[MatrixIdentity]:
    """r_j(ν) = √ν_F √ν_W^j r_j(1), at every n: hence G^R_jk, G^L_jk and each part of Θ_jk scale exactly."""
    import sympy as sp

    from symbolic import rnn
    from verify.proofs import MatrixIdentity

    w, f, j = sp.Symbol("w", positive=True), sp.Symbol("f", positive=True), sp.Symbol("j", integer=True, positive=True)
    values = {w: sp.Rational(1, 2), f: sp.Integer(3), j: sp.Integer(2)}
    unit = rnn.W**j * rnn.F
    yield MatrixIdentity("start: √ν_F F", f * rnn.F - w ** power(sp.Integer(0)) * f * rnn.F, rnn.SHAPES, values)
    before = w ** power(j) * f * unit
    step = w * rnn.W * before - w ** power(j + 1) * f * rnn.W ** (j + 1) * rnn.F
    yield MatrixIdentity("step: multiply by √ν_W W", step, rnn.SHAPES, values)


# --- simulations ----------------------------------------------------------------------------------------------------


def pairs(largest: int) -> list[tuple[int, int]]:
    return [(j, k) for j in range(largest + 1) for k in range(j, largest + 1)]


def label(j: int, k: int) -> str:
    return f"Θ_{j}{k}"


def theta(grams: Any, largest: int) -> dict[str, Array]:  # noqa: ANN401 — numeric.grams.Grams
    """Θ_jk for one input and one output, by label."""
    from numeric.kernels import lag_ntk

    kernel = lag_ntk(grams)[..., 0, 0]
    return {label(j, k): kernel[:, j, k] for j, k in pairs(largest)}


def sample_width_free(setting: Setting, rngs: Sequence[Generator]) -> Mapping[str, Array]:
    return theta(width_free(setting, rngs), setting["T"] - 1)


def sample_dense(setting: Setting, rngs: Sequence[Generator]) -> Mapping[str, Array]:
    return theta(dense(setting, rngs), setting["T"] - 1)


def sample_untied(setting: Setting, rngs: Sequence[Generator]) -> Mapping[str, Array]:
    return theta(untied(setting, rngs), setting["T"] - 1)


def sample_several(setting: Setting, rngs: Sequence[Generator]) -> Mapping[str, Array]:
    """Entries of Θ_jj for two inputs and three outputs: one on the diagonal, and one of each kind off it."""
    from numeric import krylov
    from numeric.kernels import lag_ntk_diagonal
    from numeric.streams import BLOCK

    grams = krylov.sample_grams(n=setting["n"], T=setting["T"], replicates=BLOCK * len(rngs), n_x=2, n_y=3, rng=rngs)
    kernel = lag_ntk_diagonal(grams)  # [B, T, 6, 6], index a·n_x + b
    columns = {"same": 0, "other input": 1, "other output": 2, "both other": 3}
    return {
        f"Θ_{j}{j}, {kind}": kernel[:, j, 0, column] for j in range(setting["T"]) for kind, column in columns.items()
    }


# --- predictions ----------------------------------------------------------------------------------------------------


def wick_limit(j: int, k: int, **nu: sp.Expr) -> sp.Expr:
    """lim E Θ_jk from the exact moments alone: measured against ρ_j, the bias would absorb an error of ρ_j."""

    from symbolic import wick
    from symbolic.inverse_width import INVERSE_WIDTH, coefficient

    x = INVERSE_WIDTH
    return coefficient(wick.ntk_mean(j, k, 1 / x, **nu))


def limit_lines(setting: Setting, *, formula: Formula | None = None) -> list[ProportionLine]:
    """P(|Θ_jk − δ_jk ρ_j| > |bias| + 2√Var) ≤ ¼ by Chebyshev, bias and variance exact at this n."""
    from symbolic import wick
    from symbolic.evaluate import to_float
    from symbolic.scaling import scaling_factor

    n, nu = setting["n"], variances(setting)
    named = dict(zip(("nu_w", "nu_f", "nu_c"), nu, strict=True))
    lines = []
    for j, k in pairs(setting["T"] - 1):
        limit = (formula or scaling_factor)(j, *nu) if j == k else 0
        bias = wick.ntk_mean(j, k, n, **named) - wick_limit(j, k, **named)
        radius = abs(to_float(bias)) + 2.0 * math.sqrt(to_float(wick.ntk_variance(j, k, n, **named)))
        null = f"P(|{label(j, k)} − {'ρ_' + str(j) if j == k else 0}| > {radius:.3g}) ≤ 1/4"
        at = {"n": n, "j": j, "k": k} if j == k else {"n": n, "k": k, "off": j}
        lines.append(ProportionLine(label=label(j, k), null=null, centre=to_float(limit), radius=radius, at=at))
    return lines


def several_lines(setting: Setting, *, off_identity: float = 0.0) -> list[ProportionLine]:
    """Θ_jj tends to ρ_j times the identity; `off_identity` is what a rival puts off its diagonal, times ρ_j."""
    from symbolic import wick
    from symbolic.evaluate import to_float
    from symbolic.scaling import scaling_factor

    n, kinds = setting["n"], (("other input", False, True), ("other output", True, False), ("both other", False, False))
    lines = []
    for j in range(setting["T"]):
        rho = to_float(scaling_factor(j, 1, 1, 1))
        bias = to_float(wick.ntk_mean(j, j, n) - wick_limit(j, j))
        radius = abs(bias) + 2.0 * math.sqrt(to_float(wick.ntk_variance(j, j, n)))
        expected = {"same": (rho, radius)}
        for kind, same_input, same_output in kinds:
            square = wick.ntk_entry_second_moment(j, j, n, same_input=same_input, same_output=same_output)
            expected[kind] = (off_identity * rho, 2.0 * math.sqrt(to_float(square)))
        for kind, (centre, allowed) in expected.items():
            if allowed == 0.0:  # both other at lag 0: there is no W part, the entry is identically 0
                continue
            null = f"P(|Θ_{j}{j}, {kind} − {centre:.4g}| > {allowed:.3g}) ≤ 1/4"
            lines.append(
                ProportionLine(label=f"Θ_{j}{j}, {kind}", null=null, centre=centre, radius=allowed, at={"n": n, "j": j})
            )
    return lines


def mean_lines(setting: Setting, *, formula: Formula | None = None, diagonal: bool = False) -> list[MeanLine]:
    """E Θ_jk at this n from Wick; the scale is √(E Θ_jj E Θ_kk). A rival `formula` states ρ_j plus the same bias."""
    from symbolic import wick
    from symbolic.evaluate import to_float

    n, nu = setting["n"], variances(setting)
    named = dict(zip(("nu_w", "nu_f", "nu_c"), nu, strict=True))
    size = [to_float(wick.ntk_mean(j, j, n, **named)) for j in range(setting["T"])]
    lines = []
    for j, k in pairs(setting["T"] - 1):
        if diagonal and j != k:
            continue
        mean = wick.ntk_mean(j, k, n, **named)
        if formula is not None and j == k:
            mean += formula(j, *nu) - stated_factor(j, *nu)
        value = to_float(mean)
        lines.append(
            MeanLine(
                label=label(j, k),
                null=f"E {label(j, k)} = {value:.6g}",
                low=value,
                high=value,
                variance=to_float(wick.ntk_variance(j, k, n, **named)),
                scale=math.sqrt(size[j] * size[k]),
                at={"n": n, "j": j} if j == k else {"n": n, "k": k, "off": j},
            )
        )
    return lines


def compare_homogeneity(
    setting: Setting,
    rng: Generator,
    *,
    exponent: Callable[[int, int], float] = lambda j, k: (j + k) / 2,
    off: float = 0.0,
) -> Iterator[Comparison]:
    """Θ of scaled weights against the scaled parts of Θ of the same weights, at a random ν.

    Rivals scale with another exponent, or by parts that are `off` by a factor.
    """
    import numpy as np

    from numeric import rounding
    from numeric.kernels import grams_of, lag_ntk, lag_ntk_parts

    n, T = setting["n"], setting["T"]
    nu_w, nu_f, nu_c = np.exp(rng.uniform(-2.0, 1.0, size=3))
    W, F, C = rng.standard_normal((n, n)), rng.standard_normal((n, 2)), rng.standard_normal((2, n))
    scaled = math.sqrt(nu_w) * W, math.sqrt(nu_f) * F, math.sqrt(nu_c) * C
    from_c, from_f, from_w = (part[0] for part in lag_ntk_parts(grams_of(W, F, C, T)))
    lag_power = np.array([[exponent(j, k) for k in range(T)] for j in range(T)])[:, :, None, None]
    by_parts = nu_w**lag_power * (nu_f * from_c + nu_c * from_f + nu_f * nu_c / nu_w * from_w)
    difference = np.abs(lag_ntk(grams_of(*scaled, T))[0] - (1.0 + off) * by_parts)
    share = rounding.share(difference, 2.0 * rounding.kernel_error(*scaled, T))
    yield Comparison(label="Θ(ν)", difference=float(share.max()), bound=1.0, at={"case": setting["case"]})


# --- derivation -----------------------------------------------------------------------------------------------------


def derive() -> Sequence[Step]:
    """The recursion of the variances, its solution, the three parts."""
    import sympy as sp

    from symbolic import scaling as s
    from symbolic.printing import equation

    a, b = sp.symbols("a_j b_j")
    step = s.covariance_step(sp.diag(b, a))
    response, perturbation = s.perturbation_variance()
    named = zip("CFW", s.scaling_parts(s.LAG, s.NU_W, s.NU_F, s.NU_C), strict=True)
    total = sp.factor(s.scaling_factor(s.LAG, s.NU_W, s.NU_F, s.NU_C))

    return [
        Step(
            "Lemma C.1 for a row of (q_j, δq_j): the variance b_j of q_j takes the step",
            *equation("b_{j+1}", step[0, 0]),
        ),
        Step("and the variance a_j of δq_j takes the step (46)-(50)", *equation("a_{j+1}", step[1, 1])),
        Step("SymPy solves the first", *equation("b_j", response)),
        Step("and the second (51)", *equation("a_j", perturbation)),
        *(
            Step(f"Moving {name} alone gives δL_j the variance (52)-(54)", *equation(rf"\rho_j^{{{name}}}", part))
            for name, part in named
        ),
        Step("The parameters are moved independently, so the variances add up to (21)", *equation(r"\rho_j", total)),
    ]


def factor_curve() -> Sequence[Curve]:
    from symbolic.evaluate import to_float
    from symbolic.scaling import scaling_factor

    lags = range(LARGEST_LAG + 1)
    values = tuple(to_float(scaling_factor(j, 1, 1, 1)) for j in lags)
    return (Curve(label="ρ_j, the limit", x=tuple(map(float, lags)), y=values),)


WIDE = tuple(Setting(n=10**power, T=LARGEST_LAG + 1) for power in (4, 6, 8, 10))
SMALL = tuple(Setting(n=n, T=5) for n in (8, 16, 32))
SEVERAL = tuple(Setting(n=10**power, T=5) for power in (4, 8))
AT_NU = tuple(Setting(n=16, T=4, nu_W=w, nu_F=f, nu_C=c) for w, f, c in GENERIC)
DENSE = (Setting(n=1000, T=LARGEST_LAG + 1),)
CASES = tuple(Setting(case=case, n=12, T=5) for case in range(40))

CLAIM = Claim(
    id="theorem_3_3b_ntk_limit",
    title="The NTK of a wide linear RNN is that of a scaled convolution",
    statement=r"K(x,x') \to \left[\mathcal{T}(x)^{\top} D(\rho)\, \mathcal{T}(x')\right] \otimes I_{n_y}"
    r"\ \text{in probability},\qquad "
    r"\rho_j = \nu_C\left(j\,\nu_F\,\nu_W^{j-1} + \nu_W^{j}\right) + \nu_F\,\nu_W^{j}",
    plain="K(x, x') → [T(x)^T D(ρ) T(x')] ⊗ I in probability, ρ_j = ν_C (j ν_F ν_W^(j−1) + ν_W^j) + ν_F ν_W^j",
    summary="As the width n grows, the tangent kernel between lags, Θ_jk, tends in probability to ρ_j where j = k "
    "(times the identity over outputs and inputs) and to 0 elsewhere. ρ_j is the sum of what C, F and W contribute.",
    source=Source("E", "Theorem 3.3(b), (20), (21), proof (41)–(55)"),
    assumptions=(
        "W, F, C have independent Gaussian entries of variances ν_W, ν_F, ν_C > 0",
        "the proof for all lags assumes Lemma C.1 (and that lag 0 is independent of later lags) and Lemma B.1",
        "the Wick proof for lags up to 6 assumes no limit theorem; both take the NTK in its Gram form (theory, C.1), "
        "which the tests compare with automatic differentiation",
    ),
    uses=("prop_2_1a_same_map", "exact_sampler"),
    checks=(
        Proof(
            name="recursion",
            title="ρ_j from the variance recursion (46)–(55), for all j and ν (assumes Lemma C.1)",
            prove=prove_recursion,
        ),
        Proof(
            name="wick",
            title="E Θ_jk(n) → δ_jk ρ_j and Var Θ_jk(n) → 0 exactly in n, j, k ≤ 6, all ν; no limit theorem used",
            prove=prove_wick,
            microseconds=3e6,
        ),
        Proof(
            name="homogeneity",
            title="r_j(ν) = √ν_F √ν_W^j r_j(1) at every n, so each part of Θ scales exactly",
            prove=prove_homogeneity,
        ),
        Agreement(
            name="scaled weights",
            title="Θ of scaled weights = scaled parts of Θ, same weights, 40 random ν, two inputs and outputs",
            settings=CASES,
            compare=compare_homogeneity,
            microseconds=5e3,
        ),
        Proportion(
            name="in probability",
            title="Θ_jk is within its proven fluctuation of δ_jk ρ_j, from n = 10⁴ to 10¹⁰",
            settings=WIDE,
            lines=limit_lines,
            sample=sample_width_free,
            microseconds=4.0,
        ),
        Proportion(
            name="identity over outputs",
            title="for two inputs and three outputs the block Θ_jj tends to ρ_j times the identity",
            settings=SEVERAL,
            lines=several_lines,
            sample=sample_several,
            microseconds=7.7,
        ),
        Mean(
            name="small widths",
            title="E Θ_jk at n = 8, 16, 32 is the exact finite-width value",
            settings=SMALL,
            lines=mean_lines,
            sample=sample_width_free,
            microseconds=1.5,
            resolutions=WIDTH_FREE_RESOLUTIONS,
        ),
        Mean(
            name="three generic ν",
            title="E Θ_jk at three generic (ν_W, ν_F, ν_C), from the dense RNN",
            settings=AT_NU,
            lines=mean_lines,
            sample=sample_dense,
            microseconds=3.9,
        ),
        Mean(
            name="dense",
            title="E Θ_jj of the dense RNN at n = 1000, W in memory",
            settings=DENSE,
            lines=partial(mean_lines, diagonal=True),
            sample=sample_dense,
            microseconds=7.9e3,
        ),
    ),
    controls=(
        Control(
            name="no paths through W",
            why="ρ_j = (ν_C + ν_F) ν_W^j leaves out what moving W contributes",
            check="in probability",
            replace={"lines": partial(limit_lines, formula=without_w)},
            setting=WIDE[3],
            line="Θ_66",
        ),
        Control(
            name="one path too many",
            why="j + 1 ways to place ΔW in a product of j factors W",
            check="dense",
            replace={"lines": partial(mean_lines, diagonal=True, formula=one_path_more)},
            line="Θ_33",
        ),
        Control(
            name="ν_W^j in the W part",
            why="ΔW takes the place of one factor W, so that ν_W^(j−1) is left, not ν_W^j; invisible at ν_W = 1",
            check="recursion",
            replace={"prove": partial(prove_recursion, extra_power)},
            line="the three parts add up to (21)",
        ),
        Control(
            name="no paths through W, exact moments",
            why="the same false limit against the exact moments at symbolic ν",
            check="wick",
            replace={"prove": partial(prove_wick, without_w)},
            line="lim E Θ_11",
        ),
        Control(
            name="the variance falls faster than 1/n",
            why="n Var Θ_11 tends to a positive number, not to 0",
            check="wick",
            replace={"prove": partial(prove_wick, rate=lambda x: 1 / x)},
            line="lim Var Θ_11",
        ),
        Control(
            name="deviations for variances",
            why="√ν in the place of ν; invisible at ν = 1",
            check="three generic ν",
            replace={"lines": partial(mean_lines, formula=deviations)},
            setting=AT_NU[0],
            line="Θ_22",
        ),
        Control(
            name="untied weights",
            why="a fresh W at every step has the same limit, but E Θ_13 is then 0 at every n",
            check="small widths",
            replace={"sample": sample_untied, "microseconds": 5.4},
            setting=SMALL[0],
            line="Θ_13",
        ),
        Control(
            name="all ones over the outputs",
            why="K tends to ρ_j times a matrix of ones in the place of the identity",
            check="identity over outputs",
            replace={"lines": partial(several_lines, off_identity=1.0)},
            setting=SEVERAL[1],
            line="Θ_22, other output",
        ),
        Control(
            name="ν_W^(2j) by homogeneity",
            why="each of the j factors √ν_W is counted twice",
            check="homogeneity",
            replace={"prove": partial(prove_homogeneity, lambda j: 2 * j)},
            line="step: multiply by √ν_W W",
        ),
        Control(
            name="ν_W^(j+k) on the same weights",
            why="the Gram of lags j and k scaled by ν_W^(j+k) in the place of its square root",
            check="scaled weights",
            replace={"compare": partial(compare_homogeneity, exponent=lambda j, k: float(j + k))},
            setting=CASES[0],
            line="Θ(ν)",
        ),
        Control(
            name="parts off by 10⁻¹²",
            why="a kernel that is wrong in the twelfth digit; rounding explains less",
            check="scaled weights",
            replace={"compare": partial(compare_homogeneity, off=1e-12)},
            setting=CASES[0],
            line="Θ(ν)",
        ),
    ),
    derivation=derive,
    figures=(
        Figure(
            title="E Θ_jj at small widths and its limit ρ_j",
            check="small widths",
            x="j",
            x_label="lag j",
            y_label="E Θ_jj at ν = 1",
            series="n",
            theory=factor_curve,
        ),
        Figure(
            title="The law of Θ_jj closes on ρ_j as n grows (5, 50 and 95 % quantiles)",
            check="in probability",
            x="j",
            x_label="lag j",
            y_label="Θ_jj at ν = 1",
            series="n",
            show="quantiles",
            theory=factor_curve,
        ),
        Figure(
            title="The dense RNN at n = 1000",
            check="dense",
            x="j",
            x_label="lag j",
            y_label="E Θ_jj at ν = 1",
            theory=factor_curve,
        ),
    ),
    not_shown=("the Wick proof stops at lag 6; beyond, the limit rests on Lemma C.1",),
)
