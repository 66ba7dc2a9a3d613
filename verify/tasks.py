"""What a worker does: load a claim by its reference and plan, observe or tell. Only data crosses the border."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import FrameType
from typing import Any

from verify import registry
from verify.model import Check, Claim, ClaimError, Config, Control, Curve, Family, Finding, Step

__all__ = ["Story", "WatchdogError", "check_of", "observe", "plan", "tell"]


class WatchdogError(RuntimeError):
    """A task ran longer than the watchdog allows."""


@dataclass(frozen=True, kw_only=True)
class Story:
    """What a claim derives for its readers."""

    steps: tuple[Step, ...]
    findings: tuple[Finding, ...]
    curves: tuple[tuple[Curve, ...], ...]


def plan(reference: str, check: str, control: str | None, config: Config) -> tuple[Family, ...]:
    """The families of a check, or the one line of a control."""
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

    claim = registry.load(reference)
    check = check_of(claim, family.check, family.control)
    streams = [stream(seed, *family.key, block) for block in range(*blocks)]
    with _watchdog(watchdog):
        return check.observe(family, streams)


def tell(reference: str, watchdog: float) -> Story:
    """Derive the steps, the findings and the curves of a claim."""
    claim = registry.load(reference)
    with _watchdog(watchdog):
        return Story(
            steps=tuple(claim.derivation()),
            findings=tuple(claim.findings()),
            curves=tuple(tuple(figure.theory()) for figure in claim.figures),
        )


@contextlib.contextmanager
def _watchdog(seconds: float) -> Iterator[None]:
    """Raise WatchdogError in a task that runs too long; only where the platform and the thread have alarms."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def bark(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 — the signature of a handler
        raise WatchdogError(f"the task was still running after {seconds:g} s of wall clock")

    before = signal.signal(signal.SIGALRM, bark)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)
