"""[E] (24): the expected energy of the initial impulse response, exactly at every width and in the limit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from verify.checks import Mean, MeanLine, Proof
from verify.checks.sampling import WIDTH_FREE_RESOLUTIONS
from verify.claims._samplers import dense, width_free
from verify.claims._steps import derived
from verify.claims._variances import variances
from verify.model import Claim, Control, Curve, Figure, Setting, Source, Step

if TYPE_CHECKING:
    import numpy as np
    import sympy as sp
    from numpy.random import Generator
    from numpy.typing import NDArray

    from verify.claims._samplers import Sampler
    from verify.proofs import Identity, MatrixIdentity

    Array = NDArray[np.floating[Any]]
    Energy = Callable[..., sp.Expr]

LARGEST_LAG = 6
LARGEST_LAG_OF_SQUARES = 5  # the simulations use the variance of ‖L_j‖² up to lag 3


# --- what is claimed, and rivals ------------------------------------------------------------------------------------


def stated_energy(j: int, *, m: sp.Expr, n_x: sp.Expr, n_y: sp.Expr, nu: Sequence[sp.Expr]) -> sp.Expr:
    """(24) at finite n: n_x n_y ν_C ν_F ν_W^j m_j(n); ν = (ν_W, ν_F, ν_C)."""
    nu_w, nu_f, nu_c = nu
    return n_x * n_y * nu_c * nu_f * nu_w**j * m


def without_correction(j: int, *, m: sp.Expr, n_x: sp.Expr, n_y: sp.Expr, nu: Sequence[sp.Expr]) -> sp.Expr:
    return stated_energy(j, m=1 + 0 * m, n_x=n_x, n_y=n_y, nu=nu)


def half_power(j: int, *, m: sp.Expr, n_x: sp.Expr, n_y: sp.Expr, nu: Sequence[sp.Expr]) -> sp.Expr:
    import sympy as sp

    return stated_energy(j, m=m, n_x=n_x, n_y=n_y, nu=(sp.sqrt(nu[0]), *nu[1:]))


def added_sizes(j: int, *, m: sp.Expr, n_x: sp.Expr, n_y: sp.Expr, nu: Sequence[sp.Expr]) -> sp.Expr:
    return stated_energy(j, m=m, n_x=n_x + n_y, n_y=1 + 0 * n_y, nu=nu)


# --- proofs ---------------------------------------------------------------------------------------------------------


def prove_energy(formula: Energy = stated_energy) -> Iterator[Identity]:
    """E ‖L_j‖_F² from pairings of C, W and F against the formula with m_j(n) from deferred decisions, and its limit.

    n, n_x, n_y and the variances are symbols: the two derivations share nothing but the moments of a Gaussian.
    """
    import sympy as sp

    from symbolic.deferred_moments import right_gram_moment
    from symbolic.impulse_moments import squared_norm_moment
    from symbolic.inverse_width import INVERSE_WIDTH, coefficient
    from symbolic.scaling import NU_C, NU_F, NU_W
    from verify.proofs import Identity

    n, n_x, n_y = sp.symbols("n n_x n_y", integer=True, positive=True)
    nu = (NU_W, NU_F, NU_C)
    named = {"nu_w": NU_W, "nu_f": NU_F, "nu_c": NU_C}
    for j in range(LARGEST_LAG + 1):
        energy = squared_norm_moment(j, n=n, n_x=n_x, n_y=n_y, **named)
        stated = formula(j, m=right_gram_moment((j, j), n=n), n_x=n_x, n_y=n_y, nu=nu)
        yield Identity(f"E ‖L_{j}‖²", energy - stated)
        limit = coefficient(squared_norm_moment(j, n=1 / INVERSE_WIDTH, n_x=n_x, n_y=n_y, **named))
        yield Identity(f"lim E ‖L_{j}‖²", limit - formula(j, m=sp.Integer(1), n_x=n_x, n_y=n_y, nu=nu))


def prove_homogeneity(power: Callable[[sp.Expr], sp.Expr] = lambda j: j) -> Iterator[MatrixIdentity]:
    """L_j of √ν_W W, √ν_F F, √ν_C C is √ν_C √ν_F √ν_W^j L_j, on the same weights: every lag, by induction."""
    import sympy as sp

    from symbolic import rnn
    from verify.proofs import MatrixIdentity

    w, f, c = sp.symbols("w f c", positive=True)
    j = sp.Symbol("j", integer=True, positive=True)
    values = {w: sp.Rational(1, 2), f: sp.Integer(3), c: sp.Integer(5), j: sp.Integer(2), rnn.ROOT: sp.Rational(1, 2)}
    state = w ** power(j) * f * rnn.ROOT**j * rnn.W**j * rnn.F
    later = state.subs(j, j + 1)
    start = f * rnn.F - w ** power(sp.Integer(0)) * f * rnn.F
    yield MatrixIdentity("start: √ν_F F", start, rnn.SHAPES, values)
    step = rnn.ROOT * w * rnn.W * w ** power(j) * f * rnn.ROOT**j * rnn.W**j * rnn.F - later
    yield MatrixIdentity("step: multiply by √ν_W M", step, rnn.SHAPES, values)
    output = rnn.ROOT * c * rnn.C * state - c * f * w ** power(j) * rnn.ROOT ** (j + 1) * rnn.C * rnn.W**j * rnn.F
    yield MatrixIdentity("output: √ν_C C", output, rnn.SHAPES, values)


def prove_variance(gaussian: bool = False) -> Iterator[Identity]:
    """E ‖L_j‖_F⁴, from which the simulations take their variance, against a second derivation for one input.

    Given (W, F) the n_y outputs are independent N(0, ν_C G_jj), so E ‖L_j‖⁴ = n_y (n_y + 2) ν_C² E G_jj²; the same for
    one output with n_x by transposition. A rival `gaussian` takes the entries of L_j for Gaussian variables themselves.
    """
    import sympy as sp

    from symbolic.impulse_moments import squared_norm_moment
    from symbolic.wick import right_gram_mean, right_gram_second_moment
    from verify.proofs import Identity

    n, m = sp.symbols("n m", integer=True, positive=True)
    for j in range(LARGEST_LAG_OF_SQUARES + 1):
        square = right_gram_mean(j, j, n) ** 2 if gaussian else right_gram_second_moment(j, n)
        stated = m * (m + 2) * square
        yield Identity(f"E ‖L_{j}‖⁴, one input", squared_norm_moment(j, j, n=n, n_y=m) - stated)
        yield Identity(f"E ‖L_{j}‖⁴, one output", squared_norm_moment(j, j, n=n, n_x=m) - stated)


# --- simulations ----------------------------------------------------------------------------------------------------


def mean_lines(setting: Setting, *, formula: Energy = stated_energy) -> list[MeanLine]:
    """E ‖L_j‖_F² at this n, with the exact variance of ‖L_j‖_F² from pairings."""
    import sympy as sp

    from symbolic.deferred_moments import right_gram_moment
    from symbolic.evaluate import to_float
    from symbolic.impulse_moments import squared_norm_variance

    n, n_x, n_y = (sp.Integer(setting[name]) for name in ("n", "n_x", "n_y"))
    nu = variances(setting)
    named = dict(zip(("nu_w", "nu_f", "nu_c"), nu, strict=True))
    lines = []
    for j in range(setting["T"]):
        value = to_float(formula(j, m=right_gram_moment((j, j), n=n), n_x=n_x, n_y=n_y, nu=nu))
        lines.append(
            MeanLine(
                label=f"‖L_{j}‖²",
                null=f"E ‖L_{j}‖² = {value:.6g}",
                low=value,
                high=value,
                variance=to_float(squared_norm_variance(j, n=n, n_x=n_x, n_y=n_y, **named)),
                scale=value,
                at={"n": int(n), "j": j},
            )
        )
    return lines


def sample(setting: Setting, rngs: Sequence[Generator], *, sampler: Sampler) -> Mapping[str, Array]:
    """‖L_j‖_F² of the dense RNN, whose weights carry their variances, or of the width-free sampler."""
    energy = (sampler(setting, rngs).impulse ** 2).sum(axis=(2, 3))
    return {f"‖L_{j}‖²": energy[:, j] for j in range(setting["T"])}


# --- derivation -----------------------------------------------------------------------------------------------------


def derive() -> Sequence[Step]:
    """The pairings of C and F, those of W, and the limit."""
    import sympy as sp

    from symbolic.impulse_moments import squared_norm_moment, squared_norm_variance
    from symbolic.scaling import NU_C, NU_F, NU_W

    n, n_x, n_y = sp.symbols("n n_x n_y", integer=True, positive=True)
    sizes: dict[str, Any] = {"n": n, "n_x": n_x, "n_y": n_y}
    texts = {
        1: "‖L_j‖² = Σ (c_a M^j f_b)²/n over outputs a and inputs b: pair each c_a and f_b with itself, and W by Wick",
        2: "at lag 2 the two factors W can also be paired across",
        4: "and at lag 4",
    }
    nu = {"nu_w": NU_W, "nu_f": NU_F, "nu_c": NU_C}
    energies = [
        derived(
            text,
            rf"\mathbb{{E}}\,\|L_{j}\|_F^2",
            f"E ‖L_{j}‖²",
            sp.factor(squared_norm_moment(j, **sizes, **nu)),
        )
        for j, text in texts.items()
    ]
    return [
        *energies,
        derived(
            "The second moment has nine pairings of C and F; at lag 1 and unit variances",
            r"\operatorname{Var}\,\|L_1\|_F^2",
            "Var ‖L_1‖²",
            sp.factor(squared_norm_variance(1, **sizes)),
        ),
        Step("Every power of 1/n beyond 1 vanishes in the limit.", r"m_j(n) \to 1", "m_j(n) → 1"),
    ]


def limit_curve() -> Sequence[Curve]:
    curves = []
    for setting in DENSE:
        sizes = {"m": 1, "n_x": setting["n_x"], "n_y": setting["n_y"], "nu": variances(setting)}
        energy = tuple(float(stated_energy(j, **sizes)) for j in range(setting["T"]))
        lags = tuple(map(float, range(setting["T"])))
        curves.append(Curve(label=f"n_x n_y ν_C ν_F ν_W^j, ν_W = {setting['nu_W']}", x=lags, y=energy))
    return curves


DENSE = (
    Setting(n=8, T=4, n_x=2, n_y=3, nu_W="1/2", nu_F="13/10", nu_C="7/10"),
    Setting(n=16, T=4, n_x=3, n_y=2, nu_W="9/10", nu_F="2", nu_C="2/5"),
    Setting(n=32, T=4, n_x=2, n_y=3, nu_W="6/5", nu_F="3/10", nu_C="3/2"),
)
FREE = (
    Setting(n=8, T=3, n_x=2, n_y=3),
    Setting(n=16, T=3, n_x=2, n_y=3),
    Setting(n=32, T=3, n_x=3, n_y=2),
)

CLAIM = Claim(
    id="eq_24_initial_impulse",
    title="The initial impulse response decays like ν_W^j in mean square, with an exact correction at finite width",
    statement=r"\mathbb{E}\,\|L_j^0\|_F^2 = n_x n_y\,\nu_C \nu_F \nu_W^{j}\, m_j(n) \ \text{at every } n, \qquad "
    r"\lim_{n\to\infty} \mathbb{E}\,\|L_j^0\|_F^2 = n_x n_y\,\nu_C \nu_F \nu_W^{j}",
    plain="E ‖L_j‖_F² = n_x n_y ν_C ν_F ν_W^j m_j(n) at every n, and m_j(n) → 1, so that "
    "lim E ‖L_j‖_F² = n_x n_y ν_C ν_F ν_W^j",
    summary="At the start of training lag j of the impulse response has the mean energy n_x n_y ν_C ν_F ν_W^j, times a "
    "polynomial m_j(n) in 1/n that is known exactly and tends to 1.",
    source=Source("E", "Theorem 4.1, (24); m_j(n): theory page, C.3"),
    assumptions=("W, F, C have independent Gaussian entries of variances ν_W, ν_F, ν_C > 0", "proved for lags up to 6"),
    uses=("prop_2_1a_same_map",),
    checks=(
        Proof(
            name="pairings",
            title="E ‖L_j‖² for symbolic n, n_x, n_y and ν, with m_j(n) derived once more, and its limit: j ≤ 6",
            prove=prove_energy,
            microseconds=2e5,
        ),
        Proof(
            name="homogeneity",
            title="L_j(ν) is known from ν = 1, exactly, at every n and lag",
            prove=prove_homogeneity,
            microseconds=2e4,
        ),
        Proof(
            name="second moment",
            title="E ‖L_j‖⁴, which gives the simulations their variance, by two derivations",
            prove=prove_variance,
            microseconds=2e5,
        ),
        Mean(
            name="dense",
            title="E ‖L_j‖² of the dense RNN with several inputs and outputs, at three generic ν",
            settings=DENSE,
            lines=mean_lines,
            sample=partial(sample, sampler=dense),
            microseconds=4.8,
        ),
        Mean(
            name="width-free",
            title="E ‖L_j‖² of the width-free sampler with several inputs and outputs",
            settings=FREE,
            lines=mean_lines,
            sample=partial(sample, sampler=width_free),
            microseconds=1.4,
            resolutions=WIDTH_FREE_RESOLUTIONS,
        ),
    ),
    controls=(
        Control(
            name="limit at finite n",
            why="m_2(n) = 1 + 2/n², not 1",
            check="pairings",
            replace={"prove": partial(prove_energy, without_correction)},
            line="E ‖L_2‖²",
        ),
        Control(
            name="limit at finite n, simulated",
            why="at n = 8 and lag 3 the correction is 16 %",
            check="dense",
            replace={"lines": partial(mean_lines, formula=without_correction)},
            setting=DENSE[0],
            line="‖L_3‖²",
        ),
        Control(
            name="ν_W^(j/2)",
            why="the amplitude decays like ν_W^(j/2), its square like ν_W^j",
            check="dense",
            replace={"lines": partial(mean_lines, formula=half_power)},
            setting=DENSE[0],
            line="‖L_2‖²",
        ),
        Control(
            name="n_x + n_y",
            why="L_j has n_x n_y entries",
            check="width-free",
            replace={"lines": partial(mean_lines, formula=added_sizes)},
            setting=FREE[1],
            line="‖L_1‖²",
        ),
        Control(
            name="each √ν_W twice",
            why="j factors W bring √ν_W^j, not ν_W^j, to the amplitude",
            check="homogeneity",
            replace={"prove": partial(prove_homogeneity, lambda j: 2 * j)},
            line="step: multiply by √ν_W M",
        ),
        Control(
            name="entries Gaussian at finite n",
            why="L_j is Gaussian only given (W, F); its fourth moment is larger",
            check="second moment",
            replace={"prove": partial(prove_variance, gaussian=True)},
            line="E ‖L_1‖⁴, one input",
        ),
    ),
    derivation=derive,
    figures=(
        Figure(
            title="E ‖L_j‖² of the dense RNN, and the limit",
            check="dense",
            x="j",
            x_label="lag j",
            y_label="E ‖L_j‖²",
            series="n",
            log_y=True,
            theory=limit_curve,
        ),
    ),
    not_shown=(
        "m_j(n) beyond lag 6; that m_j(n) → 1 at every lag follows from theorem_3_3a_impulse_gaussian: "
        "G_jj → 1 in probability carries over to means, as G_jj is a Gaussian polynomial of bounded degree",
    ),
)
