"""[E] Figure 3: the test error of RNN, scaled and unscaled convolution as the teacher's output is delayed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from verify.checks import Measurement, Series
from verify.claims import _synthetic
from verify.model import Curve, Experiment, Figure, Setting, Source, Step

if TYPE_CHECKING:
    import numpy as np
    from numpy.random import Generator
    from numpy.typing import NDArray

    from numeric.bias_variance import Filter
    from numeric.moments import Moments

    Array = NDArray[np.floating[Any]]

T, NU, RATE = _synthetic.FIGURE_3.T, _synthetic.FIGURE_3.nu, _synthetic.FIGURE_3.rate
SEQUENCES, DECIBELS, STEPS = 50, 20.0, 200
DELAYS = (0, 2, 4, 6, 8, 12)
MODELS = ("scaled", "unscaled")
WIDTHS = {128: ("standard",), 1000: ("full",)}
DATA_SETS = 64  # draws come in blocks of 64, `numeric.streams.BLOCK`
INPUTS = 64  # chosen: sets of training inputs over which the exact errors are averaged


# --- data -----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=len(DELAYS))
def teacher(delay: int) -> Array:
    """One unit-norm teacher with four hidden units, the same in every draw; its outputs come `delay` steps later."""
    from numeric.streams import stream
    from numeric.teacher import delayed, draw_teacher

    return delayed(draw_teacher(T, stream("figure 3", "teacher")), delay)


def factors_of(model: str) -> Array:
    import numpy as np

    return _synthetic.wide_factors(T, NU) if model == "scaled" else np.ones(T)


def normalised(excess: Array, delay: int) -> Array:
    """(excess + σ²)/(signal + σ²): the mean squared test error as a share of the mean square of the test outputs."""
    from numeric.teacher import noise_variance, signal_power

    noise = noise_variance(teacher(delay), DECIBELS)
    return (excess + noise) / (signal_power(teacher(delay)) + noise)


def draw_training(delay: int, rng: Generator) -> Moments:
    """A data set of its own: inputs and noise."""
    from numeric.teacher import draw_data, noise_variance

    return draw_data(teacher(delay), SEQUENCES, rng, noise=noise_variance(teacher(delay), DECIBELS))


# --- students -------------------------------------------------------------------------------------------------------


def lines(setting: Setting) -> list[Series]:
    """The normalised test error of each student against the delay."""
    names = MODELS if setting["width"] == "infinite" else (f"RNN, n = {setting['width']}",)
    x = tuple(map(float, delays_of(setting)))
    return [Series(label=name, what="normalised test error", over="d", x=x, scale=1e-4) for name in names]


def delays_of(setting: Setting) -> tuple[int, ...]:
    """Convolutions are trained at all delays at once; an RNN at one, so that no task takes minutes."""
    return DELAYS if setting["width"] == "infinite" else (setting["d"],)


def sample(setting: Setting, rngs: Sequence[Generator]) -> Mapping[str, Array]:
    """Test errors [draws, delays of the setting], in expectation over white test inputs; a draw has data of its own."""
    import numpy as np

    from numeric.streams import BLOCK

    one = _convolutions if setting["width"] == "infinite" else _network
    rows = [one(setting, rng) for rng in rngs for _ in range(BLOCK)]
    labels = [series.label for series in lines(setting)]
    return {label: np.stack([row[index] for row in rows]) for index, label in enumerate(labels)}


def _convolutions(_: Setting, rng: Generator) -> Array:
    """Both convolutions [models, delays] on the same data, from one L^0 ~ N(0, Var L^0), the start of a wide RNN."""
    import numpy as np

    from numeric.training import scaled_convolution, train_closed_form

    start = (np.sqrt(_synthetic.start_variances(T, NU)) * rng.standard_normal(T))[:, None, None]
    found = np.empty((len(MODELS), len(DELAYS)))
    for column, delay in enumerate(DELAYS):
        training = draw_training(delay, rng)
        for row, model in enumerate(MODELS):
            learner = scaled_convolution(start, factors_of(model))
            path = train_closed_form(learner, training, rate=RATE, steps=[STEPS])
            found[row, column] = error_of(path.impulse[0], delay)
    return found


def _network(setting: Setting, rng: Generator) -> Array:
    """An RNN of a width [1, 1], with weights and data of its own."""
    import numpy as np

    from numeric.students import student_path

    delay = setting["d"]
    training = draw_training(delay, rng)
    path = student_path(setting["width"], training, rng, nu=_synthetic.numbers(NU), rate=RATE, steps=[STEPS])
    return np.array([[error_of(path[0], delay)]])


def error_of(impulse: Array, delay: int) -> Array:
    """Σ_j (1 − j/T)(L_j − L*_j)² and the noise, normalised: exact for white test inputs, nothing is sampled."""
    import numpy as np

    from numeric.teacher import signal_power

    return np.asarray(normalised(np.asarray(signal_power(impulse - teacher(delay))), delay))


# --- theory ---------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def exact_parts() -> Mapping[str, Mapping[str, Array]]:
    """bias² with the start, variance and total of both models, [delays], normalised.

    Each is exact given the training inputs (`numeric.bias_variance`), and averaged over sets of them: no noise, no
    start and no test set is drawn.
    """
    import numpy as np

    return {model: _named(np.mean([parts_given(found) for found in filters(model)], axis=0)) for model in MODELS}


@lru_cache(maxsize=len(MODELS))
def filters(model: str) -> Sequence[Filter]:
    """What a convolution makes of each set of inputs; it depends on these alone, so that one serves all delays."""
    from numeric.bias_variance import filter_of
    from numeric.moments import moments_of_sequences
    from numeric.streams import streams

    found = []
    for rng in streams(("figure 3", "inputs"), range(INPUTS)):
        x = rng.standard_normal((SEQUENCES, T, 1))
        inputs = moments_of_sequences(x, x)  # of the outputs nothing is used
        found.append(filter_of(inputs, factors_of(model), rate=RATE, steps=[STEPS]))
    return found


def parts_given(inputs: Filter) -> Array:
    """bias² with the start, variance and their sum [3, delays] for fixed inputs: means over noise and start."""
    import numpy as np

    from numeric.bias_variance import expected_error
    from numeric.teacher import noise_variance, white_gram

    test, start, columns = white_gram(T), np.diag(_synthetic.start_variances(T, NU)), []
    for delay in DELAYS:
        noise = noise_variance(teacher(delay), DECIBELS)
        error = expected_error(inputs, -teacher(delay), noise=noise, test=test, start=start)
        columns.append(np.concatenate([error.bias + error.start, error.variance, error.total - noise]))
    return np.stack(columns, axis=1)


def degrees_of_freedom(model: str) -> float:
    """tr(filter), averaged over the sets of inputs."""
    import numpy as np

    return float(np.mean([found.degrees[0] for found in filters(model)]))


def _named(parts: Array) -> Mapping[str, Array]:
    """The parts as shares of the mean square of the test outputs; the total with the noise of these."""
    import numpy as np

    zero = np.array([float(normalised(np.zeros(()), delay)) for delay in DELAYS])
    total = np.array([float(normalised(part, delay)) for part, delay in zip(parts[2], DELAYS, strict=True)])
    shares = {
        name: np.array([float(normalised(part, delay)) for part, delay in zip(row, DELAYS, strict=True)]) - zero
        for name, row in (("bias² and start", parts[0]), ("variance", parts[1]))
    }
    return {**shares, "total": total}


def curve(label: str, values: Array) -> Curve:
    return Curve(label=label, x=tuple(map(float, DELAYS)), y=tuple(map(float, values)))


def totals() -> Sequence[Curve]:
    return [curve(model, exact_parts()[model]["total"]) for model in MODELS]


def parts() -> Sequence[Curve]:
    """bias² with what is left of the start, and variance."""
    return [
        curve(f"{name}, {model}", exact_parts()[model][name])
        for model in MODELS
        for name in ("bias² and start", "variance")
    ]


def derive() -> Sequence[Step]:
    scaled, unscaled = map(degrees_of_freedom, MODELS)
    return [
        Step(
            "Of the start and the target l steps keep",
            r"E = (I - cKG)^{\ell},\quad b = -E L^{*}",
            "E = (I − cKG)^l, b = −E L*",
        ),
        Step(
            "Given the training inputs the expected error is exact, with Q the second moments of white test inputs and "
            f"Γ the variance of L^0; curves are its averages over {INPUTS} sets of inputs.",
            r"b^{\top} Q b + \sigma^2 \operatorname{tr} Q M G M^{\top} + "
            r"\operatorname{tr} Q E \Gamma E^{\top} + \sigma^2",
            "b^T Q b + σ² tr Q M G M^T + tr Q E Γ E^T + σ²",
        ),
        Step(
            f"Of {T} lags the scaled convolution fits {scaled:.3g} degrees of freedom tr d(A L)/dY, the unscaled one "
            f"{unscaled:.3g}, in the mean over these inputs. What is delayed beyond the first lags is left to the bias "
            "of the scaled one; the unscaled one learns it, for a variance of about σ² tr d(A L)/dY a row of data.",
        ),
    ]


CONVOLUTIONS = Setting(width="infinite", T=T)
NETWORKS = tuple(Setting(width=n, T=T, d=delay) for n in WIDTHS for delay in DELAYS)


CLAIM = Experiment(
    id="figure_3",
    title="Figure 3: what is delayed the scaled convolution does not learn, nor does the RNN",
    summary="Test error against the delay of the teacher, as a share of the mean square of the test outputs: "
    f"{DATA_SETS} data sets of 50 sequences of 20 steps at 20 dB, one unit-norm teacher with four hidden units, 200 "
    "steps. Medians with the band from 5 to 95 %, and the expectation, exact for given inputs and averaged over "
    f"{INPUTS} drawn sets of them. The quick profile trains no RNN, only the convolutions, which start from the wide "
    "limit of its L^0; the RNN has n = 128 in the standard profile and n = 1000, as in the paper, in the full one.",
    source=Source("E", "§5, Figure 3"),
    assumptions=(f"ν_W = ν_F = ν_C = {NU[0]}, rate {RATE} of the mean squared error, {STEPS} steps",),
    uses=("bias_variance_crossover", "theorem_3_3a_impulse_gaussian"),
    checks=(
        Measurement(
            name="delay",
            title="test error of scaled and unscaled convolution, and of the RNN but in the quick profile",
            settings=(CONVOLUTIONS, *NETWORKS),
            lines=lines,
            sample=sample,
            microseconds=1e5,
            draws={"quick": DATA_SETS, "standard": DATA_SETS, "full": DATA_SETS},
            profiles={setting: WIDTHS[setting["width"]] for setting in NETWORKS},
        ),
    ),
    derivation=derive,
    figures=(
        Figure(
            title=f"Figure 3: test error against delay; expectations are averages over {INPUTS} drawn sets of inputs",
            check="delay",
            x="d",
            x_label="delay d of the teacher",
            y_label="test error, share of the mean square",
            series="line",
            show="band",
            log_y=True,
            theory=totals,
        ),
        Figure(
            title="What it is made of: of the scaled convolution bias², with what is left of the start; of the "
            "unscaled one variance, far below the noise of the test outputs, whose share is 1/101",
            check="delay",
            x="d",
            x_label="delay d of the teacher",
            y_label="test error and its exact parts",
            series="line",
            show="band",
            log_y=True,
            theory=parts,
        ),
    ),
    not_shown=(
        "the digits of the paper's settings are lost; length, variances, rate and number of steps are chosen here",
        f"the expectation over training inputs has no closed form: the curves are averages over {INPUTS} sets of them",
    ),
)
