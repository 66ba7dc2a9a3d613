"""The only file that knows what an HTML report consists of; how it looks is in templates/."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reports import graph, summary, words
from reports.figures import Picture, draw
from reports.groups import Group, groups
from reports.mathml import formulas, mathml
from reports.prose import prose
from verify.model import Config, ControlResult, Experiment, Figure, Result, Verdict
from verify.papers import cited
from verify.pipeline import Outcome

__all__ = ["render"]

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, kw_only=True)
class Rival:
    """A row of the matrix control × check: a verdict in the column of the check that it is aimed at."""

    control: ControlResult
    cells: tuple[Verdict | None, ...]


@dataclass(frozen=True, kw_only=True)
class Section:
    """What is shown of one claim."""

    result: Result
    experiment: bool
    anchor: str
    uses: tuple[tuple[str, Result | None], ...]
    groups: tuple[Group, ...]
    rivals: tuple[Rival, ...]
    pictures: tuple[tuple[Figure, Picture], ...]
    reasons: tuple[str, ...]
    replay: str


def render(outcome: Outcome, config: Config, run: Mapping[str, Any]) -> str:
    """One page that needs nothing but itself."""
    known = {result.claim.id: result for result in outcome.results}
    ordered = [*summary.claims_of(outcome.results), *summary.experiments_of(outcome.results)]
    sections = [_section(result, known, config) for result in ordered]
    lines = [item.verdict for result in outcome.results for item in result.evidence]
    return _environment().get_template("report.html").render(
        css=Markup((TEMPLATES / "report.css").read_text(encoding="utf-8")),
        headline=summary.headline(outcome),
        outcome=outcome,
        verdict=summary.verdict_of_run(outcome.results),
        sections=sections,
        graph=graph.lay_out(summary.claims_of(outcome.results)),
        lines=lines,
        rivals=summary.fallen(outcome.results),
        papers=cited(result.claim.source.paper for result in outcome.results),
        config=config,
        run=run,
    )  # fmt: skip


def _section(result: Result, known: Mapping[str, Result], config: Config) -> Section:
    claim = result.claim
    return Section(
        result=result,
        experiment=isinstance(claim, Experiment),
        anchor=words.anchor("claim", claim.id),
        uses=tuple((name, known.get(name)) for name in claim.uses),
        groups=tuple(groups(result)),
        rivals=tuple(_rival(control, result) for control in result.controls),
        pictures=tuple((figure, _picture(figure, index, result)) for index, figure in enumerate(claim.figures)),
        reasons=tuple(summary.reasons(result)),
        replay=words.replay(claim.id, config.profile, config.seed),
    )


def _rival(control: ControlResult, result: Result) -> Rival:
    cells = [control.verdict if check.name == control.check else None for check in result.claim.checks]
    return Rival(control=control, cells=tuple(cells))


def _picture(figure: Figure, index: int, result: Result) -> Picture:
    curves = result.curves[index] if index < len(result.curves) else ()
    name = words.anchor("figure", result.claim.id, str(index))
    return draw(figure, result.evidence, curves, name=name)


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "duration": words.duration,
        "formulas": formulas,
        "mathml": mathml,
        "prose": prose,
        "whole": words.whole,
    }
    environment.globals |= {
        "ICONS": words.ICONS,
        "SETTLED": words.SETTLED,
        "Verdict": Verdict,
        "anchor": words.anchor,
        "counts": words.counts,
        "felled": summary.felled,
        "plural": words.plural,
        "rival": words.rival,
        "rival_word": words.rival_word,
        "word": words.word,
    }
    return environment
