"""[E] Figures 1 and 2: training and test error of a wide RNN and of the scaled convolution, step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from verify.checks import Measurement, Series
from verify.claims import _synthetic
from verify.model import Curve, Experiment, Figure, Setting, Source, Step

if TYPE_CHECKING:
    import numpy as np
    from numpy.random import Generator
    from numpy.typing import NDArray

    Array = NDArray[np.floating[Any]]

T, SEQUENCES, DECIBELS = 10, 50, 20.0  # [E] section 5
NU = ("3/10",) * 3  # ν_W = ν_F = ν_C, chosen: L^0 is then a third of the teacher and ρ_j falls visibly over ten lags
RATE = 0.05  # chosen: a thirtieth of the stability limit, close to gradient flow
STEPS = (0, 5, 10, 20, 30, 40, 50, 60, 80, 100, 120, 140, 160, 180, 200)
WIDTHS = {60: ("quick",), 240: ("standard",), 1000: ("full",)}  # 1000 is that of [E]; narrower ones show the gap


# --- students -----------------------------------------------------------------------------------------------------


def labels(n: int) -> tuple[str, str]:
    return f"RNN, n = {n}", f"scaled convolution, n = {n}"


def lines(setting: Setting, *, curve: str) -> list[Series]:
    """Both students over the steps, in the mean squared error of the training or of the test sequences."""
    scale = 1e-4  # a hundredth of the noise of the outputs
    x = tuple(map(float, STEPS))
    return [
        Series(label=label, what=f"{curve} error, random start", over="step", x=x, scale=scale)
        for label in labels(setting["n"])
    ]


def sample(setting: Setting, rngs: Sequence[Generator], *, curve: str) -> Mapping[str, Array]:
    """Errors [draws, steps] of RNNs and of the scaled convolutions that start at their L^0."""
    import numpy as np

    from numeric.streams import BLOCK

    n = setting["n"]
    rows = [_students(n, rng, curve) for rng in rngs for _ in range(BLOCK)]
    return {label: np.stack([row[index] for row in rows]) for index, label in enumerate(labels(n))}


def _students(n: int, rng: Generator, curve: str) -> tuple[Array, Array]:
    from numeric.students import student_path
    from numeric.training import mean_squared_error, scaled_convolution, train_closed_form

    training, shown = (_synthetic.data(T, SEQUENCES, DECIBELS)[name] for name in ("training", curve))
    impulse = student_path(n, training, rng, nu=_synthetic.numbers(NU), rate=RATE, steps=STEPS)
    learner = scaled_convolution(impulse[0], _synthetic.wide_factors(T, NU))
    convolution = train_closed_form(learner, training, rate=RATE, steps=STEPS).impulse
    return mean_squared_error(shown, impulse), mean_squared_error(shown, convolution)


# --- theory ---------------------------------------------------------------------------------------------------------


def expected(curve: str) -> Sequence[Curve]:
    """The mean over Gaussian starts, exactly: the error of the convolution from 0 and tr Q kept Γ kept^T."""
    import numpy as np

    from numeric.bias_variance import filter_of
    from numeric.training import mean_squared_error, scaled_convolution, train_closed_form

    rho, start = _synthetic.wide_factors(T, NU), _synthetic.start_variances(T, NU)
    training, shown = (_synthetic.data(T, SEQUENCES, DECIBELS)[name] for name in ("training", curve))
    kept = filter_of(training, rho, rate=RATE, steps=STEPS).kept
    zero = scaled_convolution(np.zeros((T, 1, 1)), rho)
    from_zero = mean_squared_error(shown, train_closed_form(zero, training, rate=RATE, steps=STEPS).impulse)
    by_start = np.einsum("pq,sqr,r,spr->s", shown.gram / shown.rows, kept, start, kept, optimize=True)
    return [
        Curve(
            label="mean for infinite width, exact",
            x=tuple(map(float, STEPS)),
            y=tuple(map(float, from_zero + by_start)),
        )
    ]


def derive() -> Sequence[Step]:
    return [
        Step(
            "For fixed data the mean over starts L^0 ~ N(0, Γ) is the error of the start 0 and what is left of Γ.",
            r"\mathbb{E}\,\mathrm{loss}^{\ell} = \mathrm{loss}^{\ell}(0) + "
            r"\operatorname{tr} Q (I - cKG)^{\ell}\,\Gamma\,(I - cKG)^{\ell\top}",
            "E loss^l = loss^l(0) + tr Q (I − cKG)^l Γ (I − cKG)^(lT)",
        )
    ]


SETTINGS = tuple(Setting(n=n, T=T) for n in WIDTHS)
DRAWS = {"quick": 64, "standard": 64, "full": 64}


def measured(curve: str) -> Measurement:
    """One of the two figures."""
    return Measurement(
        name=curve,
        title=f"{curve} error of RNNs and of the scaled convolutions that start where they do",
        settings=SETTINGS,
        lines=partial(lines, curve=curve),
        sample=partial(sample, curve=curve),
        microseconds=4e4,
        draws=DRAWS,
        profiles={setting: WIDTHS[setting["n"]] for setting in SETTINGS},
    )


def figure(title: str, curve: str) -> Figure:
    return Figure(
        title=title,
        check=curve,
        x="step",
        x_label="step of gradient descent",
        y_label=f"{curve} error (mean square)",
        series="line",
        show="band",
        log_y=True,
        theory=partial(expected, curve),
    )


CLAIM = Experiment(
    id="figures_1_2",
    title="Figures 1 and 2: a wide RNN and the scaled convolution learn along one curve",
    summary="One unit-norm teacher with four hidden units, 50 + 50 sequences of 10 steps, noise at 20 dB; 64 random "
    "starts. Medians with the band from 5 to 95 %, and the exact mean of the infinite width. The RNN has n = 60 in the "
    "quick profile, 240 in the standard one and the 1000 of the paper in the full one.",
    source=Source("E", "§5, Figures 1 and 2"),
    assumptions=(f"ν_W = ν_F = ν_C = {NU[0]}, rate {RATE} of the mean squared error, 200 steps",),
    uses=("figures_1_2_gap", "theorem_3_3b_ntk_limit"),
    checks=(measured("training"), measured("test")),
    derivation=derive,
    figures=(
        figure("Figure 1: training error", "training"),
        figure("Figure 2: test error", "test"),
    ),
    not_shown=(
        "the digits of the paper's settings are lost; variances, rate and number of steps are chosen here",
        "the rate n^(−1/2) of the gap in these settings: `figures_1_2_gap` has other variances and fewer steps",
    ),
)
