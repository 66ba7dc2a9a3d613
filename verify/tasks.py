"""What a worker does: load a claim by its reference and plan, observe or tell. Only data crosses the border."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass, replace
from typing import Any, Generic, ParamSpec, TypeVar

from numeric.deadline import WatchdogError, deadline
from verify import registry
from verify.model import Check, Claim, ClaimError, Config, Control, Curve, Family, Finding, Step

__all__ = ["Measured", "Story", "WatchdogError", "check_of", "identity", "load", "measured", "observe", "plan", "tell"]

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, kw_only=True)
class Measured(Generic[R]):
    """What a task returned, and the time it took in its worker: on the clock, and of the processor."""

    value: R
    seconds: float
    cpu_seconds: float


@dataclass(frozen=True, kw_only=True)
class Story:
    """What a claim derives for its readers."""

    steps: tuple[Step, ...]
    findings: tuple[Finding, ...]
    curves: tuple[tuple[Curve, ...], ...]


def measured(task: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Measured[R]:
    """Run a task of this file; what it waited for a worker does not count."""
    began, worked = time.perf_counter(), time.process_time()
    try:
        value = task(*args, **kwargs)
    except BrokenExecutor as error:  # of a pool of the claim's own: the one that runs this is whole
        raise RuntimeError(f"{type(error).__name__}: {error}") from error
    return Measured(value=value, seconds=time.perf_counter() - began, cpu_seconds=time.process_time() - worked)


def identity(references: tuple[str, ...]) -> dict[str, str]:
    """What this process would compute with: versions, and a hash of the sources, claims outside the package included.

    Two processes with equal identities may work on one run.
    """
    from verify.store import ingredients

    return ingredients([registry.source_file(reference) for reference in references])


def load(reference: str, watchdog: float) -> None:
    """Load a claim, to find out whether it can be loaded; ClaimError if not."""
    with deadline(watchdog):
        registry.load(reference)


def plan(reference: str, check: str, control: str | None, config: Config) -> tuple[Family, ...]:
    """The families of a check, or the one line of a control."""
    with deadline(config.watchdog):
        claim = registry.load(reference)
        families = check_of(claim, check, control).plan(claim.id, control, config)
    if control is None:
        return families
    return tuple(_only(family, _control(claim, control)) for family in families)


def check_of(claim: Claim, check: str, control: str | None) -> Check:
    """The check; for a control, with the fields of the rival put in its place."""
    if control is None:
        return claim.check(check)
    chosen = _control(claim, control)
    fields = dict(chosen.replace)
    if chosen.setting is not None:
        fields["settings"] = (chosen.setting,)
    changed: Check = replace(claim.check(check), **fields)  # type: ignore[type-var]
    return changed


def _control(claim: Claim, name: str) -> Control:
    return next(control for control in claim.controls if control.name == name)


def _only(family: Family, control: Control) -> Family:
    """The line at which the rival must fall; an exact check has one line, whose statement is named instead."""
    lines = tuple(line for line in family.lines if line.label == control.line)
    if not lines and family.looks == (1,):
        lines = tuple(replace(line, facts={**line.facts, "only": control.line}) for line in family.lines)
    if not lines:
        labels = ", ".join(line.label for line in family.lines)
        raise ClaimError(f"{family.claim}: control {control.name!r} names the line {control.line!r}; it has {labels}")
    return replace(family, lines=lines)


def observe(reference: str, family: Family, seed: int, blocks: tuple[int, int], watchdog: float) -> dict[str, Any]:
    """The sums of blocks first … last−1 of a family."""
    from numeric.streams import stream

    with deadline(watchdog):
        check = check_of(registry.load(reference), family.check, family.control)
        return check.observe(family, [stream(seed, *family.key, block) for block in range(*blocks)])


def tell(reference: str, watchdog: float) -> Story:
    """Derive the steps, the findings and the curves of a claim."""
    with deadline(watchdog):
        claim = registry.load(reference)
        return Story(
            steps=tuple(claim.derivation()),
            findings=tuple(claim.findings()),
            curves=tuple(tuple(figure.theory()) for figure in claim.figures),
        )
