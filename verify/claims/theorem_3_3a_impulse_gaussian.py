"""[E] Theorem 3.3(a): the impulse response of a wide linear RNN tends to independent Gaussian variables."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from verify.checks import Law, LawLine, Proof, Proportion, ProportionLine
from verify.checks.sampling import WIDTH_FREE_RESOLUTIONS
from verify.claims import _arnoldi_lines
from verify.claims._samplers import dense, untied, width_free
from verify.claims._steps import derived
from verify.claims._variances import variances
from verify.model import Claim, Control, Curve, Figure, Setting, Source, Step

if TYPE_CHECKING:
    import numpy as np
    import sympy as sp
    from numpy.random import Generator
    from numpy.typing import NDArray

    from numeric.grams import Grams
    from verify.claims._samplers import Sampler
    from verify.proofs import Identity, NonNegative, Statement
    from verify.statistics.laws import Law as ExactLaw

    Array = NDArray[np.floating[Any]]
    Power = Callable[[int], int]

LARGEST_LAG = 6  # exact second moments of the Grams are taken up to here
SPARE = 2.0**-14  # what the check `Law` leaves for its bins, and more than it needs


def one_power(j: int) -> int:
    """The power of ν_W in the variance of L_j."""
    return j


def two_powers(j: int) -> int:
    return 2 * j


# --- proofs ---------------------------------------------------------------------------------------------------------


def prove_conditional_law(root_of_width: int = 1) -> Iterator[Statement]:
    """Given (W, F), L ~ N(0, ν_C G^R) exactly: L_j = n^{−1/2} C r_j is linear in C, and the exponents of entries add.

    The last statements are about one coordinate i of the r_j; summed over i = 1 … n, Σ_i r_ji r_ki = n G_jk gives the
    characteristic function at every width. A rival `root_of_width` = 0 forgets the factor n^{−1/2}.
    """
    import sympy as sp

    from symbolic import impulse_law, rnn
    from symbolic.scaling import NU_C
    from verify.proofs import Identity, MatrixIdentity

    for j, response in enumerate(rnn.response_to_impulse(LARGEST_LAG + 1)):
        state = rnn.ROOT**j * rnn.W**j * rnn.F
        linear = response - rnn.ROOT**root_of_width * rnn.C * state
        yield MatrixIdentity(f"L_{j} = n^(−1/2) C r_{j}", linear, rnn.SHAPES, {rnn.ROOT: sp.Rational(1, 2)})
    u = impulse_law.ARGUMENT
    yield Identity("integration by parts: φ' = −ν_C u φ", impulse_law.partial_integration())
    characteristic = impulse_law.entry_characteristic()
    yield Identity("φ solves it", sp.diff(characteristic, u) + NU_C * u * characteristic)
    yield Identity("φ(0) = 1", characteristic.subs(u, 0) - 1)
    for T in (1, 2, 4):
        s, r = sp.symbols(f"s:{T}", real=True), sp.symbols(f"r:{T}", real=True)
        one = impulse_law.entry_exponent(list(r), list(s))
        products = {(j, k): r[j] * r[k] / impulse_law.WIDTH for j in range(T) for k in range(j, T)}
        both = impulse_law.gram_exponent(products, list(s))
        yield Identity(f"the exponents add up to that of N(0, ν_C G), {T} lags", one - both)


def prove_mean_square(power: Power = one_power) -> Iterator[Statement]:
    """E (G_jk,bb' − δ ν_F ν_W^j)² → 0 for j, k ≤ 6 and inputs b, b', at symbolic ν, from exact moments.

    As |e^{−x} − e^{−y}| ≤ |x − y| on x, y ≥ 0, the characteristic function of L then tends to that of the limit.
    """
    import sympy as sp

    from symbolic import wick
    from symbolic.deferred_moments import limit_coordinates
    from symbolic.inverse_width import INVERSE_WIDTH, coefficient
    from symbolic.scaling import NU_F, NU_W
    from verify.proofs import Identity

    x = INVERSE_WIDTH
    for j in range(LARGEST_LAG + 1):
        for k in range(j, LARGEST_LAG + 1):
            scale = NU_F * NU_W ** sp.Rational(j + k, 2)
            limit = NU_F * NU_W ** power(j) if j == k else sp.Integer(0)
            mean = scale * coefficient(wick.right_gram_mean(j, k, 1 / x))
            square = scale**2 * coefficient(wick.right_gram_entry_second_moment(j, k, 1 / x))
            yield Identity(f"lim E (G_{j}{k} − δ ν_F ν_W^{j})²", square - 2 * limit * mean + limit**2)
            other = coefficient(wick.right_gram_entry_second_moment(j, k, 1 / x, same_input=False))
            yield Identity(f"lim E (G_{j}{k}, other input)²", other)
    for j in range(LARGEST_LAG + 1):
        for i, coordinate in enumerate(limit_coordinates(j)):
            yield Identity(f"in the Krylov basis r_{j}/√n → e_{j}, axis {i}", coordinate - int(i == j))
    yield from _prove_entropy()


def _prove_entropy() -> Iterator[Identity | NonNegative]:
    """λ − ln(1 + λ) ≤ λ² for λ > −½: the gap is 0 at 0 and its derivative λ (1 + 2λ)/(1 + λ) has the sign of λ."""
    import sympy as sp

    from symbolic.impulse_law import relative_entropy_gap
    from verify.proofs import Identity, NonNegative

    eigenvalue, gap = relative_entropy_gap()
    slope = sp.together(sp.diff(gap, eigenvalue))
    yield Identity("entropy: the gap starts at 0", gap.subs(eigenvalue, 0))
    yield Identity("entropy: its slope", slope - eigenvalue * (1 + 2 * eigenvalue) / (1 + eigenvalue))
    up, down = sp.symbols("p q", nonnegative=True)
    yield NonNegative("entropy: it rises for λ = p ≥ 0", sp.factor(slope.subs(eigenvalue, up)))
    below = -sp.Rational(1, 2) * down / (1 + down)  # −½ < λ ≤ 0
    yield NonNegative("entropy: it falls for −1/2 < λ ≤ 0", -sp.factor(sp.together(slope.subs(eigenvalue, below))))


def wick_pairings(aa: sp.Expr, ab: sp.Expr, bb: sp.Expr) -> sp.Expr:
    """E u² v² of zero-mean Gaussians with these second moments."""
    return aa * bb + 2 * ab**2


def straight_pairings(aa: sp.Expr, ab: sp.Expr, bb: sp.Expr) -> sp.Expr:  # noqa: ARG001 — the rival drops them
    return aa * bb


def prove_finite_width(
    pairings: Callable[[sp.Expr, sp.Expr, sp.Expr], sp.Expr] = wick_pairings,
    *,
    independent: bool = False,
    rate: Callable[[sp.Expr], sp.Expr | int] = lambda _: 1,
) -> Iterator[Identity]:
    """Cov(L_j², L_k²) at finite n, by two routes, and its limit 0.

    Given (W, F) the derivatives of the characteristic function give E L_j² L_k² = ν_C² (G_jj G_kk + 2 G_jk²); its mean
    by trace words is compared with the pairings of C, W and F counted at once.
    Rivals drop the pairings across lags, take the lags for `independent` at every n, or let the covariance fall at
    another `rate`.
    """
    import sympy as sp

    from symbolic import impulse_law, wick
    from symbolic.impulse_moments import squared_norm_moment
    from symbolic.inverse_width import INVERSE_WIDTH, coefficient
    from symbolic.scaling import NU_C
    from verify.proofs import Identity

    n, x = sp.Symbol("n", integer=True, positive=True), INVERSE_WIDTH
    jj, jk, kk = sp.symbols("G_jj G_jk G_kk", real=True)
    stated = NU_C**2 * pairings(jj, jk, kk)
    yield Identity("E L_j² L_k² given (W, F)", impulse_law.conditional_moment(2, 2) - stated)
    for j in range(LARGEST_LAG):
        for k in range(j, LARGEST_LAG):
            by_gram = wick.right_gram_cross_moment(j, k, n) + 2 * wick.right_gram_entry_second_moment(j, k, n)
            if independent and j != k:
                by_gram = wick.right_gram_mean(j, j, n) * wick.right_gram_mean(k, k, n)
            yield Identity(f"E L_{j}² L_{k}², two routes", squared_norm_moment(j, k, n=n) - by_gram)
            if j != k:
                limit = coefficient(rate(x) * impulse_law.squared_covariance(j, k, 1 / x))
                yield Identity(f"lim Cov(L_{j}², L_{k}²)", limit)


# --- samplers -------------------------------------------------------------------------------------------------------


SHARE = 0.5  # chosen: of what two rows or two lags of a rival have in common; their marginal laws stay as they are


def mixed(first: Array, second: Array) -> Array:
    """A second part that shares half of the first, with the variance that it had."""
    return SHARE * first + math.sqrt(1.0 - SHARE**2) * second


def with_mixed_outputs(setting: Setting, rngs: Sequence[Generator]) -> Grams:
    """The rival whose second row of C shares a part with the first: every entry keeps its law."""
    grams = dense(setting, rngs)
    grams.impulse[:, :, 1] = mixed(grams.impulse[:, :, 0], grams.impulse[:, :, 1])
    return grams


def with_leaning_outputs(setting: Setting, rngs: Sequence[Generator]) -> Grams:
    """The rival with C + 0.5 C M/√ν_W, over √1.25, in the place of C: a read-out that is not independent of W."""
    from dataclasses import replace

    longer = dense(Setting(**{**setting, "T": setting["T"] + 1}), rngs)
    T, nu_w = setting["T"], float(variances(setting)[0])
    impulse = (longer.impulse[:, :T] + SHARE * longer.impulse[:, 1:] / math.sqrt(nu_w)) / math.sqrt(1.0 + SHARE**2)
    return replace(longer, right=longer.right[:, :T, :T], left=longer.left[:, :T, :T], impulse=impulse)


def with_two_scales(setting: Setting, rngs: Sequence[Generator]) -> Grams:
    """The rival in which every other network has a read-out half as large and the rest make up for it."""
    grams = dense(setting, rngs)
    grams.impulse[::2] *= 1.0 - SHARE
    grams.impulse[1::2] *= math.sqrt(2.0 - (1.0 - SHARE) ** 2)
    return grams


# --- exact laws at every width --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class StudentT:
    """Student's t, a rival of the normal law: what L_j over a *measured* length would be if C were not independent."""

    degrees: float

    def cdf(self, x: Array) -> Array:
        import numpy as np
        from scipy import special

        return np.asarray(special.stdtr(self.degrees, x))

    def ppf(self, u: Array) -> Array:
        import numpy as np
        from scipy import special

        return np.asarray(special.stdtrit(self.degrees, u))

    def narrowed(self, x: Array, relative: float) -> Array:
        return x / math.sqrt(1.0 + relative)


def conditional_lines(setting: Setting, *, law: Callable[[int], ExactLaw] | None = None) -> list[LawLine]:
    """L_j,ab/√(ν_C G_jj,bb) is N(0,1), one value an output, which are independent given (W, F)."""
    from verify.statistics.laws import Normal

    one = law(setting["n"]) if law else Normal()
    n, laws = setting["n"], (one,) * setting["n_y"]
    return [
        LawLine(label=f"L_{j}", null=f"L_{j}/√(ν_C G_{j}{j}) ~ {one}", laws=laws, at={"j": j, "n": n})
        for j in range(setting["T"])
    ]


def sample_conditional(setting: Setting, rngs: Sequence[Generator], *, normalise: str = "Gram") -> Mapping[str, Array]:
    """L_j of the last input over √(ν_C G_jj); rivals: over its limit ("limit"), or without n^{−1/2} ("width")."""
    import numpy as np

    grams = dense(setting, rngs)
    nu_w, nu_f, nu_c = map(float, variances(setting))
    values = {}
    for j in range(grams.T):
        variance = nu_c * grams.right[:, j, j, -1, -1]
        if normalise == "limit":
            variance = np.full_like(variance, nu_c * nu_f * nu_w**j)
        factor = math.sqrt(grams.n) if normalise == "width" else 1.0
        values[f"L_{j}"] = factor * grams.impulse[:, j, :, -1] / np.sqrt(variance)[:, None]
    return values


def sample_arnoldi(setting: Setting, rngs: Sequence[Generator], *, sampler: Sampler) -> Mapping[str, Array]:
    """The statistics of the shared lines, after division by the variances that the weights were given."""
    from numeric.grams import scaled

    nu_w, nu_f, nu_c = map(float, variances(setting))
    return _arnoldi_lines.statistics(scaled(sampler(setting, rngs), nu_w=1 / nu_w, nu_f=1 / nu_f, nu_c=1 / nu_c))


# --- the limit ------------------------------------------------------------------------------------------------------


def gram_lines(setting: Setting, *, power: Power = one_power) -> list[ProportionLine]:
    """P(|G_jk − δ ν_F ν_W^j| > |bias| + 2√Var) ≤ ¼ by Chebyshev, bias and variance exact at this n."""
    from symbolic import wick
    from symbolic.evaluate import to_float

    n, (nu_w, nu_f, _) = setting["n"], variances(setting)
    lines = []
    for j in range(setting["T"]):
        for k in range(j, setting["T"]):
            scale = math.sqrt(to_float(nu_w)) ** (j + k) * to_float(nu_f)
            limit = to_float(nu_f * nu_w ** power(j)) if j == k else 0.0
            mean = wick.right_gram_mean(j, k, n)
            variance = wick.right_gram_entry_second_moment(j, k, n) - mean**2
            radius = scale * (abs(to_float(mean - int(j == k))) + 2.0 * math.sqrt(to_float(variance)))
            lines.append(_gram_line(f"G_{j}{k}", limit, radius, {"n": n, "j": j, "k": k}))
        other = to_float(wick.right_gram_entry_second_moment(j, j, n, same_input=False))
        radius = 2.0 * to_float(nu_f * nu_w**j) * math.sqrt(other)
        lines.append(_gram_line(f"G_{j}{j}, other input", 0.0, radius, {"n": n, "j": j}))
    return lines


def _gram_line(label: str, limit: float, radius: float, at: Mapping[str, float]) -> ProportionLine:
    null = f"P(|{label} − {limit:.4g}| > {radius:.3g}) ≤ 1/4"
    return ProportionLine(label=label, null=null, centre=limit, radius=radius, at=at)


def sample_grams(setting: Setting, rngs: Sequence[Generator]) -> Mapping[str, Array]:
    right = width_free(setting, rngs).right
    lags = range(setting["T"])
    same = {f"G_{j}{k}": right[:, j, k, 0, 0] for j in lags for k in lags if j <= k}
    return same | {f"G_{j}{j}, other input": right[:, j, j, 0, 1] for j in lags}


def total_variation(setting: Setting) -> float:
    """A bound on the total variation between the law of all L_j/√(ν_C ν_F ν_W^j) at this n and independent N(0,1).

    Let S be G^R in units of its limit, I + λ its eigenvalues and D² = ‖S − I‖_F² = Σ λ². Given (W, F), the n_y outputs
    are N(0, S); where D ≤ ½ their entropy relative to N(0, I) is n_y/2 Σ (λ − ln(1 + λ)) ≤ n_y D²/2, so by Pinsker the
    distance is ≤ ½ √n_y D; elsewhere it is ≤ 1, with probability ≤ 4 E D². Together ½ √(n_y E D²) + 4 E D².
    """
    from symbolic import wick
    from symbolic.evaluate import to_float

    n, T, n_x, n_y = (setting[name] for name in ("n", "T", "n_x", "n_y"))
    distance = 0.0
    for j in range(T):
        for k in range(T):
            same = wick.right_gram_entry_second_moment(j, k, n)
            if j == k:
                same += 1 - 2 * wick.right_gram_mean(j, k, n)
            other = wick.right_gram_entry_second_moment(j, k, n, same_input=False)
            distance += n_x * to_float(same) + n_x * (n_x - 1) * to_float(other)
    return 0.5 * math.sqrt(n_y * distance) + 4.0 * distance


def limit_lines(setting: Setting) -> list[LawLine]:
    """The law of the theorem itself, at a width where it is exact to less than the check leaves for its bins."""
    from verify.statistics.laws import ChiSquare, Normal

    off = total_variation(setting)
    if off > SPARE:
        raise ValueError(f"at {setting.label} the law may be off by {off:.2g}; take a width with less than {SPARE:.2g}")
    size = setting["T"] * setting["n_x"] * setting["n_y"]
    close = f"up to {off:.1g} in total variation"
    normal = (Normal(),) * size
    pairs = (Normal(),) * (setting["T"] * (setting["T"] - 1) // 2)
    return [
        LawLine(label="entries", null=f"L_j/√(ν_C ν_F ν_W^j) ~ N(0,1), {close}", laws=normal),
        LawLine(label="squared length", null=f"Σ of squares ~ χ² (independence), {close}", laws=(ChiSquare(size),)),
        LawLine(label="fixed rotation", null=f"a fixed rotation of them ~ N(0,1), {close}", laws=normal),
        *(
            LawLine(
                label=f"{what} apart", null=f"inner products of {what} ~ N(0,1) (independence), {close}", laws=pairs
            )
            for what in ("lags", "entries")
        ),
    ]


def untouched(lags: Array) -> Array:
    return lags


def mixed_lags(lags: Array) -> Array:
    """The rival whose L_1 shares a part with L_0, entry by entry; [B, T, entries] in units of the limit."""
    lags[:, 1] = mixed(lags[:, 0], lags[:, 1])
    return lags


def one_size(lags: Array) -> Array:
    """The rival in which all entries of a lag have the size of its first, and signs of their own.

    One size for a whole network would leave so few independent numbers that single entries show it, too.
    """
    import numpy as np

    return np.asarray(np.sign(lags) * np.abs(lags[:, :, :1]))


def sample_limit(
    setting: Setting,
    rngs: Sequence[Generator],
    *,
    power: Power = one_power,
    change: Callable[[Array], Array] = untouched,
) -> Mapping[str, Array]:
    """All entries of L_0 … L_{T−1} over their limiting deviations; rivals take another power of ν_W or change them.

    Lags are vectors of their entries; entries are vectors over the lags, as many of them as there are lags.
    """
    import numpy as np

    from numeric.independence import inner_products

    impulse = width_free(setting, rngs).impulse
    nu_w, nu_f, nu_c = map(float, variances(setting))
    deviation = np.array([math.sqrt(nu_c * nu_f * nu_w ** power(j)) for j in range(setting["T"])])
    B, T = impulse.shape[:2]
    lags = change((impulse / deviation[:, None, None]).reshape(B, T, -1))
    entries = lags.reshape(B, -1)
    return {
        "entries": entries,
        "squared length": np.sum(entries**2, axis=1),
        "fixed rotation": entries @ _arnoldi_lines.fixed_rotation(entries.shape[1]),
        "lags apart": inner_products(lags),
        "entries apart": inner_products(lags[:, :, :T].swapaxes(1, 2)),
    }


# --- derivation -----------------------------------------------------------------------------------------------------


def derive() -> Sequence[Step]:
    """One entry of C, the Gram in the exponent, its limit, and what is left at finite width."""
    import sympy as sp

    from symbolic import impulse_law, rnn, wick

    n = impulse_law.WIDTH
    s, t = sp.symbols("s t", real=True)
    G = {(0, 0): sp.Symbol("G_jj"), (0, 1): sp.Symbol("G_jk"), (1, 1): sp.Symbol("G_kk")}
    fluctuation = sp.expand(wick.right_gram_second_moment(2, n) - wick.right_gram_mean(2, 2, n) ** 2)
    return [
        derived("The recursion is linear in C; with s = n^(−1/2)", "L_2", "L_2", rnn.response_to_impulse(3)[2]),
        derived(
            "Integration by parts gives φ' = −ν_C u φ for an entry of C, so that",
            r"\varphi(u)", "φ(u)", impulse_law.entry_characteristic(),
        ),
        derived(
            "Given (W, F) the exponents of the n entries add up to the right Gram: L is exactly Gaussian. For two lags",
            r"-\log \mathbb{E}\left[e^{i(s L_j + t L_k)} \mid W, F\right]", "−log E exp(i s L_j + i t L_k)",
            impulse_law.gram_exponent(G, [s, t]),
        ),
        derived(
            "The Gram off the diagonal is small in mean square, for example (ν = 1)",
            r"\mathbb{E}\,G_{13}^2", "E G_13²", wick.right_gram_entry_second_moment(1, 3, n),
        ),
        derived("and on it near its mean, which is near 1", r"\operatorname{Var} G_{22}", "Var G_22", fluctuation),
        Step(
            "So the characteristic function of L tends to that of independent variables: |e^(−x) − e^(−y)| ≤ |x − y|. "
            "For lags beyond 6: in the Krylov basis M is a Hessenberg matrix of N(0, 1/n) entries with χ/√n → 1 below "
            "the diagonal (exact_sampler), so M^j F/√n → e_j for every fixed j, and G^R → the identity by continuity.",
            r"G^R_{jk} \to \delta_{jk}\, \nu_F \nu_W^{j}",
            "G^R_jk → δ_jk ν_F ν_W^j",
        ),
        derived(
            "At finite width the lags are uncorrelated but not independent:",
            r"\operatorname{Cov}(L_0^2, L_1^2)", "Cov(L_0², L_1²)", impulse_law.squared_covariance(0, 1, n),
        ),
    ]  # fmt: skip


def limit_curve() -> Sequence[Curve]:
    nu_w, nu_f, _ = variances(WIDE[0])
    lags = range(WIDE[0]["T"])
    return (Curve(label="ν_F ν_W^j", x=tuple(map(float, lags)), y=tuple(float(nu_f * nu_w**j) for j in lags)),)


NU = {"nu_W": "1/2", "nu_F": "13/10", "nu_C": "7/10"}
CONDITIONAL = (
    Setting(n=1, T=3, n_y=8),
    Setting(n=2, T=2, n_y=8, nu_W="9/10", nu_F="2", nu_C="2/5"),
    Setting(n=8, T=4, n_y=8, **NU),
)
ARNOLDI = (Setting(n=16, T=6, n_x=2, n_y=4, **NU),)
WIDE = tuple(Setting(n=10**power, T=LARGEST_LAG + 1, n_x=2, **NU) for power in (4, 6, 8))
WIDEST = (Setting(n=10**12, T=5, n_x=3, n_y=3, **NU),)

CLAIM = Claim(
    id="theorem_3_3a_impulse_gaussian",
    title="The impulse response of a wide linear RNN is Gaussian, independent over lags, inputs and outputs",
    statement=r"(L_0,\dots,L_{T-1}) \xrightarrow{d} \text{independent } N(0,\ \nu_C \nu_F \nu_W^{j}), \qquad "
    r"L \mid (W,F) \sim N(0,\ \nu_C\, G^R) \ \text{at every } n, \qquad "
    r"G^R_{jk} \to \delta_{jk}\,\nu_F \nu_W^{j}\ \text{in probability}",
    plain="the entries of L_0 … L_(T−1) converge in law to independent N(0, ν_C ν_F ν_W^j); given (W, F), L is exactly "
    "N(0, ν_C G^R) at every n, and G^R_jk → δ_jk ν_F ν_W^j in probability",
    summary="Given the recurrent and input weights, the impulse response is exactly Gaussian at every width, with the "
    "Gram of the Krylov vectors as covariance. That Gram tends to a diagonal matrix, so the lags become independent "
    "with variances ν_C ν_F ν_W^j. At finite width they are uncorrelated, not independent.",
    source=Source("E", "Theorem 3.3(a)"),
    assumptions=(
        "W, F, C have independent Gaussian entries of variances ν_W, ν_F, ν_C > 0; the number of lags T is fixed",
        "for lags up to 6 nothing else; for later lags G^R converges by the conditioning lemma of exact_sampler",
        "the bound on the distance to the limit at n = 10¹² uses Pinsker's inequality",
    ),
    uses=("prop_2_1a_same_map", "exact_sampler"),
    checks=(
        Proof(
            name="conditional law",
            title="given (W, F), L is N(0, ν_C G^R), by characteristic functions, at every n: unconditional",
            prove=prove_conditional_law,
            microseconds=5e4,
        ),
        Proof(
            name="mean square",
            title="E (G_jk − δ_jk ν_F ν_W^j)² → 0 from exact moments, all j, k ≤ 6, inputs and ν: unconditional",
            prove=prove_mean_square,
            microseconds=3e5,
        ),
        Proof(
            name="finite width",
            title="Cov(L_j², L_k²), exactly, by two routes; it tends to 0",
            prove=prove_finite_width,
            microseconds=2e5,
        ),
        Law(
            name="given W and F",
            title="L_j/√(ν_C G_jj) is N(0,1) at n = 1, 2, 8, lag by lag, from the dense RNN",
            settings=CONDITIONAL,
            lines=conditional_lines,
            sample=sample_conditional,
            microseconds=4.5,
        ),
        Law(
            name="Krylov basis",
            title="Arnoldi entries and whitened L of the dense RNN, two inputs, four outputs, have their exact laws",
            settings=ARNOLDI,
            lines=_arnoldi_lines.lines,
            sample=partial(sample_arnoldi, sampler=dense),
            microseconds=21.0,
        ),
        Proportion(
            name="in probability",
            title="G_jk is within its proven fluctuation of δ_jk ν_F ν_W^j, n = 10⁴, 10⁶, 10⁸",
            settings=WIDE,
            lines=gram_lines,
            sample=sample_grams,
            microseconds=5.7,
        ),
        Law(
            name="limit",
            title="all entries of L_0 … L_4 for three inputs and outputs at n = 10¹² have the law of the theorem",
            settings=WIDEST,
            lines=limit_lines,
            sample=sample_limit,
            microseconds=8.0,
            resolutions=WIDTH_FREE_RESOLUTIONS,
        ),
    ),
    controls=(
        Control(
            name="output not normalised",
            why="L_j = C M^j F without n^(−1/2)",
            check="conditional law",
            replace={"prove": partial(prove_conditional_law, 0)},
            line="L_1 = n^(−1/2) C r_1",
        ),
        Control(
            name="ν_W^(2j)",
            why="√ν_W is counted twice: the amplitude gains ν_W^(1/2) at each step, the variance ν_W",
            check="mean square",
            replace={"prove": partial(prove_mean_square, two_powers)},
            line="lim E (G_11 − δ ν_F ν_W^1)²",
        ),
        Control(
            name="independent at finite width",
            why="the lags share W, F and C, so the squares of L_0 and L_1 are correlated at every n",
            check="finite width",
            replace={"prove": partial(prove_finite_width, independent=True)},
            line="E L_0² L_1², two routes",
        ),
        Control(
            name="no pairings across lags",
            why="given (W, F) the lags are correlated through G_jk, so E L_j² L_k² is not the product of variances",
            check="finite width",
            replace={"prove": partial(prove_finite_width, straight_pairings)},
            line="E L_j² L_k² given (W, F)",
        ),
        Control(
            name="the covariance falls faster than 1/n",
            why="n Cov(L_0², L_1²) tends to a positive number, not to 0",
            check="finite width",
            replace={"prove": partial(prove_finite_width, rate=lambda x: 1 / x)},
            line="lim Cov(L_0², L_1²)",
        ),
        Control(
            name="normal at n = 1 without conditioning",
            why="L_0 is a product of two normal variables there: too many values near 0 and far away",
            check="given W and F",
            replace={"sample": partial(sample_conditional, normalise="limit")},
            setting=CONDITIONAL[0],
            line="L_0",
        ),
        Control(
            name="unnormalised by n",
            why="C M^j F has n times the variance",
            check="given W and F",
            replace={"sample": partial(sample_conditional, normalise="width")},
            setting=CONDITIONAL[2],
            line="L_2",
        ),
        Control(
            name="Student's t",
            why="C is independent of the length that L_j is divided by, so the ratio is normal, not t with n degrees",
            check="given W and F",
            replace={"lines": partial(conditional_lines, law=StudentT)},
            setting=CONDITIONAL[1],
            line="L_1",
        ),
        Control(
            name="untied weights",
            why="a fresh W at every step has the same limit; the Krylov matrix sees it at every n",
            check="Krylov basis",
            replace={"sample": partial(sample_arnoldi, sampler=untied)},
            line="on and above the diagonal",
        ),
        Control(
            name="outputs that share a part",
            why="two rows of C with a correlation of 0.5 have the right marginal laws and are not independent",
            check="Krylov basis",
            replace={"sample": partial(sample_arnoldi, sampler=with_mixed_outputs)},
            line="vectors apart",
        ),
        Control(
            name="read-out that leans on W",
            why="C + 0.5 C M/√ν_W, over √1.25, is Gaussian given W, but W decides its covariance",
            check="Krylov basis",
            replace={"sample": partial(sample_arnoldi, sampler=with_leaning_outputs)},
            line="coordinates apart",
        ),
        Control(
            name="two scales of C",
            why="networks of two kinds have the right variances together, and entries that are large together",
            check="Krylov basis",
            replace={"sample": partial(sample_arnoldi, sampler=with_two_scales)},
            line="squared length",
        ),
        Control(
            name="ν_W^(2j), simulated",
            why="the Gram at lag 3 is ν_F ν_W³, far from ν_F ν_W⁶",
            check="in probability",
            replace={"lines": partial(gram_lines, power=two_powers)},
            setting=WIDE[1],
            line="G_33",
        ),
        Control(
            name="ν_W^(2j) in the limit law",
            why="entries divided by too small a deviation",
            check="limit",
            replace={"sample": partial(sample_limit, power=two_powers)},
            line="entries",
        ),
        Control(
            name="lags that share a part",
            why="L_1 with a correlation of 0.5 with L_0, entry by entry, has its marginal law and is not independent",
            check="limit",
            replace={"sample": partial(sample_limit, change=mixed_lags)},
            line="lags apart",
        ),
        Control(
            name="one size for a lag",
            why="±|z| with one z for all entries of a lag is normal entry by entry, and no two entries are correlated",
            check="limit",
            replace={"sample": partial(sample_limit, change=one_size)},
            line="fixed rotation",
        ),
    ),
    derivation=derive,
    figures=(
        Figure(
            title="The Gram of the Krylov vectors closes on ν_F ν_W^j as n grows (5, 50 and 95 % quantiles)",
            check="in probability",
            x="j",
            x_label="lag j",
            y_label="G_jk",
            series="n",
            show="quantiles",
            theory=limit_curve,
        ),
        Figure(
            title="Sup-distance of L_j/√(ν_C G_jj) to N(0,1), as a share of what chance allows",
            check="given W and F",
            x="j",
            x_label="lag j",
            y_label="D / ε",
            series="n",
            show="margin",
        ),
    ),
    not_shown=(
        "a rate of convergence in law; the distance at n is bounded by exact moments only where it is used",
        _arnoldi_lines.NOT_SHOWN,
    ),
)
