"""What all checks that draw samples share: the schedule of looks, batches of blocks, the shape of the evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from verify.model import PROFILES, ClaimError, Evidence, Family, Line, Point, Setting, Verdict

if TYPE_CHECKING:
    import numpy as np
    from numpy.random import Generator
    from numpy.typing import NDArray

    Array = NDArray[np.floating[Any]]
    Sample = Callable[[Setting, Sequence[Generator]], Mapping[str, Array]]

__all__ = [
    "RESOLUTIONS",
    "WIDTH_FREE_RESOLUTIONS",
    "accumulate",
    "beyond",
    "distinct",
    "evidence",
    "families",
    "undecided",
    "unknown_line",
]

RESOLUTIONS: Mapping[str, float] = {"quick": 0.10, "standard": 0.05, "full": 0.02}
WIDTH_FREE_RESOLUTIONS: Mapping[str, float] = {"quick": 0.10, "standard": 0.02, "full": 0.02}

BATCH = 16  # blocks simulated together: chosen, about where the cost of a NumPy call stops to matter
TASK_SECONDS = 0.5  # chosen: short enough for Ctrl-C and for an even load, long against the cost of a task


def families(
    check: Any,  # noqa: ANN401 — any sampling check
    claim: str,
    control: str | None,
    to_line: Callable[[Any], Line],
    looks: tuple[int, ...] | None = None,
    *,
    skip: Callable[[Setting], str] = lambda _: "",
) -> tuple[Family, ...]:
    """One family a setting, with the looks given, or N₀, 4N₀, 16N₀ up to what its most demanding line needs.

    `skip` says why the lines of a setting are NOT_RUN, nothing for those that are run. Raises ClaimError where there is
    nothing to judge, or where two settings or two lines share a label.
    """
    distinct(f"{claim}: check {check.name!r}", "setting", [setting.label for setting in check.settings])
    planned = (
        _family(check, claim, control, setting, [to_line(line) for line in check.lines(setting)], looks)
        for setting in check.settings
    )
    return tuple(replace(family, skip=skip(family.setting)) for family in planned)


def beyond(covered: Mapping[Setting, Sequence[str]], profile: str) -> Callable[[Setting], str]:
    """Why a setting is beyond a profile: `covered` names the profiles of a setting, all of them where it is silent."""

    def reason(setting: Setting) -> str:
        names = covered.get(setting, PROFILES)
        return "" if profile in names else f"beyond the {profile} profile; covered by {', '.join(names)}"

    return reason


def _family(  # noqa: PLR0917 — the parameters of `families`, one setting at a time
    check: Any,  # noqa: ANN401
    claim: str,
    control: str | None,
    setting: Setting,
    lines: Sequence[Line],
    looks: tuple[int, ...] | None,
) -> Family:
    from numeric.streams import BLOCK
    from verify.statistics.budget import looks_for

    distinct(f"{claim}: check {check.name!r} at {setting.label}", "line", [line.label for line in lines])
    looks = looks or looks_for(max(line.draws for line in lines), BLOCK)
    planned = [replace(line, draws=next(n for n in looks if n >= min(line.draws, looks[-1]))) for line in lines]
    return Family(
        claim=claim,
        check=check.name,
        control=control,
        kind=check.kind,
        setting=setting,
        lines=tuple(planned),
        looks=looks,
        chunk=max(1, round(TASK_SECONDS * 1e6 / (check.microseconds * BLOCK))),
        microseconds=check.microseconds,
    )


def distinct(where: str, what: str, labels: Sequence[str]) -> None:
    """Raise ClaimError for no label, or for one given twice: draws, sums and verdicts are filed under it."""
    if not labels:
        raise ClaimError(f"{where} has no {what}, so it would judge nothing; give it one")
    twice = sorted({label for label in labels if labels.count(label) > 1})
    if twice:
        raise ClaimError(f"{where} has two {what}s called {', '.join(map(repr, twice))}; name them apart")


def unknown_line(family: Family, wanted: str, labels: Sequence[str]) -> ClaimError:
    """What to raise where a control names a line that its check does not have."""
    names = f"{family.claim}: control {family.control!r} names the line {wanted!r}"
    return ClaimError(f"{names}; the check {family.check!r} has {', '.join(labels)}")


def accumulate(
    family: Family, streams: Sequence[Generator], sample: Sample, reduce: Callable[[Line, Array], NDArray[np.int64]]
) -> dict[str, Any]:
    """Sums of `reduce` over batches of blocks, as lists of integers: the same whatever the batches.

    Raises ValueError where the sampler returns no values for a line, or not one row a draw.
    """
    from numeric.streams import BLOCK

    totals: dict[str, Any] = {}
    for start in range(0, len(streams), BATCH):
        batch = streams[start : start + BATCH]
        values = sample(family.setting, batch)
        for line in family.lines:
            sums = reduce(line, _one_row_a_draw(line, values, BLOCK * len(batch)))
            totals[line.label] = totals[line.label] + sums if line.label in totals else sums
    return {label: sums.tolist() for label, sums in totals.items()}


def _one_row_a_draw(line: Line, values: Mapping[str, Array], draws: int) -> Array:
    if line.label not in values:
        raise ValueError(f"the sampler returns nothing for the line {line.label!r}; it has {', '.join(values)}")
    if len(values[line.label]) != draws:
        raise ValueError(f"{line.label}: the sampler returns {len(values[line.label])} rows for {draws} draws")
    return values[line.label]


def undecided(family: Family, draws: float) -> str:
    """What an INCONCLUSIVE line says: how many draws, and how many minutes on one core, would decide it."""
    minutes = draws * family.microseconds * 1e-6 / 60.0
    return f"; about {draws:.2g} draws ({minutes:.1g} minutes on one core) would decide"


def evidence(
    family: Family,
    line: Line,
    verdict: Verdict,
    *,
    look: int = 1,
    points: Sequence[Point] = (),
    margin: float | None = None,
    detail: str = "",
) -> Evidence:
    """The outcome of one line at look number `look`."""
    return Evidence(
        check=family.check,
        control=family.control,
        kind=family.kind,
        setting=family.setting.label,
        line=line,
        verdict=verdict,
        draws=family.looks[look - 1],
        look=look,
        points=tuple(points),
        margin=margin,
        detail=detail,
    )
