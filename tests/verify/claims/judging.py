"""What the tests of single claims share: judge a check or a rival of a claim, in process, in the quick profile."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from verify import registry, tasks
from verify.judgement import worst
from verify.model import Config, Control, Evidence, Family, Setting, Verdict

__all__ = ["Judge"]

PROFILE = Config(profile="quick")
WITNESS = "the residual is|the value is|the ball is|→ oo"  # the numbers that a proof is refuted by


class Judge:
    """A claim by its reference, with the evidence that its checks and controls yield."""

    def __init__(self, reference: str) -> None:
        self.reference = reference
        self.claim = registry.load(reference)

    def outcomes(self, check: str, control: str | None = None) -> list[Evidence]:
        """The evidence of a check, or of a control at its line, at the first look that decides; NOT_RUN is left out."""
        families = tasks.plan(self.reference, check, control, PROFILE)
        return [item for family in families if not family.skip for item in self.judged(family)]

    def judged(self, family: Family, seed: int = 0) -> list[Evidence]:
        """The evidence of one family."""
        check = tasks.check_of(self.claim, family.check, family.control)
        for look in range(1, len(family.looks) + 1):
            sums = tasks.observe(self.reference, family, seed, (0, family.blocks(look)), 600.0)
            found = [check.judge(family, line, sums[line.label], look) for line in family.lines]
            if None not in found:
                break
        return [item for item in found if item is not None]

    def verdicts(self, check: str, only: Callable[[Setting], bool] = lambda _: True) -> dict[tuple[str, str], Verdict]:
        """(setting, line) → verdict of a check, in the settings asked for."""
        families = tasks.plan(self.reference, check, None, PROFILE)
        wanted = [family for family in families if only(family.setting)]
        return {(item.setting, item.line.label): item.verdict for family in wanted for item in self.judged(family)}

    def verdict(self, check: str) -> Verdict:
        """The worst verdict over the lines of a check."""
        return worst(item.verdict for item in self.outcomes(check))

    def assert_falls(self, control: Control) -> None:
        """By a number at the line it names, and by no other line, exception or NaN; in any profile."""
        (family,) = tasks.plan(self.reference, control.check, control.name, PROFILE)
        (item,) = self.judged(family)
        assert item.verdict is Verdict.REFUTED
        if item.kind == "Proof":
            assert item.points[-1].label == control.line
            assert "REFUTED" in item.points[-1].detail
            assert re.search(WITNESS, item.points[-1].detail)
        elif item.kind == "Agreement":
            above = {point.label: point for point in item.points if point.estimate > point.high}
            assert math.isfinite(above[control.line].estimate)
        else:
            assert item.line.label == control.line
            assert item.margin is not None
            assert math.isfinite(item.margin)
