"""[E] Proposition 3.1: a wide linear RNN trains like its NTK model, and so like a scaled convolution."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from verify.checks import Proof, Proportion, ProportionLine, Rate
from verify.claims._entries import sum_of_entries
from verify.claims._factors import derived_factors
from verify.claims._training_runs import factors, starts, teacher_data
from verify.model import Claim, Control, Figure, Finding, Setting, Source, Step

if TYPE_CHECKING:
    import numpy as np
    import sympy as sp
    from flint import arb
    from numpy.random import Generator
    from numpy.typing import NDArray

    from numeric.moments import Moments
    from numeric.perturbation import Weights
    from numeric.training_linear import LinearLearner
    from verify.proofs import Statement

    Array = NDArray[np.floating[Any]]
    Model = Callable[[Setting, Weights], LinearLearner]


# --- (12)–(14): three ways to run the same descent ------------------------------------------------------------------

RUNS = (  # sequences, T, width, n_x, n_y: more sequences than inputs, and a width below the number of lags
    {"sequences": 2, "T": 3, "n": 4, "n_x": 1, "n_y": 1},
    {"sequences": 3, "T": 2, "n": 1, "n_x": 2, "n_y": 1},
    {"sequences": 2, "T": 4, "n": 1, "n_x": 1, "n_y": 2},
)
STEPS = 2  # chosen: the second step is the first that sees a residual which training has moved


def prove_steps(collect: bool = True) -> Iterator[Statement]:
    """Induction over ℓ in the free algebra: parameters, dual form and convolution stay tied, for all sizes and data."""
    import sympy as sp

    from symbolic import linearised_descent as d
    from verify.proofs import MatrixIdentity

    def zero(label: str, residual: sp.Expr) -> MatrixIdentity:
        return MatrixIdentity(label, sp.expand(residual), d.SHAPES, {d.RATE: sp.Integer(1)})

    here = d.hypothesis()
    there = d.step(here, collect=collect)
    by_parameters, by_dual, by_response = d.residuals(here)
    yield zero("one residual: parameters and dual form", by_parameters - by_dual)
    yield zero("one residual: dual form and convolution", by_dual - by_response)
    again = d.hypothesis(there.dual)
    yield zero("(14): θ^ℓ − θ^0 = J^T α^ℓ after a step", there.moved - again.moved)
    yield zero("L^ℓ = L^0 + Θ A^T α^ℓ after a step", there.response - again.response)
    values = d.new_prediction(here)
    yield zero("(12): one prediction: parameters and dual form", values[0] - values[1])
    yield zero("one prediction: dual form and convolution", values[1] - values[2])
    moved, expected = d.scaled_step()
    yield zero("a scaled convolution has Θ = D(ρ)", moved - expected)


def prove_runs(collect: bool = True, w_part: bool = True) -> Iterator[Statement]:
    """Descent run in rationals, η a symbol, J by differentiating the RNN; and an RNN whose kernel is D(ρ) exactly.

    Rivals: dual coefficients that forget the earlier residuals; ρ without what moving W adds.
    """
    import sympy as sp

    from symbolic import gradient_descent as g
    from symbolic import small_rnn
    from verify.proofs import Identity

    for sizes in RUNS:
        given = small_rnn.example(**sizes)
        name = ", ".join(f"{key}={value}" for key, value in sizes.items())
        paths = (
            g.run_parameters(given, STEPS),
            g.run_dual(given, STEPS, collect=collect),
            g.run_convolution(given, STEPS),
        )
        yield Identity(f"parameters = dual form, {name}", _joined(paths[0], paths[1]))
        yield Identity(f"dual form = convolution, {name}", _joined(paths[1], paths[2]))
    deviations = sp.symbols("w f c", positive=True)
    cyclic = small_rnn.cyclic_example(sequences=2, T=3, n=4, deviations=deviations)
    gap = small_rnn.lag_kernel(cyclic) - sp.diag(*derived_factors(3, [d**2 for d in deviations], w_part=w_part))
    yield Identity("an RNN of width 4 whose kernel is D(ρ), all ν", sum_of_entries(gap))
    numbers = sp.Rational(1, 2), sp.Rational(3, 2), sp.Integer(2)
    given = small_rnn.cyclic_example(sequences=2, T=3, n=4, deviations=numbers)
    scaled = g.run_scaled(given, derived_factors(3, [d**2 for d in numbers], w_part=w_part), STEPS)
    yield Identity("its descent = that of the scaled convolution", _joined(g.run_parameters(given, STEPS), scaled))


def _joined(first: Sequence[sp.Matrix], second: Sequence[sp.Matrix]) -> sp.Expr:
    """All differences at all steps as one polynomial that is 0 exactly when each of them is."""
    import sympy as sp

    return sum_of_entries(sp.Matrix.vstack(*(a - b for a, b in zip(first, second, strict=True))))


# --- the hypothesis K ≻ 0 -------------------------------------------------------------------------------------------


def prove_hypothesis(*, in_time: bool = True, sequences: int = 1) -> Iterator[Statement]:
    """K = A Θ A^T has null vectors for N > n_x, whatever Θ; for N ≤ n_x it can be positive definite.

    Rivals: the null vector without its reversal in time; K ≻ 0 also for `sequences` = 2 > n_x = 1.
    """
    import sympy as sp

    from symbolic import small_rnn
    from symbolic import training_kernel as k
    from verify.proofs import Identity, PositiveOnBox

    for n_x in (1, 2, 3):
        yield Identity(
            f"cofactors are a relation of n_x + 1 series, n_x = {n_x}",
            sum_of_entries(sp.Matrix(k.cofactor_relation(n_x))),
        )
    for T, n_x in ((2, 1), (4, 1), (2, 2), (3, 2)):
        inputs = k.sequences(n_x + 1, T, n_x)
        pulled = k.design(inputs).T * k.null_vector(inputs, in_time=in_time)
        yield Identity(f"A^T v = 0 for n_x + 1 sequences, T = {T}, n_x = {n_x}", sp.expand(sum_of_entries(pulled)))
    given = small_rnn.example(sequences=2, T=3, n=4)
    yield Identity(
        "K v = 0 for the Jacobians of an RNN", sum_of_entries(small_rnn.training_kernel(given) * k.null_vector(given.x))
    )
    for T, n_x in ((3, 1), (2, 2)):
        squared, expected = k.square_design_determinant(T, n_x)
        yield Identity(f"N = n_x: det A² = det(first inputs)^(2T), T = {T}, n_x = {n_x}", squared - expected)
    low = {"x_00": 1, "x_01": 2, "x_10": 3, "x_11": 1, "rho_0": 1, "rho_1": 1}  # the sequences are no multiples
    names = [name for name in low if not name.startswith("x_1") or sequences > 1]
    box = {name: (str(low[name]), str(low[name] + 1)) for name in names}
    yield PositiveOnBox("det K > 0 on the training set", partial(_determinant, sequences), box)


def _determinant(N: int, **balls: arb) -> arb:
    """det A D(ρ) A^T for N sequences of two steps and one input; expanded, so that what cancels is gone."""
    import sympy as sp
    from flint import arb

    from symbolic.training_kernel import design

    names = sp.symbols(list(balls), real=True)
    by_name = dict(zip(balls, names, strict=True))
    inputs = [sp.Matrix([[by_name[f"x_{i}{t}"] for t in range(2)]]) for i in range(N)]
    A = design(inputs)
    kernel = A * sp.diag(by_name["rho_0"], by_name["rho_1"]) * A.T
    value: arb = arb(0) + sp.lambdify(names, sp.factor(kernel.det(method="berkowitz")), modules="math")(*balls.values())
    return value


# --- (16) at every step ---------------------------------------------------------------------------------------------


def prove_uniform(output: int = 1) -> Iterator[Statement]:
    """The perturbation argument, step by step; a rival divides the output by n in the place of √n (`output` = 2)."""
    import sympy as sp

    from symbolic import lazy_training as z
    from verify.proofs import Identity, MatrixIdentity, NonNegative

    for name, entry in z.norm_hessian(output).items():
        yield Identity(f"the curvature by {name} is of the order n^(−1/2)", sp.diff(sp.expand(entry / z.ROOT), z.ROOT))
    yield Identity("η κ is of the order n^(−1/2)", z.lazy_ratio(output) - z.ROOT)
    values = {z.RATE: sp.Integer(1)}
    yield MatrixIdentity("what drives the two residuals apart", z.difference_recursion(), z.SHAPES, values)
    yield MatrixIdentity("the change of Θ by that of the Jacobian", z.kernel_change(), z.SHAPES)
    total = z.weighted_sum()
    yield Identity("Σ ℓ p^(ℓ−1) = 1/(1 − p)² − m_N: start", total["start"])
    yield Identity("Σ ℓ p^(ℓ−1) = 1/(1 − p)² − m_N: step", total["step"])
    yield NonNegative("m_N ≥ 0", total["missing"])
    yield NonNegative("a step within the radius D multiplies the residual by at most p, any κ", z.step_gap())
    meaning, small = z.path_gap()
    yield Identity("path ≤ D is (1 − q)(1 + κ D/‖G‖) ≤ 2 (1 − p)", meaning)
    yield NonNegative("which holds up to κ_0: p < 1, and θ never leaves the radius", small)
    for name, deviation in zip(("L", "Θ"), z.one_lag_deviation(output), strict=True):
        at_zero = sp.expand(deviation).subs(z.INVERSE_WIDTH, 0)
        yield Identity(f"T = 1: the deviation of {name} from the NTK model is O(1/n) at every fixed step", at_zero)


# --- the RNN, really trained ----------------------------------------------------------------------------------------

FAR = 1e9  # the gap of an RNN that diverged: above any other, and still a number


def rate_of(setting: Setting, moments: Moments, share: float | None = None) -> float:
    """`share` of the limit 2/λ_max(A D(ρ) A^T), in the units of the mean squared error: one rate at every width."""
    import numpy as np

    from numeric.training import scaled_convolution, stability_limit

    wide = scaled_convolution(np.zeros((setting["T"], setting["n_y"], setting["n_x"])), factors(setting))
    return (setting["share"] if share is None else share) * stability_limit(wide, moments)


def gaps(
    setting: Setting,
    rngs: Sequence[Generator],
    model: Model,
    *,
    output: int = 1,
    share: float | None = None,
    rerun: bool = True,
) -> tuple[Array, Array]:
    """f(x, θ^ℓ) − f_model(x, ℓ) on the new x: of the RNN run as it is at the last step [draws, outputs]; at all steps.

    A rival `output` = p divides by n^{p/2} in the place of √n, at a rate in the units of its kernel: with
    s = n^{(p−1)/2} it is the descent of s f on s Y. An RNN that diverges is FAR away. Without `rerun` the first are
    those of the last step by its impulse response, as all others.
    """
    import numpy as np

    from numeric.moments import moments_of_sequences
    from numeric.scaled_convolution import block_toeplitz
    from numeric.training import TrainingError, train_closed_form, train_rnn
    from numeric.training_loss import flat

    x, y, new = teacher_data(setting)
    unit = math.sqrt(setting["n"]) ** (output - 1)
    moments, delayed = moments_of_sequences(x, unit * y), np.concatenate([block_toeplitz(z).T for z in new])
    steps = range(setting["steps"] + 1)
    options: dict[str, Any] = {"rate": rate_of(setting, moments, share), "steps": steps, "refuse_unstable": False}
    last, every = [], []
    for weights in starts(setting, rngs):
        try:
            path, trained = train_rnn(*weights, moments, **options)
        except TrainingError:
            last.append(np.full(len(delayed) * y.shape[2], FAR))
            every.append(np.full((len(steps), len(last[-1])), FAR))
            continue
        impulse = train_closed_form(model(setting, weights), moments, **options).impulse
        every.append((delayed @ flat(path.impulse - impulse)).reshape(len(steps), -1) / unit)
        run = (_outputs(trained, new) - delayed @ flat(impulse[-1])).ravel() / unit if rerun else every[-1][-1]
        last.append(run)
    return np.array(last), np.array(every)


def _outputs(weights: Weights, new: Array) -> Array:
    """What the RNN puts out, its recursion run over each new sequence: [HELD_OUT·T, n_y]."""
    import numpy as np

    from numeric.dense import run_rnn

    return np.concatenate([run_rnn(*weights, z) for z in new])


def own_model(setting: Setting, weights: Weights) -> LinearLearner:
    """The NTK model at these weights."""
    from numeric.training import ntk_model

    return ntk_model(*weights, setting["T"])


def wide_convolution(setting: Setting, weights: Weights, *, w_part: bool = True) -> LinearLearner:
    """The scaled convolution with ρ from the derivation, from the RNN's L^0; a rival leaves the W part of ρ out."""
    from numeric.dense import impulse_response
    from numeric.training import scaled_convolution

    return scaled_convolution(impulse_response(*weights, setting["T"]), factors(setting, w_part=w_part))


FIXED = 4  # a step of the statement at fixed ℓ: chosen, while the loss still falls fast


def errors_at_steps(setting: Setting, rngs: Sequence[Generator], *, output: int = 1) -> Mapping[str, Array]:
    """RNN − its own NTK model: all predictions for the new x at step 4, and at the step where they are worst."""
    import numpy as np

    _, every = gaps(setting, rngs, own_model, output=output, rerun=False)
    worst = np.argmax(np.linalg.norm(every, axis=2), axis=1)
    return {f"step {FIXED}": every[:, FIXED], "worst step": every[np.arange(len(every)), worst]}


def errors_at_end(
    setting: Setting, rngs: Sequence[Generator], *, output: int = 1, w_part: bool = True
) -> Mapping[str, Array]:
    """RNN − scaled convolution from the same L^0: all predictions for the new x, the trained RNN run as it is."""
    last, _ = gaps(setting, rngs, partial(wide_convolution, w_part=w_part), output=output)
    return {"last step": last}


def end_lines(setting: Setting) -> list[ProportionLine]:
    """P(what is left of the gap at the last step > a tenth of the largest gap on the way) ≤ ¼."""
    null = f"P(gap after {setting['steps']} steps > 1/10 of the largest gap) ≤ 1/4"
    return [ProportionLine(label="gap at the end", null=null, centre=0.0, radius=0.1, one_sided=True)]


def sample_end(setting: Setting, rngs: Sequence[Generator], *, share: float | None = None) -> Mapping[str, Array]:
    """‖gap‖ at the last step over its maximum over all steps: 1 where the RNN diverges."""
    import numpy as np

    last, every = gaps(setting, rngs, own_model, share=share)
    return {"gap at the end": np.linalg.norm(last, axis=1) / np.linalg.norm(every, axis=2).max(axis=1)}


# --- derivation and findings ----------------------------------------------------------------------------------------


def derive() -> Sequence[Step]:
    """One step of the three forms, the null vector, the curvature and one lag in full."""
    import sympy as sp

    from symbolic import lazy_training as z
    from symbolic import linearised_descent as d
    from symbolic import training_kernel as k
    from verify.claims._steps import derived

    there = d.step(d.hypothesis())
    response, kernel = z.one_lag_step()
    null = k.null_vector(k.sequences(2, 2, 1))
    return [
        derived(
            "Letters: G = ∂L/∂θ, A = ∂(predictions)/∂L, g and a their transposes, l = L^0, y the targets, v = α^ℓ. The "
            "dual coefficients collect the residuals of the linearised model:",
            r"\alpha^{\ell+1}",
            "α^(ℓ+1)",
            there.dual,
        ),
        derived(
            "The parameters move by the Jacobian times that,",
            r"\theta^{\ell+1} - \theta^0",
            "θ^(ℓ+1) − θ^0",
            there.moved,
        ),
        Step(
            "which is g a α^(ℓ+1), and the impulse response by Θ = G g times A^T r; so all three predict the same.",
            r"f_{\mathrm{lin}}(x,\theta^{\ell}) = f(x,\theta^0) + \sum_i K(x,x_i)\,\alpha_i^{\ell}",
            "f_lin(x, θ^ℓ) = f(x, θ^0) + Σ_i K(x, x_i) α_i^ℓ",
        ),
        derived("For two sequences of one input, K = A Θ A^T has the null vector", "v", "v", null.T),
        derived(
            "The curvature of L_j by F and C is at most, for ‖W‖ = m √n and s = n^(−1/2),",
            r"\kappa_{FC}",
            "κ_FC",
            z.norm_hessian()["FC"],
        ),
        derived(
            "and the other entries are of the same order; so what keeps the kernel in place is, up to constants,",
            r"\eta\,\kappa",
            "η κ",
            z.lazy_ratio(),
        ),
        derived(
            "For T = 1 descent is closed in L and Θ, with x = 1/n and e = ∂loss/∂L: a step takes L to",
            r"L^{+}",
            "L⁺",
            response,
        ),
        derived("and Θ to", r"\Theta^{+}", "Θ⁺", sp.collect(kernel, z.INVERSE_WIDTH)),
    ]


def findings() -> Sequence[Finding]:
    """The hypothesis K ≻ 0, what stands in its place, and how fast the two models close."""
    return [_finding_hypothesis(), _finding_rates()]


def _finding_hypothesis() -> Finding:
    import sympy as sp

    from symbolic import small_rnn
    from symbolic.training_kernel import null_vector

    given = small_rnn.example(sequences=2, T=2, n=4)
    kernel, vector = small_rnn.training_kernel(given), null_vector(given.x)
    quadratic = (vector.T * kernel * vector)[0]
    text = (
        "In the form restored here, the second part of Proposition 3.1 supposes K ≻ 0 on the training set. For a "
        "linear RNN that never holds once there are more sequences than inputs, N > n_x: outputs are linear in the"
        " impulse response, so that K has rank at most T n_x n_y < N T n_y, at every width and in the limit. (16) "
        "does not need it: what K annihilates is never moved and never acts, residuals shrink on the range of A, "
        "and the gap is small at every step also where A^T A is singular. A^T A ≻ 0 decides where descent ends, "
        "not how far apart the two models get."
    )
    shown = [sp.Matrix(part).tolist() for part in (*given.x, vector.T)]
    example = (
        f"T = 2, n_x = 1, x^1 = {shown[0][0]}, x^2 = {shown[1][0]}: v = {shown[2][0]} has v^T K v = {quadratic} for K "
        f"of an RNN of width 4, whose K has rank {kernel.rank()} of {kernel.rows}; the same v serves at every width."
    )
    return Finding(text=text, counterexample=example)


def _finding_rates() -> Finding:
    import sympy as sp

    from symbolic import lazy_training as z
    from symbolic.printing import plain

    response, _ = z.one_lag_step()
    excess = plain(sp.expand(response).coeff(z.INVERSE_WIDTH))
    text = (
        "The two limits that the proof joins have different rates. The RNN leaves its own NTK model by O(1/n), a "
        "root of n better than bounds on norms give; it is the kernel at the start that differs from its limit, "
        "and so the RNN from the scaled convolution, by the order n^(−1/2)."
    )
    example = (
        f"T = 1: one step of rate η takes L to L − η e Θ + ({excess})/n, e = ∂loss/∂L, while the NTK model takes it "
        "to L − η e Θ: the gap is exactly of the order 1/n. For T = 4 it is what the check `own model` finds."
    )
    return Finding(text=text, counterexample=example)


SIZES = {"T": 4, "N": 8, "n_x": 3, "n_y": 2, "nu_W": "1/2", "nu_F": "1", "nu_C": "1"}
NOISE = Setting(data="noise", **SIZES, steps=4, share=0.25)
LATE = Setting(data="late", **SIZES, steps=24, share=0.5)  # the gap grows no more by then
MEAN_FIELD = Setting(data="late", **SIZES, steps=8, share=0.25)
ONE_INPUT = {**SIZES, "N": 3, "n_x": 1, "steps": 24}
EXCITED = Setting(data="impulse", **ONE_INPUT, share=0.4)  # chosen: the gap is largest after a few steps, and closes
END = Setting(n=64, **EXCITED)
UNEXCITED = Setting(n=64, data="late impulse", **ONE_INPUT, share=0.4)
MEAN_FIELD_EXCITED = Setting(data="impulse", **{**ONE_INPUT, "steps": 12}, share=0.05)  # its gap is largest by then
WIDTHS = (16, 64, 256, 1024, 4096)
COSTLY: Mapping[int, Sequence[str]] = {1024: ("standard", "full"), 4096: ("full",)}

CLAIM = Claim(
    id="prop_3_1_ntk_training",
    title="A wide linear RNN trains like its NTK model",
    statement=r"f_{\mathrm{lin}}(x,\theta^{\ell}) = f(x,\theta^0) + \sum_i K(x,x_i)\,\alpha_i^{\ell}, \quad "
    r"\alpha_i^{\ell} = \eta \sum_{s<\ell} r_i^{s}, \qquad "
    r"\sup_{\ell}\,\|f(x,\theta^{\ell}) - f_{\mathrm{lin}}(x,\theta^{\ell})\| \to 0\ \text{in probability}",
    plain="f_lin(x, θ^ℓ) = f(x, θ^0) + Σ_i K(x, x_i) α_i^ℓ with α_i^ℓ = η Σ_(s<ℓ) r_i^s, and "
    "sup_ℓ ‖f(x, θ^ℓ) − f_lin(x, θ^ℓ)‖ → 0 in probability",
    summary="Gradient descent on the RNN linearised at its start, on dual coefficients, and on a convolution with the "
    "kernel Θ are one and the same, exactly; with Θ = D(ρ) the convolution is the scaled one. On a new input the "
    "RNN itself differs from its NTK model by O(1/n), at every fixed step and over the steps, and from the scaled "
    "convolution with the derived ρ by O(n^(−1/2)). No positive kernel is needed, and for N > n_x there is none.",
    source=Source("E", "Proposition 3.1, (11)–(16)"),
    assumptions=(
        "a linear RNN, whole sequences from zero state, T and the training data fixed; the loss is half the sum of "
        "squares, and the simulations take the same steps in the mean squared error",
        "η below the limit 2/λ_max(A D(ρ) A^T) for the statement uniform in ℓ",
        "the proof of uniformity assumes that ‖W‖, ‖F‖, ‖C‖ are O(√n) in probability, and that Θ at the start tends to "
        "D(ρ)",
    ),
    uses=("prop_2_1a_same_map", "theorem_3_2_convolution_ntk", "theorem_3_3b_ntk_limit"),
    checks=(
        Proof(
            name="steps",
            title="(12)–(14): the three forms stay equal after a step, for all sizes, data and rates (free algebra)",
            prove=prove_steps,
            microseconds=5e4,
        ),
        Proof(
            name="exact runs",
            title="the three descents of small RNNs in rationals, J by differentiation; one with Θ = D(ρ) at width 4",
            prove=prove_runs,
            microseconds=1.2e6,
        ),
        Proof(
            name="hypothesis",
            title="K has null vectors on the training set for N > n_x, and need not for N ≤ n_x",
            prove=prove_hypothesis,
            microseconds=2.5e5,
        ),
        Proof(
            name="perturbation",
            title="the perturbation argument for a bound that holds at all steps; T = 1 exactly, at every fixed step",
            prove=prove_uniform,
            microseconds=3e5,
        ),
        Rate(
            name="own model",
            title=f"RNN − its NTK model on new x falls like 1/n, at step {FIXED} and at the worst of {LATE['steps']}; "
            "A^T A singular",
            settings=(LATE,),
            sizes=WIDTHS[1:-1],  # at n = 16 some starts are beyond their own limit, and then far too much is allowed
            coordinates={f"step {FIXED}": 32, "worst step": 32},
            errors=errors_at_steps,
            exponent=1.0,
            profiles={1024: COSTLY[1024]},
            microseconds=1e4,
        ),
        Rate(
            name="every step",
            title=f"where A^T A ≻ 0 the largest gap over {EXCITED['steps']} steps falls like 1/n, on new x",
            settings=(EXCITED,),
            sizes=(64, 256, 1024),  # at n = 16 some starts are beyond their own limit
            coordinates={"worst step": 32},
            errors=errors_at_steps,
            exponent=1.0,
            profiles={1024: COSTLY[1024]},
            microseconds=6e3,
        ),
        Rate(
            name="scaled convolution",
            title="RNN − scaled convolution with the derived ρ and the same L^0, on new x, falls like n^(−1/2)",
            settings=(NOISE,),
            sizes=WIDTHS,
            coordinates={"last step": 32},
            errors=errors_at_end,
            profiles=COSTLY,
            microseconds=1e4,
        ),
        Proportion(
            name="the end",
            title="where A^T A ≻ 0 the RNN and its NTK model end at one solution: after "
            f"{END['steps']} steps the gap has closed again, n = {END['n']}",
            settings=(END,),
            lines=end_lines,
            sample=sample_end,
            microseconds=2.5e3,
        ),
    ),
    controls=(
        Control(
            name="the last residual alone",
            why="α^(ℓ+1) = η r^ℓ forgets what earlier steps did; the same at the first step",
            check="steps",
            replace={"prove": partial(prove_steps, collect=False)},
            line="(14): θ^ℓ − θ^0 = J^T α^ℓ after a step",
        ),
        Control(
            name="the last residual alone, run",
            why="the same fault in rational numbers, with a real Jacobian",
            check="exact runs",
            replace={"prove": partial(prove_runs, collect=False)},
            line="parameters = dual form, sequences=2, T=3, n=4, n_x=1, n_y=1",
        ),
        Control(
            name="no paths through W",
            why="ρ_j = (ν_C + ν_F) ν_W^j is the kernel of an RNN whose W is held fixed",
            check="exact runs",
            replace={"prove": partial(prove_runs, w_part=False)},
            line="its descent = that of the scaled convolution",
        ),
        Control(
            name="K ≻ 0 on two sequences of one input",
            why="the hypothesis as restored, at N = 2 > n_x = 1: det K vanishes identically",
            check="hypothesis",
            replace={"prove": partial(prove_hypothesis, sequences=2)},
            line="det K > 0 on the training set",
        ),
        Control(
            name="the null vector run forward in time",
            why="A^T correlates where A convolves, so the relation must be reversed in time",
            check="hypothesis",
            replace={"prove": partial(prove_hypothesis, in_time=False)},
            line="A^T v = 0 for n_x + 1 sequences, T = 2, n_x = 2",
        ),
        Control(
            name="1/n at the output, proved",
            why="the mean-field scaling: at the rate that its kernel asks for, features move by order 1",
            check="perturbation",
            replace={"prove": partial(prove_uniform, output=2)},
            line="η κ is of the order n^(−1/2)",
        ),
        Control(
            name="1/n at the output, trained",
            why="the mean-field scaling leaves its NTK model by order 1 at every width "
            f"({MEAN_FIELD['steps']} steps, at {MEAN_FIELD['share'] / LATE['share']:g} of the rate)",
            check="own model",
            replace={"errors": partial(errors_at_steps, output=2), "sizes": (16, 64)},
            setting=MEAN_FIELD,
            line="worst step: above",
        ),
        Control(
            name="1/n at the output, at every step",
            why="the same where A^T A ≻ 0: the largest gap does not fall with the width "
            f"({MEAN_FIELD_EXCITED['steps']} steps, at {MEAN_FIELD_EXCITED['share'] / EXCITED['share']:g} of the rate)",
            check="every step",
            replace={"errors": partial(errors_at_steps, output=2), "sizes": (64, 256)},
            setting=MEAN_FIELD_EXCITED,
            line="worst step: above",
        ),
        Control(
            name="no 1/√n at the output",
            why="outputs, and with them the distance to the convolution, are √n times as large: it does not fall",
            check="scaled convolution",
            replace={"errors": partial(errors_at_end, output=0), "sizes": (16, 512)},  # 256 may not decide
            setting=NOISE,
            line="last step: above",
        ),
        Control(
            name="a rate above the limit",
            why="a quarter above 2/λ_max the NTK model diverges and the RNN does not follow: the gap only grows",
            check="the end",
            replace={"sample": partial(sample_end, share=1.25)},
            setting=END,
            line="gap at the end",
        ),
        Control(
            name="inputs that excite too little",
            why="a unit input at time 1 never reaches the last lag: A^T A is singular, and the two end apart",
            check="the end",
            replace={},
            setting=UNEXCITED,
            line="gap at the end",
        ),
    ),
    derivation=derive,
    findings=findings,
    figures=(
        Figure(
            title=f"n times the gap between the RNN and its NTK model, A^T A singular, at step {FIXED} and the worst: "
            f"level from n = {WIDTHS[2]}, all that the quick profile draws, to {WIDTHS[-2]}",
            check="own model",
            x="n",
            x_label="width n",
            y_label="n · gap",
            series="line",
            show="quantiles",
            log_x=True,
            log_y=True,
        ),
        Figure(
            title="n times the largest gap, A^T A ≻ 0: level from n = 256, all that the quick profile draws, to 1024",
            check="every step",
            x="n",
            x_label="width n",
            y_label="n · gap",
            show="quantiles",
            log_x=True,
            log_y=True,
        ),
        Figure(
            title="√n times the gap between the RNN and the scaled convolution (5, 50, 95 % quantiles): level too",
            check="scaled convolution",
            x="n",
            x_label="width n",
            y_label="√n · gap",
            show="quantiles",
            log_x=True,
            log_y=True,
        ),
    ),
    not_shown=(
        "non-linear activations, of which the printed proposition speaks too",
        f"more than {EXCITED['steps']} steps of a trained RNN: by then the gap has closed to a tenth where A^T A ≻ 0; "
        "that it stays so is the perturbation argument's",
        "errors that starts hide by their fluctuation: five sevenths of ρ and 1.4 times ρ pass the check `scaled "
        "convolution` in the quick profile, 1.1 times ρ passes it in the standard one; a model trained at 1.05 times "
        "the rate passes `own model` and `every step` in the quick profile. A fiftieth too much or too little of ρ "
        "is seen, but at the first step only, by `first order` of figures_1_2_gap",
        "the rate 1/n against the own NTK model is proved for T = 1 and measured for T = 4; for all T the perturbation "
        "argument bounds the gap by O(n^(−1/2))",
    ),
)
