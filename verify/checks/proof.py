"""`Proof`: an exact statement is decided by algebra or by ball arithmetic, or shown false by a witness."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from verify.checks import sampling
from verify.model import Config, Evidence, Family, Line, Point, Setting, Verdict

if TYPE_CHECKING:
    from numpy.random import Generator

    from verify.proofs import Statement

__all__ = ["Proof"]

WORST_FIRST = (Verdict.REFUTED, Verdict.INCONCLUSIVE, Verdict.VERIFIED)


@dataclass(frozen=True, kw_only=True)
class Proof:
    """Null: every statement that `prove` yields. REFUTED by one witness, VERIFIED when all are decided true."""

    kind: ClassVar[str] = "Proof"
    name: str
    title: str
    prove: Callable[[], Iterable[Statement]]
    microseconds: float = 1e6

    def plan(self, claim: str, control: str | None, config: Config) -> tuple[Family, ...]:  # noqa: ARG002
        return (
            Family(
                claim=claim,
                check=self.name,
                control=control,
                kind=self.kind,
                setting=Setting(),
                lines=(Line(label=self.name, null=self.title),),
                microseconds=self.microseconds,
            ),
        )

    def observe(self, family: Family, streams: Sequence[Generator]) -> dict[str, Any]:  # noqa: ARG002
        decisions = [(statement.label, *statement.decide()) for statement in self._wanted(family)]
        return {self.name: [[label, verdict.name, detail] for label, verdict, detail in decisions]}

    def _wanted(self, family: Family) -> Iterator[Statement]:
        """All statements; for a rival the one that must fall, and none is derived after it."""
        only = family.lines[0].facts.get("only")
        labels = []
        for statement in self.prove():
            labels.append(statement.label)
            if only in (None, statement.label):
                yield statement
            if only == statement.label:
                return
        if only is not None:
            raise sampling.unknown_line(family, only, labels)

    def judge(self, family: Family, line: Line, sums: Any, look: int) -> Evidence | None:  # noqa: ANN401
        if not sums:
            raise ValueError(f"{family.claim}: the proof {self.name!r} states nothing")
        rows = [(label, Verdict[name], detail) for label, name, detail in sums]
        points = [Point(label=label, detail=f"{verdict.name}: {detail}") for label, verdict, detail in rows]
        worst = next(verdict for verdict in WORST_FIRST if any(row[1] is verdict for row in rows))
        label, _, detail = next(row for row in rows if row[1] is worst)
        summary = f"{len(rows)} statements, e.g. " if worst is Verdict.VERIFIED and len(rows) > 1 else ""
        return sampling.evidence(family, line, worst, look=look, points=points, detail=f"{summary}{label}: {detail}")
