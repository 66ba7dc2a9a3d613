"""Bias and variance of scaled and unscaled convolutions, exactly, and where the one begins to beat the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from verify.checks import Agreement, Comparison, Law, LawLine, Mean, MeanLine, Proof
from verify.claims import _arnoldi_lines, _synthetic
from verify.claims._factors import derived_factors
from verify.claims._steps import derived
from verify.model import Claim, Control, Curve, Figure, Finding, Setting, Source, Step

if TYPE_CHECKING:
    import numpy as np
    import sympy as sp
    from numpy.random import Generator
    from numpy.typing import NDArray

    from numeric.bias_variance import Filter
    from numeric.moments import Moments
    from symbolic.impulse_ties import Duel
    from verify.proofs import Statement

    Array = NDArray[np.floating[Any]]
    Wiener = Callable[[sp.Expr, sp.Expr], sp.Expr]

SMALL = _synthetic.Training(T=8, nu=("1/2", "1/2", "1/2"), rate=0.25)
# nu: then ρ_0 = 1 and ρ_j falls, so that the convolutions share their fastest lag; rate, chosen: about a third of the
# smallest limit 2/λ_max of the designs used here, 0.70
PLACES = {place.T: place for place in (SMALL, _synthetic.FIGURE_3)}
T = SMALL.T
MODELS = ("scaled", "unscaled")
DEGREES = "fit, ρ_7"  # the same where degrees of freedom are drawn
LAST = "ρ_7"  # tells the convolutions apart in figures: 1 is the unscaled one
LAGS, GAIN, STEPS, NOISE = 3, "3/4", 4, "1/2"  # of the exact witnesses: T, rate, steps and σ² on impulse inputs
SHORT, LONG = "1/3", "9/10"  # ν_W of these: with ν_F = ν_C = 1/2, ρ_0 = 1 and ρ_j falls, or rises, over the three lags
OTHER = ("1", "-1/2", "1/2")  # chosen: inputs whose lags are not the modes, at which delay 0 turns
MARGIN = "1/1000000"
SEQUENCES, DELAY, DECIBELS = 16, 4, 0.0  # chosen: both sides of every crossover are then in view


# --- proofs ---------------------------------------------------------------------------------------------------------


def prove_filter(exponent: Callable[[sp.Expr], sp.Expr] = lambda steps: steps, slope: int = 1) -> Iterator[Statement]:
    """What l steps keep is (1 − s)^l in a mode, I − cK G to the l-th in all; a rival counts steps otherwise.

    tr(fit) ≤ l tr S by induction: l s − f_l grows by s f_l ≥ 0; with `slope` 0 a rival claims tr(fit) ≤ tr S.
    """
    import sympy as sp

    from symbolic import filter as f
    from verify.proofs import Identity, MatrixIdentity, NonNegative

    s, kept, passed = f.kept_by_mode()
    yield Identity("distance kept in a mode", kept - (1 - s) ** exponent(f.STEP))
    yield Identity("noise let through by a mode", passed - (1 - kept))
    later = passed.subs(f.STEP, f.STEP + 1)
    yield Identity("a step more lets more through, by s (1 − s)^l", later - passed - s * kept)
    room, share = ((k * s if slope else s) - g for k, g in ((f.STEP, passed), (f.STEP + 1, later)))
    yield Identity("l s − f_l grows by s f_l", share - room - s * passed)
    left = sp.Symbol("q", nonnegative=True)  # 1 − s, which is not negative below half of the stability limit
    yield NonNegative("s (1 − s)^l ≥ 0: bias² on the training inputs falls, variance rises", s * left**f.STEP)
    yield from (MatrixIdentity(name, residual, SHAPES) for name, residual in _free_algebra())
    for name, residual in _fits(exponent):
        yield Identity(name, residual)


SHAPES = dict.fromkeys("ABE", ("n", "n")) | dict.fromkeys("LPz", ("n", "1"))


def _free_algebra() -> Iterator[tuple[str, sp.Expr]]:
    """Matrices of any size: B = cKA^T, P the target, z the noise, E what is kept so far, H A = 1 − E."""
    import sympy as sp

    A, B, E, L, P, z = sp.symbols("A B E L P z", commutative=False)
    step = L + B * (A * P + z - A * L)
    yield "a step takes L − L* to (1 − cKG)(L − L*) + cKA^T noise", step - P - (1 - B * A) * (L - P) - B * z
    through = (1 - B * A) * (1 - E) + B * A  # (1 − cKG) H A + cKA^T A
    yield "what is let through is what is not kept", (through - (1 - (1 - B * A) * E)) * L


def _fits(exponent: Callable[[sp.Expr], sp.Expr]) -> Iterator[tuple[str, sp.Expr]]:
    """d(A L)/dY, differentiated from the steps, against 1 − (1 − cAKA^T)^l, on a rational design."""
    import sympy as sp

    from symbolic.filter import trained

    design, kernel = sp.Matrix([[1, 2], [-1, 3], [2, 1]]), sp.diag(1, sp.Rational(1, 3))
    zero, gain, steps = sp.zeros(2, 1), sp.Rational(1, 12), 3
    fit = trained(design, kernel, gain, target=zero, start=zero, steps=steps).fit
    left = sp.eye(3) - gain * design * kernel * design.T
    residual = fit - sp.eye(3) + left ** exponent(sp.Integer(steps))
    for row in range(3):
        yield f"fit from the steps, row {row}", sp.Add(*(residual[row, column] ** 2 for column in range(3)))


def wiener(signal: sp.Expr, noise: sp.Expr) -> sp.Expr:
    """δ²/(δ² + τ): the filter with the least bias² + variance."""
    return signal / (signal + noise)


def signal_alone(signal: sp.Expr, noise: sp.Expr) -> sp.Expr:  # noqa: ARG001 — that is what is false about it
    """The rival 1: the more is learned, the better."""
    import sympy as sp

    return sp.Integer(1)


@lru_cache(maxsize=2)
def duel(nu_w: str = SHORT) -> Duel:
    """The scaled convolution at ν_W against the unscaled one, in the setting of the witnesses."""
    import sympy as sp

    from symbolic.impulse_ties import Duel

    half = sp.Rational(1, 2)
    factors = derived_factors(LAGS, (sp.Rational(nu_w), half, half))
    return Duel(factors=tuple(factors), rate=sp.Rational(GAIN), noise=sp.Rational(NOISE), steps=STEPS)


def unlike_impulses() -> list[sp.Expr]:
    """The inputs at which delay 0 turns."""
    import sympy as sp

    return [sp.Rational(value) for value in OTHER]


def prove_crossover(best: Wiener = wiener, *, shift: int = 0, nu_w: str = SHORT) -> Iterator[Statement]:
    """The nearer of two filters to Wiener's wins; witnesses of both signs from the steps themselves.

    A rival takes another best filter, the tie of another delay, or another ν_W. A margin makes a sign strict.
    """
    import sympy as sp

    from symbolic import filter as f
    from symbolic import impulse_ties as ties
    from verify.proofs import Identity, NonNegative

    margin = sp.Rational(MARGIN)
    one, two, signal, noise = sp.symbols("f_s f_u delta2 tau", positive=True)
    difference = f.mode_error(one, signal, noise) - f.mode_error(two, signal, noise)
    nearer = (one - two) * (one + two - 2 * best(signal, noise)) * (signal + noise)
    yield Identity("excess of one filter over another: by their distances from δ²/(δ² + τ)", difference - nearer)
    for d in range(LAGS):
        yield Identity(
            f"error from the steps, delay {d}",
            ties.gap_from_steps(duel(nu_w), d, 2) - ties.gap_by_modes(duel(nu_w), d, 2),
        )
    yield _at_every_size("delay 0: scaled wins at every N", -1, nu_w)
    yield from _ties(nu_w, "scaled", "unscaled", shift=shift)
    yield NonNegative(
        "delay 2 ties at fewer sequences than delay 1", ties.tie(duel(), 1) - ties.tie(duel(), 2) - margin
    )
    scaled, unscaled = ties.all_data_errors(duel(), unlike_impulses())
    yield NonNegative("delay 0, other inputs: with all data the unscaled wins", scaled - unscaled - margin)
    yield _at_every_size(f"ν_W = {LONG}, delay 0: unscaled wins at every N", 1, LONG)
    yield from _ties(LONG, "unscaled", "scaled", prefix=f"ν_W = {LONG}, ")
    share = ties.share_at_many_steps(duel(), 1)
    yield Identity("1/N* → 0 as the steps go on, delay 1", sp.limit(share, f.STEP, sp.oo))


def _at_every_size(label: str, sign: int, nu_w: str) -> Statement:
    """At delay 0 the biases are equal, and the difference of the errors is a constant over N: its sign, strictly."""
    import sympy as sp

    from symbolic.impulse_ties import gap_by_modes
    from verify.proofs import NonNegative

    N = sp.Symbol("N", positive=True)
    return NonNegative(label, sp.expand(sign * N * gap_by_modes(duel(nu_w), 0, N)) - sp.Rational(MARGIN))


def _ties(nu_w: str, few: str, many: str, *, prefix: str = "", shift: int = 0) -> Iterator[Statement]:
    """Delays beyond 0: who wins with few sequences and who with many, on both sides of the tie."""
    import sympy as sp

    from symbolic.impulse_ties import gap_by_modes, gap_from_steps, tie
    from verify.proofs import Identity, NonNegative

    sign, margin = (1 if few == "unscaled" else -1), sp.Rational(MARGIN)
    for d in range(1, LAGS):
        even = tie(duel(nu_w), (d + shift) % LAGS)
        below, above = sp.floor(even), sp.ceiling(even)
        yield Identity(f"{prefix}tie at N*, delay {d}", gap_by_modes(duel(nu_w), d, even))
        gaps = [sign * gap_from_steps(duel(nu_w), d, int(size)) for size in (below, above)]
        yield NonNegative(f"{prefix}delay {d}, {below} sequences: {few} wins", gaps[0] - margin)
        yield NonNegative(f"{prefix}delay {d}, {above} sequences: {many} wins", -gaps[1] - margin)


# --- data -----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=16)
def teacher(delay: int, lags: int = T) -> Array:
    """One unit-norm teacher with four hidden units, the same in every run, delayed."""
    from numeric.streams import stream
    from numeric.teacher import delayed, draw_teacher

    return delayed(draw_teacher(lags, stream("bias and variance", "teacher")), delay)


@lru_cache(maxsize=16)
def inputs(sequences: int, lags: int = T) -> Array:
    """Fixed white inputs [N, T, 1], the same in every run."""
    from numeric.streams import stream

    return stream("bias and variance", "inputs", sequences).standard_normal((sequences, lags, 1))


def factors(model: str, place: _synthetic.Training = SMALL) -> Array:
    """ρ_j, or 1 for the unscaled convolution."""
    import numpy as np

    return np.ones(place.T) if model == "unscaled" else _synthetic.wide_factors(place.T, place.nu)


def place_of(setting: Setting) -> _synthetic.Training:
    """Lags, ν and rate of a setting, the small ones where it names no T."""
    return PLACES[setting.get("T", T)]


def start_variance(place: _synthetic.Training) -> Array:
    """Var L^0 [T, T], diagonal: the wide limit of an RNN's start."""
    import numpy as np

    return np.diag(_synthetic.start_variances(place.T, place.nu))


def target_of(setting: Setting) -> Array:
    """L* [T, 1, 1]."""
    return teacher(setting["d"], place_of(setting).T)


def noise_of(setting: Setting) -> float:
    from numeric.teacher import noise_variance

    return noise_variance(target_of(setting), setting["dB"])


def exact_filter(setting: Setting, model: str, steps: int) -> Filter:
    """The filter of one model on the inputs of a setting."""
    from numeric.bias_variance import filter_of

    place = place_of(setting)
    return filter_of(design_of(setting), factors(model, place), rate=place.rate, steps=[steps])


def design_of(setting: Setting) -> Moments:
    """The moments of the inputs; of the outputs nothing is used."""
    from numeric.moments import moments_of_sequences
    from numeric.teacher import outputs

    x = inputs(setting["N"], place_of(setting).T)
    return moments_of_sequences(x, outputs(target_of(setting), x))


def draw_block(setting: Setting, rng: Generator) -> tuple[Moments, Array]:
    """Outputs with fresh noise and L^0 [T, BLOCK]: a block of draws are the outputs of one training on fixed inputs."""
    import math

    import numpy as np

    from numeric.moments import moments_of_sequences
    from numeric.streams import BLOCK
    from numeric.teacher import outputs

    place = place_of(setting)
    x = inputs(setting["N"], place.T)
    noise = math.sqrt(noise_of(setting)) * rng.standard_normal((len(x), place.T, BLOCK))
    y = outputs(target_of(setting), x) + noise
    starts = np.sqrt(start_variance(place)) @ rng.standard_normal((place.T, BLOCK)) * (setting["start"] == "random")
    return moments_of_sequences(x, y), starts


def train_block(setting: Setting, model: str, drawn: Moments, starts: Array) -> Array:
    """L after training, [BLOCK, T].

    The loss is a mean over outputs, which learn apart, so that the rate of a block is η times their number. Steps are
    taken one by one where they are few, else in closed form.
    """
    import numpy as np

    from numeric.training import scaled_convolution, train_by_steps, train_closed_form

    place = place_of(setting)
    learner = scaled_convolution(starts[:, :, None], factors(model, place))
    train = train_by_steps if setting["steps"] < FEW_STEPS else train_closed_form
    path = train(learner, drawn, rate=place.rate * drawn.n_y, steps=[setting["steps"]])
    return np.asarray(path.impulse[0, :, :, 0].T)


FEW_STEPS = 10  # chosen: so many steps cost about what the closed form does


# --- the law --------------------------------------------------------------------------------------------------------


def law_lines(setting: Setting) -> list[LawLine]:
    from verify.statistics.laws import ChiSquare, Normal

    model, lags = setting["model"], place_of(setting).T
    normal = tuple(Normal() for _ in range(lags))
    return [
        LawLine(label="entries", null=f"L, {model}, whitened ~ N(0,1)", laws=normal),
        LawLine(label="squared length", null="its squared length ~ χ²", laws=(ChiSquare(lags),)),
        LawLine(label="fixed rotation", null="a fixed rotation of it ~ N(0,1)", laws=normal),
    ]


def sample_whitened(setting: Setting, rngs: Sequence[Generator], *, rival: str = "") -> Mapping[str, Array]:
    """L less its mean, divided by the Cholesky factor of its covariance; a rival has another mean or covariance."""
    import numpy as np
    from scipy.linalg import solve_triangular

    from numeric.bias_variance import impulse_covariance, impulse_mean

    model, steps = setting["model"], setting["steps"]
    believed = MODELS[1 - MODELS.index(model)] if rival == "the other filter" else model
    found = exact_filter(setting, believed, steps - 1 if rival == "one step fewer" else steps)
    target, place = target_of(setting), place_of(setting)
    mean = impulse_mean(found, target, np.zeros_like(target))[0, :, 0, 0]
    start = start_variance(place) if setting["start"] == "random" and rival != "no start" else None
    covariance = impulse_covariance(found, noise=noise_of(setting), start=start)[0]
    if rival == "the filter, not its square":
        covariance = noise_of(setting) * (np.eye(place.T) - found.kept[0]) @ np.linalg.inv(design_of(setting).gram)
    away = np.concatenate([train_block(setting, model, *draw_block(setting, rng)) for rng in rngs]) - mean
    white = solve_triangular(np.linalg.cholesky(covariance), away.T, lower=True).T
    return {
        "entries": white,
        "squared length": np.sum(white**2, axis=1),
        "fixed rotation": white @ _arnoldi_lines.fixed_rotation(place.T),
    }


# --- the expected error ---------------------------------------------------------------------------------------------


def excess(setting: Setting, model: str) -> tuple[dict[str, float], float]:
    """The parts of the expected error at a setting and their sum, and the variance of the test error over the noise."""
    from numeric.bias_variance import error_variance, expected_error
    from numeric.teacher import white_gram

    found, noise, test = exact_filter(setting, model, setting["steps"]), noise_of(setting), white_gram(T)
    gap = -teacher(setting["d"])
    error = expected_error(found, gap, noise=noise, test=test)
    bias, variance = float(error.bias[0]), float(error.variance[0])
    parts = {"bias": bias, "variance": variance, "all": bias + variance}
    return parts, float(error_variance(found, gap, noise=noise, test=test)[0])


def error_lines(setting: Setting, *, over: str, part: str = "all") -> list[MeanLine]:
    """Each model's expected error above the noise of the test outputs; a rival leaves a part out."""
    lines = []
    for model in MODELS:
        parts, variance = excess(setting, model)
        value, scale, at = parts[part], parts["all"], {over: setting[over], LAST: float(factors(model)[-1])}
        null = f"E error of the {model} convolution = {value:.5g} + σ²"
        lines.append(MeanLine(label=model, null=null, low=value, high=value, variance=variance, scale=scale, at=at))
    return lines


def data_lines(setting: Setting, *, part: str = "all", lags: float | None = None) -> list[MeanLine]:
    """The errors against N, and the degrees of freedom as covariance of fit and noise; a rival has one for each lag."""
    import numpy as np

    design, noise, lines = design_of(setting).gram, noise_of(setting), error_lines(setting, over="N", part=part)
    for model in MODELS:
        found = exact_filter(setting, model, setting["steps"])
        passed, bias = np.eye(T) - found.kept[0], found.kept[0] @ target_of(setting)[:, 0, 0]
        degrees, variance = float(found.degrees[0]), float(2 * np.sum(passed * passed.T) + bias @ design @ bias / noise)
        value, at = (degrees if lags is None else lags), {"N": setting["N"], DEGREES: float(factors(model)[-1])}
        null = f"E noise^T A (L − L*)/σ² = tr(filter) = {value:.5g}, {model}"
        line = MeanLine(label=f"df, {model}", null=null, low=value, high=value, variance=variance, scale=degrees, at=at)
        lines.append(line)
    return lines


def sample_errors(setting: Setting, rngs: Sequence[Generator]) -> Mapping[str, Array]:
    """(L − L*)^T Q (L − L*), Q the mean over white test inputs, and noise^T A (L − L*)/σ²; on the same data.

    The mean of the latter is tr d(A L)/dY: L is affine in the noise.
    """
    import numpy as np

    from numeric.teacher import white_gram

    shares, target, noise = np.diag(white_gram(T)), target_of(setting)[:, :, 0], noise_of(setting)
    found: dict[str, list[Array]] = {name: [] for model in MODELS for name in (model, f"df, {model}")}
    for rng in rngs:
        drawn, starts = draw_block(setting, rng)
        by_noise = (drawn.cross - drawn.gram @ target).T  # noise^T A
        for model in MODELS:
            away = train_block(setting, model, drawn, starts) - target.T
            found[model].append(away**2 @ shares)
            found[f"df, {model}"].append(np.sum(by_noise * away, axis=1) / noise)
    return {name: np.concatenate(values) for name, values in found.items()}


def one_lag_lines(setting: Setting, *, rows: int = 0) -> list[MeanLine]:
    """E (L − L*)² over inputs and noise, one lag; a rival has other degrees of freedom."""
    import sympy as sp

    from symbolic.evaluate import to_float
    from symbolic.filter import one_lag_moments

    step, noise = 2 * sp.Rational(ONE_LAG) / setting["N"], sp.Rational(NOISE)
    exact = one_lag_moments(setting["N"], step=step, steps=setting["steps"], noise=noise)
    mean, square = map(to_float, exact)
    value = to_float(one_lag_moments(setting["N"] + rows, step=step, steps=setting["steps"], noise=noise)[0])
    null = f"E (L − L*)² = {value:.6g}"
    variance = square - mean**2
    return [MeanLine(label="error", null=null, low=value, high=value, variance=variance, scale=value, at=dict(setting))]


ONE_LAG = "1/8"


def sample_one_lag(setting: Setting, rngs: Sequence[Generator]) -> Mapping[str, Array]:
    """Gradient descent on N products of a Gaussian input, noise fresh with every draw; L^0 − L* = 1."""
    import math

    import numpy as np

    from numeric.streams import BLOCK

    N, noise = setting["N"], math.sqrt(float(Fraction(NOISE)))
    x, z = np.concatenate([rng.standard_normal((BLOCK, 2, N)) for rng in rngs]).swapaxes(0, 1)
    L = np.ones(len(x))
    for _ in range(setting["steps"]):
        L = L + 2 * float(Fraction(ONE_LAG)) / N * np.einsum("bi,bi->b", x, noise * z - x * L[:, None])
    return {"error": L**2}


# --- the steps themselves -------------------------------------------------------------------------------------------


def compare_steps(setting: Setting, rng: Generator, *, fewer: int = 0) -> Iterator[Comparison]:
    """Mean, covariance, degrees of freedom and error of the floats against SymPy's from the steps, on the same numbers.

    Data are eighths, so that both have them exactly; in one case of three lag 1 is not trained at all (ρ_1 = 0).
    A rival takes so many steps fewer.
    """
    import numpy as np
    import sympy as sp

    from numeric import bias_variance as b
    from numeric.bias_variance_error import filter_balls
    from numeric.moments import moments_of_sequences
    from numeric.teacher import white_gram
    from symbolic import filter as f

    case, lags, n_x = setting["case"], 3, setting["n_x"]
    x, z = rng.integers(-8, 9, (2, 2, lags, n_x)) / 8.0
    target, start = rng.integers(-8, 9, (2, lags, 1, n_x)) / 8.0
    rho = np.array([1.0, 0.0 if case % 3 == 0 else 0.5, 0.25])
    rate, noise, steps = 1 / 16, 0.5, setting["steps"]
    moments = moments_of_sequences(x, z[:, :, :1])
    found = b.filter_of(moments, rho, rate=rate, steps=[steps])
    (balls,) = filter_balls(moments, rho, rate=rate, steps=[steps])

    kernel = sp.diag(*map(sp.Rational, np.repeat(rho, n_x)))
    gain = 2 * sp.Rational(rate) / moments.rows
    goal = _matrix(target.reshape(-1, 1))
    begin = _matrix(start.reshape(-1, 1))
    exact = f.trained(_delayed(x), kernel, gain, target=goal, start=begin, steps=steps - fewer)
    test = white_gram(4, n_x)[: lags * n_x, : lags * n_x]  # 1, 3/4, 1/2
    error = b.expected_error(found, start - target, noise=noise, test=test)
    by_steps = exact.error(goal, _matrix(test), sp.Rational(noise))
    within = balls.excess_error(start - target, noise=noise, test=test)
    rows = (
        ("mean", b.impulse_mean(found, target, start).reshape(-1, 1), exact.mean, balls.mean_error(target, start)),
        ("covariance", found.spread[0], exact.covariance, balls.spread.error),
        ("degrees of freedom", found.degrees, sp.Matrix([exact.degrees_of_freedom]), balls.degrees_error()),
        ("bias² + variance", error.bias + error.variance, sp.Matrix([by_steps]), within),
    )
    for label, value, truth, bound in rows:
        yield Comparison(label=label, difference=_distance(value, truth), bound=bound, at={"case": case})


def _matrix(values: Array) -> sp.Matrix:
    """The very numbers that the floats are."""
    import sympy as sp

    return sp.Matrix(*values.shape, [sp.Rational(value) for value in values.ravel()])


def _delayed(x: Array) -> sp.Matrix:
    """The rows (x_t, x_{t−1}, …, x_{t−T+1}) of all sequences, 0 before the start."""
    import sympy as sp

    N, lags, n_x = x.shape

    def entry(row: int, column: int) -> sp.Rational:
        (sequence, t), (lag, b) = divmod(row, lags), divmod(column, n_x)
        return sp.Rational(x[sequence, t - lag, b]) if t >= lag else sp.Integer(0)

    return sp.Matrix(N * lags, lags * n_x, entry)


def _distance(value: Array, truth: sp.Matrix) -> float:
    """The Frobenius norm of the difference, taken exactly and rounded once."""
    import sympy as sp

    from symbolic.evaluate import to_float

    difference = _matrix(value.reshape(truth.shape)) - truth
    return to_float(sp.sqrt(sp.Add(*(entry**2 for entry in difference))))


# --- derivation -----------------------------------------------------------------------------------------------------


def derive() -> Sequence[Step]:
    """The mode, its response to noise, Wiener's filter, and the tie."""
    import sympy as sp

    from symbolic.filter import kept_by_mode, mode_error
    from symbolic.impulse_ties import tie

    _, kept, passed = kept_by_mode()
    f, signal, noise, other = sp.symbols("f delta2 tau f_u", positive=True)
    one = mode_error(f, signal, noise)
    (best,) = sp.solve(sp.diff(one, f), f)
    apart = sp.factor(one - mode_error(other, signal, noise))
    return [
        derived(
            "A step takes L − L* to (I − cKG)(L − L*) + cKAᵀ noise, with G = AᵀA and c = 2η/R. In a mode of "
            "c K^(1/2) G K^(1/2) with eigenvalue s the distance kept after l steps is",
            "1 - f_l", "1 − f_l", kept,
        ),
        derived("and the response to a unit of noise", "f_l", "f_l", passed),
        Step(
            "The sum of the f_l over the modes is tr d(A L)/dY, the degrees of freedom df; below half of the stability "
            "limit 0 ≤ f_l ≤ 1, so that the variance of the fit is at most σ² df/R. In the settings drawn factors "
            "ρ_j < 1 lower df, and leave bias in lags of small ρ_j: hence the order in Figure 3 and, if it carries "
            "over to that recording, which is not used here, in Figure 4 and Table 1",
            r"\frac{\sigma^2}{R}\sum f_l^2 \le \frac{\sigma^2}{R}\sum f_l = \frac{\sigma^2}{R}\,\mathrm{df}",
            "(σ²/R) Σ f_l² ≤ (σ²/R) Σ f_l = (σ²/R) df",
        ),
        derived("With the squared distance δ² (written δ2) and noise τ, bias² + variance is", "E(f)", "E(f)", one),
        derived("least at the filter of Wiener", "f^{*}", "f*", best),
        derived("so that of two filters the nearer one wins", "E(f) - E(f_u)", "E(f) − E(f_u)", apart),
        derived(
            f"On impulses with {LAGS} lags, rate {GAIN}, {STEPS} steps and σ² = {NOISE} the tie at delay 1 is at",
            "N^{*}_1", "N*_1", tie(duel(), 1),
        ),
        derived("and at delay 2 at", "N^{*}_2", "N*_2", tie(duel(), 2)),
    ]  # fmt: skip


def findings() -> Sequence[Finding]:
    """Who wins with limited data and who with all depends on ν_W, on the inputs and on the number of steps."""
    from symbolic.evaluate import to_float
    from symbolic.impulse_ties import all_data_errors, tie

    after = {steps: to_float(tie(replace(duel(), steps=steps), 1)) for steps in (STEPS, 16, 64)}
    ties = ", ".join(f"{value:.3g} at {steps} steps" for steps, value in after.items())
    text = (
        "In the form restored here: with limited data the scaled models win, with all data the unscaled. That is so in "
        f"the setting below after {STEPS} steps where the target is one tap at delay 1 or 2; at delay 0, where "
        "ρ_0 = 1, the scaled convolution wins at every sample size. At delay 1 the sample size at which the sign "
        "changes grows without bound with the number of steps: that the unscaled convolution wins with all data is "
        "there a matter of stopping early."
    )
    example = (
        f"N sequences whose input is one unit impulse, {LAGS} lags, ν_W = {SHORT}, ν_F = ν_C = 1/2, rate {GAIN}, "
        f"σ² = {NOISE}, target a unit at delay 1: the tie is at N* = {ties}."
    )
    turned = (
        "With long memory the same sentence is turned round: in the setting below, where ρ_1 and ρ_2 are above "
        "ρ_0 = 1, at delays 1 and 2 the unscaled convolution wins with little data and the scaled one with all."
    )
    long = ", ".join(f"{to_float(rho):.3g}" for rho in duel(LONG).factors)
    turned_example = (
        f"The same with ν_W = {LONG}, where ρ = {long}: at delay 0 the unscaled convolution wins at every N, at delay "
        f"1 up to N* = {to_float(tie(duel(LONG), 1)):.3g} and the scaled one beyond, at delay 2 the tie is at "
        f"{to_float(tie(duel(LONG), 2)):.3g}; after {STEPS} steps."
    )
    others = (
        "Nor does it carry over to other inputs: at delay 0 too, with ρ_0 = 1 and a target of one tap, the unscaled "
        "convolution may win with all data."
    )
    scaled, unscaled = map(to_float, all_data_errors(duel(), unlike_impulses()))
    other_example = (
        f"As at first, with ν_W = {SHORT}, but with the input {', '.join(OTHER)} in every sequence and a target at "
        f"delay 0: after {STEPS} steps, as N → ∞, bias² = {scaled:.3g} scaled, {unscaled:.3g} unscaled."
    )
    return [
        Finding(text=text, counterexample=example),
        Finding(text=turned, counterexample=turned_example),
        Finding(text=others, counterexample=other_example),
    ]


def error_curves(settings: Sequence[Setting], over: str) -> Sequence[Curve]:
    """Exact bias² + variance of both models, named as the figure names their series, then each part by itself."""
    sums, apart = [], []
    for model in MODELS:
        rows = [(float(setting[over]), excess(setting, model)[0]) for setting in settings]
        sums.append(curve(f"{LAST} = {factors(model)[-1]:.4g}", [(x, parts["all"]) for x, parts in rows]))
        for part, name in (("bias", "bias²"), ("variance", "variance")):
            seen = [(x, parts[part]) for x, parts in rows if parts[part] >= SEEN * parts["all"]]
            if len(seen) > 1:
                apart.append(curve(f"{name}, {model}", seen))
    return [*sums, *apart]


SEEN = 0.01  # chosen: a part below this share of its sum is not drawn, as it would fill a logarithmic axis


def degrees_curves() -> Sequence[Curve]:
    """Exact degrees of freedom of both models against N."""
    return [
        curve(
            f"{DEGREES} = {factors(model)[-1]:.4g}",
            [(float(at["N"]), float(exact_filter(at, model, at["steps"]).degrees[0])) for at in SIZES],
        )
        for model in MODELS
    ]


def curve(label: str, places: Sequence[tuple[float, float]]) -> Curve:
    return Curve(label=label, x=tuple(x for x, _ in places), y=tuple(y for _, y in places))


def _setting(**values: object) -> Setting:
    usual = {"N": SEQUENCES, "d": DELAY, "dB": DECIBELS, "steps": 100, "start": "zero"}
    return Setting(**{**usual, **values})


LAWS = tuple(Setting(model=model, N=SEQUENCES, d=2, dB=20.0, steps=4, start="zero") for model in MODELS)
AS_FIGURE_3 = tuple(Setting(model=model, T=20, N=50, d=4, dB=20.0, steps=200, start="random") for model in MODELS)
DELAYS = tuple(_setting(d=d) for d in (0, 2, 3, 4, 5, 6))
SIZES = tuple(_setting(N=N) for N in (4, 12, 36, 96))
NOISES = tuple(_setting(dB=dB) for dB in (-10.0, 0.0, 10.0, 20.0))
ONE_LAGS = (Setting(N=4, steps=3), Setting(N=16, steps=5))
CASES = tuple(Setting(case=case, n_x=1 + case % 2, steps=(0, 1, 3, 6)[case % 4]) for case in range(1, 9))


def over(name: str, title: str, settings: Sequence[Setting], lines: Callable[[Setting], list[MeanLine]]) -> Mean:
    """One of the three checks of the expected error."""
    return Mean(
        name=name,
        title=title,
        settings=tuple(settings),
        lines=lines,
        sample=sample_errors,
        microseconds=14.0,
    )


def picture(title: str, check: str, coordinate: str, label: str, *, settings: Sequence[Setting], log_x: bool) -> Figure:
    """Exact lines of both models and what was measured."""
    return Figure(
        title=f"{title}; bias² and variance are drawn where above 1 % of their sum",
        check=check,
        x=coordinate,
        x_label=label,
        y_label="bias² + variance, and each alone",
        series=LAST,
        log_x=log_x,
        log_y=True,
        theory=partial(error_curves, settings, coordinate),
    )


CLAIM = Claim(
    id="bias_variance_crossover",
    title="Bias and variance of trained convolutions are exact, and decide when scaling helps",
    statement=r"L^{\ell} \sim N\!\left(L^{*} + (I - cKG)^{\ell}(L^{0} - L^{*}),\ \sigma^2 M G M^{\top}\right),\quad "
    r"M = c\sum_{i<\ell}(I - cKG)^{i}K;\qquad E(f) - E(f') = (f - f')(f + f' - 2f^{*})(\delta^2 + \tau),\quad "
    r"f^{*} = \frac{\delta^2}{\delta^2 + \tau}",
    plain="L^l ~ N(L* + (I − cKG)^l (L^0 − L*), σ² M G M^T), M = c Σ_(i<l) (I − cKG)^i K; in a mode "
    "E(f) − E(f') = (f − f')(f + f' − 2f*)(δ² + τ) with f* = δ²/(δ² + τ)",
    summary="For fixed inputs and Gaussian noise a trained convolution is exactly Gaussian, with a known mean and "
    "covariance, hence a known test error. In each mode the filter nearer to Wiener's wins: in the settings drawn "
    "little data, much noise or a short delay favour the scaled convolution, the opposite the unscaled one; on impulse "
    "inputs and a target of one tap the ties are exact. With ρ_j < 1 fewer degrees "
    "of freedom tr(filter) are fitted: less variance, the likely reason for the limited half of Table 1, but more bias "
    "in what is delayed, which decides in Figure 3.",
    source=Source("E", "§4, after Theorem 4.1, and §5, Figures 3–4 and Table 1"),
    assumptions=(
        "inputs are fixed and output noise is Gaussian, independent, of one variance; test inputs are white",
        "the rate is below the stability limit; K = D(ρ), G = AᵀA, c = 2η/R for the mean over R outputs",
        "the ties have impulses as inputs, where the lags are the modes, 3 lags and a target that is one tap",
        "in expectation over Gaussian inputs it is exact for one lag only, where G is χ²",
    ),
    uses=("theorem_3_2_convolution_ntk",),
    checks=(
        Proof(
            name="filter",
            title="what steps keep and let through, from the recursion, by induction and at any size",
            prove=prove_filter,
            microseconds=5e5,
        ),
        Proof(
            name="crossover",
            title="the filter nearer to Wiener's wins in a mode; exact ties and witnesses of both signs, 3 lags",
            prove=prove_crossover,
            microseconds=1.5e6,
        ),
        Agreement(
            name="steps",
            title="floating point against SymPy's derivative of the steps themselves, same data",
            settings=CASES,
            compare=compare_steps,
            microseconds=6e4,
        ),
        Law(
            name="law",
            title="L after training, whitened by its exact mean and covariance, is standard normal",
            settings=LAWS,
            lines=law_lines,
            sample=sample_whitened,
            microseconds=11.0,
        ),
        Law(
            name="law of figure 3",
            title="the same at the lags, data, steps and random start of Figure 3",
            settings=AS_FIGURE_3,
            lines=law_lines,
            sample=sample_whitened,
            microseconds=60.0,
        ),
        over("delay", "the expected error against the delay", DELAYS, partial(error_lines, over="d")),
        over("data", "expected error and degrees of freedom against the number of sequences", SIZES, data_lines),
        over("noise", "the expected error against the signal-to-noise ratio", NOISES, partial(error_lines, over="dB")),
        Mean(
            name="random inputs",
            title="one lag, also in expectation over Gaussian inputs",
            settings=ONE_LAGS,
            lines=one_lag_lines,
            sample=sample_one_lag,
            microseconds=1.0,
        ),
    ),
    controls=(
        Control(
            name="one step more",
            why="after l steps (1 − s)^l is left of the distance, not (1 − s)^(l + 1)",
            check="filter",
            replace={"prove": partial(prove_filter, lambda steps: steps + 1)},
            line="fit from the steps, row 0",
        ),
        Control(
            name="degrees of freedom below tr S",
            why="that bounds one step; l steps may have l times as many",
            check="filter",
            replace={"prove": partial(prove_filter, slope=0)},
            line="l s − f_l grows by s f_l",
        ),
        Control(
            name="the more is learned, the better",
            why="without noise the best filter is 1; with noise it is δ²/(δ² + τ)",
            check="crossover",
            replace={"prove": partial(prove_crossover, signal_alone)},
            line="excess of one filter over another: by their distances from δ²/(δ² + τ)",
        ),
        Control(
            name="the other sign at delay 0",
            why="with ν_W = 9/10 the scaled convolution lets more noise through at every lag but 0",
            check="crossover",
            replace={"prove": partial(prove_crossover, nu_w=LONG)},
            line="delay 0: scaled wins at every N",
        ),
        Control(
            name="the tie of another delay",
            why="on impulses delay 2, which the scaled convolution learns more slowly, ties at fewer sequences",
            check="crossover",
            replace={"prove": partial(prove_crossover, shift=1)},
            line="tie at N*, delay 1",
        ),
        Control(
            name="one step fewer, exactly",
            why="the same data after one step less",
            check="steps",
            replace={"compare": partial(compare_steps, fewer=1)},
            setting=CASES[1],
            line="degrees of freedom",
        ),
        *(
            Control(
                name=name,
                why=why,
                check=check,
                replace={"sample": partial(sample_whitened, rival=name)},
                setting=setting,
                line=line,
            )
            for check, name, why, setting, line in (
                ("law", "the other filter", "ρ = 1 for the scaled convolution", LAWS[0], "entries"),
                ("law", "one step fewer", "the filter of 3 steps after 4", LAWS[0], "squared length"),
                (
                    "law",
                    "the filter, not its square",
                    "σ² M in the place of σ² M G M^T: the covariance of a posterior, not of an estimate",
                    LAWS[1],
                    "entries",
                ),
                ("law of figure 3", "no start", "L^0 is not forgotten at slow lags", AS_FIGURE_3[0], "entries"),
            )
        ),
        *(
            Control(
                name=f"no {left_out}",
                why=f"the expected error is more than its {part}",
                check=check,
                replace={"lines": partial(lines, part=part)},
                setting=setting,
                line="scaled",
            )
            for left_out, part, check, lines, setting in (
                ("variance", "bias", "delay", partial(error_lines, over="d"), DELAYS[0]),
                ("bias", "variance", "data", data_lines, SIZES[-1]),
                ("bias at low noise", "variance", "noise", partial(error_lines, over="dB"), NOISES[-1]),
            )
        ),
        Control(
            name="a degree of freedom a lag",
            why="that is so only of lags trained to the end: slow ones fit less of the noise",
            check="data",
            replace={"lines": partial(data_lines, lags=float(T))},
            setting=SIZES[0],
            line="df, scaled",
        ),
        Control(
            name="one input more",
            why="χ² with N + 1 degrees of freedom at N inputs",
            check="random inputs",
            replace={"lines": partial(one_lag_lines, rows=1)},
            setting=ONE_LAGS[0],
            line="error",
        ),
    ),
    derivation=derive,
    findings=findings,
    figures=(
        picture(
            "Here a longer delay favours the unscaled convolution (ρ_7 = 1)",
            "delay",
            "d",
            "delay d",
            settings=DELAYS,
            log_x=False,
        ),
        picture(
            "Here so do more data, at 100 steps (unscaled: ρ_7 = 1)",
            "data",
            "N",
            "sequences N",
            settings=SIZES,
            log_x=True,
        ),
        Figure(
            title=f"Degrees of freedom tr(filter), of {T} lags: they depend on inputs and steps, not on delay or "
            "noise (unscaled: ρ_7 = 1)",
            check="data",
            x="N",
            x_label="sequences N",
            y_label="degrees of freedom",
            series=DEGREES,
            log_x=True,
            theory=degrees_curves,
        ),
        picture(
            "Here noise favours the scaled one (unscaled: ρ_7 = 1)",
            "noise",
            "dB",
            "signal-to-noise ratio, dB",
            settings=NOISES,
            log_x=False,
        ),
    ),
    not_shown=(
        "who wins for inputs or targets other than the proved ones: it is computed where it is drawn, and differs",
        "the expectation over random inputs, beyond one lag",
    ),
)
