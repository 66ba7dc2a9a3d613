"""`Rate`: an error falls like n^−a and no faster; the only file that knows how a rate becomes two proportions."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar

from verify.checks import sampling
from verify.checks.proportion import Proportion, ProportionLine
from verify.model import PROFILES, ClaimError, Config, Evidence, Family, Line, Setting

if TYPE_CHECKING:
    import numpy as np
    from numpy.random import Generator
    from numpy.typing import NDArray

    Array = NDArray[np.floating[Any]]

__all__ = ["Rate", "span_needed"]

PILOT_DRAWS = 128  # chosen: as many as the first look; the share of errors above c is then 0.1 ± 0.03
PILOT_SHARE = 0.9
ABOVE = 2.0  # no more than a quarter of the errors may be above 2c
BELOW = 8.0  # nor below c/8
NOT_FALLING = 4.0  # an error that does not fall has n^a·error grow by this much over the span, past 2c
FEWEST_COORDINATES = 4  # |N(0,1)| is below c/8 with probability 0.16, a norm over four coordinates with 0.001


@dataclass(frozen=True, kw_only=True)
class Rate:
    """Null: n^a · error is tight from both sides, a = `exponent`.

    A pilot at the smallest size, with streams of its own, fixes c, its 90 % quantile of n^a·error. At every larger
    size P(n^a·error > 2c) ≤ ¼ (line "label: above") and P(n^a·error < c/8) ≤ ¼ (line "label: below"), each judged as
    a `Proportion`. The pilot is drawn in `plan`, so that c is fixed before the first test draw and printed in the null.

    `errors(setting, rngs)` gets a setting with n and returns, for each label, [draws, coordinates], of which the
    Euclidean norm is taken, or [draws], a norm already. `coordinates` names the labels and over how many coordinates
    each norm is: at least four, one alone is too often near 0. `against` are exponents of rivals.
    `profiles` names the sizes that only some profiles can afford; a profile whose sizes span less than `span_needed` is
    NOT_RUN. A rival is asked at one size: its control replaces `sizes` by (smallest, that size).
    """

    kind: ClassVar[str] = "Rate"
    name: str
    title: str
    settings: tuple[Setting, ...]
    sizes: tuple[int, ...]
    coordinates: Mapping[str, int]
    errors: Callable[[Setting, Sequence[Generator]], Mapping[str, Array]]
    microseconds: float
    exponent: float = 0.5
    against: tuple[float, ...] = ()
    profiles: Mapping[int, Sequence[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not (math.isfinite(self.exponent) and self.exponent > 0):
            raise ClaimError(f"check {self.name!r}: exponent {self.exponent} is no rate of decay; use a number > 0")
        if any(not math.isfinite(rival) or rival == self.exponent for rival in self.against):
            seen = f"against = {self.against}"
            raise ClaimError(f"check {self.name!r}: {seen} must differ from the exponent {self.exponent} and be finite")
        if len(self.sizes) < 2 or any(b <= a for a, b in pairwise(self.sizes)):  # noqa: PLR2004
            raise ClaimError(f"check {self.name!r}: sizes {self.sizes} must grow; the first is the pilot's")
        few = [label for label, count in self.coordinates.items() if count < FEWEST_COORDINATES]
        if few:
            counts = f"{few[0]!r} is a norm over {self.coordinates[few[0]]} coordinates"
            raise ClaimError(f"check {self.name!r}: {counts}; join at least {FEWEST_COORDINATES} into one norm")
        if not any(self._spans(profile) for profile in PROFILES):
            ratio = self.sizes[-1] / self.sizes[0]
            raise ClaimError(
                f"check {self.name!r}: no profile has sizes that span {span_needed(self.exponent, self.against):.4g}"
                f" (all of them: {ratio:.4g}); add a larger size"
            )

    def plan(self, claim: str, control: str | None, config: Config) -> tuple[Family, ...]:
        where = f"{claim}: check {self.name!r}"
        sampling.distinct(where, "setting", [setting.label for setting in self.settings])
        sampling.distinct(where, "line", list(self.coordinates))
        bands = {setting.label: self._pilot(setting, claim, control, config) for setting in self.settings}
        return tuple(
            replace(family, kind=self.kind, skip=self._skip(size, config.profile))
            for setting in self.settings
            for size in self.sizes[1:]
            for family in self._proportion(setting, size, bands[setting.label]).plan(claim, control, config)
        )

    def observe(self, family: Family, streams: Sequence[Generator]) -> dict[str, Any]:
        return self._judge_of(family).observe(family, streams)

    def judge(self, family: Family, line: Line, sums: Any, look: int) -> Evidence | None:  # noqa: ANN401
        found = self._judge_of(family).judge(family, line, sums, look)
        if found is None or not line.label.endswith(": below"):
            return found
        points = [replace(point, quantiles=_mirrored(point.quantiles)) for point in found.points]
        return replace(found, points=tuple(points))

    def _proportion(self, setting: Setting, size: int, bands: Mapping[str, float]) -> Proportion:
        """The two events at one size; all that is statistics is done there."""
        return Proportion(
            name=self.name,
            title=self.title,
            settings=(Setting(**{**setting, "n": size}),),
            lines=lambda at: [line for label, c in bands.items() for line in _lines(label, c, self.exponent, at)],
            sample=self._sample,
            microseconds=self.microseconds,
        )

    def _judge_of(self, family: Family) -> Proportion:
        return self._proportion(family.setting, family.setting["n"], {})

    def _sample(self, setting: Setting, rngs: Sequence[Generator]) -> Mapping[str, Array]:
        scaled = self._scaled(setting, rngs)
        above = {f"{label}: above": values for label, values in scaled.items()}
        return above | {f"{label}: below": -values for label, values in scaled.items()}

    def _scaled(self, setting: Setting, rngs: Sequence[Generator]) -> dict[str, Array]:
        """n^a·error [draws] by label; raises ValueError for anything that is no error."""
        values = self.errors(setting, rngs)
        missing = set(self.coordinates) - set(values)
        if missing:
            raise ValueError(f"errors() returns nothing for {', '.join(sorted(missing))}; it has {', '.join(values)}")
        factor = float(setting["n"]) ** self.exponent
        return {label: factor * _norm(label, values[label], count) for label, count in self.coordinates.items()}

    def _pilot(self, setting: Setting, claim: str, control: str | None, config: Config) -> dict[str, float]:
        """c by label: the ⌈0.9 N⌉-th smallest of N errors, from streams that no test draws from."""
        import numpy as np

        from numeric.streams import BLOCK, streams

        smallest = Setting(**{**setting, "n": self.sizes[0]})
        key = (config.seed, claim, self.name, control or "", f"pilot: {smallest.label}")
        scaled = self._scaled(smallest, streams(key, range(PILOT_DRAWS // BLOCK)))
        bands = {}
        for label, values in scaled.items():
            if values.shape != (PILOT_DRAWS,):
                raise ValueError(f"{label}: errors() returns {values.shape} values for {PILOT_DRAWS} draws")
            c = float(np.sort(values)[math.ceil(PILOT_SHARE * PILOT_DRAWS) - 1])
            if not (0.0 < c < math.inf):
                raise ValueError(
                    f"{label}: the pilot at n = {self.sizes[0]} gives c = {c}: no finite error to start from"
                )
            bands[label] = c
        return bands

    def _covered(self, profile: str) -> list[int]:
        return [size for size in self.sizes if profile in self.profiles.get(size, PROFILES)]

    def _spans(self, profile: str) -> bool:
        covered = self._covered(profile)
        if self.sizes[0] not in covered:
            return False
        # the last power may be off by rounding: 16 is 4^{1/0.5} to about 1e-15
        return covered[-1] / covered[0] >= span_needed(self.exponent, self.against) * (1 - 1e-12)

    def _skip(self, size: int, profile: str) -> str:
        if not self._spans(profile):
            need = f"sizes that span {span_needed(self.exponent, self.against):.4g}"
            return f"the {profile} profile has no {need}, without which a false rate would be accepted"
        return "" if size in self._covered(profile) else f"n = {size} is beyond the {profile} profile"


def span_needed(exponent: float, against: Sequence[float] = ()) -> float:
    """The least n_max/n_min: 4^{1/a} for an error that does not fall, 4^{1/(a−a')} or 8^{1/(a'−a)} for a rival a'."""
    needs = [NOT_FALLING ** (1.0 / exponent)]
    needs += [NOT_FALLING ** (1.0 / (exponent - rival)) for rival in against if rival < exponent]
    needs += [BELOW ** (1.0 / (rival - exponent)) for rival in against if rival > exponent]
    return float(max(needs))


def _lines(label: str, c: float, exponent: float, setting: Setting) -> list[ProportionLine]:
    """What is above 2c, and, by values with the other sign, what is below c/8."""
    scaled, at = f"n^{exponent:g}·error", {"n": setting["n"]}
    above = f"P({scaled} > 2c = {ABOVE * c:.4g}) ≤ 1/4"
    below = f"P({scaled} < c/8 = {c / BELOW:.4g}) ≤ 1/4"
    return [
        ProportionLine(
            label=f"{label}: above", null=above, centre=0.0, radius=ABOVE * c, one_sided=True,
            expected=c / 2, deviation=c / 2, at=at,
        ),
        ProportionLine(
            label=f"{label}: below", null=below, centre=-c / BELOW, radius=0.0, one_sided=True,
            expected=-c / 2, deviation=c / 2, at=at,
        ),
    ]  # fmt: skip


def _norm(label: str, values: Array, coordinates: int) -> Array:
    import numpy as np

    values = np.asarray(values)
    if values.ndim == 2:  # noqa: PLR2004 — one row a draw
        if values.shape[1] != coordinates:
            raise ValueError(f"{label}: the error has {values.shape[1]} coordinates, {coordinates} are declared")
        values = np.linalg.norm(values, axis=1)
    if values.ndim != 1 or not (values >= 0.0).all():  # NaN compares false
        raise ValueError(f"{label}: an error is a number ≥ 0 a draw; shape {values.shape}, least {values.min()}")
    return values


def _mirrored(quantiles: tuple[float, float, float] | None) -> tuple[float, float, float] | None:
    return None if quantiles is None else (-quantiles[2], -quantiles[1], -quantiles[0])
