"""Results made by hand: every verdict, every kind of check, rivals with every outcome, in one small outcome."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from typing import Any

import pytest

from verify.judgement import claim_verdict, transitive
from verify.model import (
    Claim,
    Config,
    Control,
    ControlResult,
    Curve,
    Evidence,
    Figure,
    Finding,
    Line,
    Point,
    Result,
    Setting,
    Source,
    Step,
    Verdict,
)
from verify.pipeline import Outcome

ALPHA = 1e-6 / 4096


@dataclass(frozen=True)
class StubCheck:
    """A check as reports see it: three texts."""

    name: str
    title: str
    kind: str


@dataclass(frozen=True)
class Factory:
    """Builds nouns with everything that a test does not care about filled in."""

    verdict: type[Verdict] = Verdict

    def line(self, label: str = "Θ_11", **fields: Any) -> Line:  # noqa: ANN401 — fields of any noun
        return Line(**{"label": label, "null": f"E {label} = 1", "alpha": ALPHA, "draws": 5120} | fields)

    def evidence(self, check: str = "small widths", label: str = "Θ_11", **fields: Any) -> Evidence:  # noqa: ANN401
        """A verified line of a Mean; `at` is where its point stands."""
        at = fields.pop("at", {"j": 1, "n": 8})
        numbers = {"estimate": 1.01, "low": 0.98, "high": 1.04, "prediction": 1.0, "quantiles": (0.4, 0.9, 2.1)}
        usual = {
            "check": check,
            "control": None,
            "kind": "Mean",
            "setting": "n=8, T=5",
            "line": self.line(label, resolution=0.1, resolution_text="10% of 1"),
            "verdict": Verdict.VERIFIED,
            "draws": 5120,
            "look": 2,
            "points": (Point(label=label, at=at, **numbers),),
            "margin": 0.5,
            "detail": "1.01 in [0.98, 1.04] against 1",
        }
        return Evidence(**usual | fields)

    def exact(self, check: str, kind: str, points: Sequence[Point], **fields: Any) -> Evidence:  # noqa: ANN401
        """A line of a Proof or an Agreement: named like its check, several points, no error rate."""
        line = Line(label=check, null=f"title of {check}")
        usual = {"line": line, "setting": "", "draws": 1, "look": 1, "margin": None, "detail": "all of it"}
        return self.evidence(check, check, **usual | {"kind": kind, "points": tuple(points)} | fields)

    def control(self, name: str, check: str, verdict: Verdict = Verdict.REFUTED, **fields: Any) -> ControlResult:  # noqa: ANN401
        seen = self.evidence(check, control=name, verdict=verdict, detail=f"{name} was seen")
        usual = {"name": name, "why": f"why {name} is false", "check": check, "verdict": verdict, "evidence": (seen,)}
        return ControlResult(**usual | fields)

    def check(self, name: str = "small widths", kind: str = "Mean", title: str = "") -> StubCheck:
        return StubCheck(name, title or f"title of {name}", kind)

    def claim(self, id: str = "theorem_1", **fields: Any) -> Claim:  # noqa: ANN401
        usual = {
            "id": id,
            "title": f"Title of {id}",
            "statement": r"\rho_j = \nu_C\left(j\,\nu_F\,\nu_W^{j-1} + \nu_W^{j}\right) + \nu_F\,\nu_W^{j}",
            "plain": "ρ_j = ν_C (j ν_F ν_W^(j−1) + ν_W^j) + ν_F ν_W^j",
            "summary": f"What {id} says: ρ_j in short.",
            "source": Source("E", "Theorem 1, (20)"),
            "checks": (self.check(),),
            "controls": (),
        }
        return Claim(**usual | fields)

    def result(self, claim: Claim | None = None, **fields: Any) -> Result:  # noqa: ANN401
        """Verdicts follow from evidence and controls unless given; the claim gets a Control for each ControlResult."""
        claim = claim or self.claim()
        evidence = tuple(fields.get("evidence", (self.evidence(),)))
        controls = tuple(fields.get("controls", ()))
        rivals = tuple(
            Control(name=c.name, why=c.why, check=c.check, replace={}, line="Θ_11", setting=Setting(n=8))
            for c in controls
        )
        verdict = claim_verdict(evidence, controls)
        usual = {
            "claim": replace(claim, controls=rivals),
            "verdict": verdict,
            "transitive": fields.get("verdict", verdict),
            "steps": (),
            "findings": (),
            "curves": tuple(() for _ in claim.figures),
            "not_shown": (),
            "seconds": 1.25,
        }
        return Result(**usual | fields | {"evidence": evidence, "controls": controls})

    def outcome(self, *results: Result, interrupted: bool = False) -> Outcome:
        """With the transitive verdicts that the results' uses give."""
        verdicts = {result.claim.id: result.verdict for result in results}
        uses = {result.claim.id: result.claim.uses for result in results}
        final = tuple(result.on_top_of(transitive(verdicts, uses, result.claim.id)) for result in results)
        return Outcome(results=final, interrupted=interrupted, seconds=75.0)


@dataclass
class Element:
    """A start tag, the tags it stands in, and the text up to its end tag."""

    tag: str
    attributes: dict[str, str]
    path: tuple[Element, ...]
    text: str = ""


VOID = {"meta", "br", "link", "img", "input"}
INLINE = {"a", "b", "i", "strong", "span", "sub", "sup", "mi", "mn", "mo"}


class Page(HTMLParser):
    """The elements of an HTML page in their order; a tag that is not closed in its turn is an error."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.source = source
        self.elements: list[Element] = []
        self.open: list[Element] = []
        self.feed(source)
        self.close()
        assert not self.open, f"not closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(set(names)) == len(names), f"<{tag}> repeats an attribute"
        if tag not in INLINE:
            self.handle_data(" ")
        element = Element(tag, {name: value or "" for name, value in attrs}, tuple(self.open))
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()
        if tag not in INLINE:
            self.handle_data(" ")

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """Elements of that tag; `class_` asks for one of its classes."""
        wanted = attributes.pop("class_", None)
        return [
            e
            for e in self.elements
            if e.tag == tag
            and (wanted is None or wanted in e.attributes.get("class", "").split())
            and attributes.items() <= e.attributes.items()
        ]

    def inside(self, element: Element, tag: str, **attributes: str) -> list[Element]:
        """Elements of that tag within another."""
        return [found for found in self.all(tag, **attributes) if any(above is element for above in found.path)]


@pytest.fixture(scope="session")
def page(config: Config, run: dict[str, Any]) -> Callable[[Outcome], Page]:
    """Renders an outcome as HTML, once, and reads it back."""
    from reports import html

    pages: dict[int, tuple[Outcome, Page]] = {}  # by identity: an outcome is immutable, but not hashable

    def read(outcome: Outcome) -> Page:
        if id(outcome) not in pages:
            pages[id(outcome)] = (outcome, Page(html.render(outcome, config, run)))
        return pages[id(outcome)][1]

    return read


@pytest.fixture(scope="session")
def make() -> Factory:
    return Factory()


@pytest.fixture(scope="session")
def config() -> Config:
    return Config(profile="quick", seed=7, jobs=2)


@pytest.fixture(scope="session")
def run() -> dict[str, Any]:
    """Provenance as `collect` returns it, of no particular machine."""
    return {
        "arguments": ["all", "--profile", "quick"],
        "blas": "openblas 0.3.27 (Haswell)",
        "commit": "0123456789abcdef0123456789abcdef01234567",
        "cores": 2,
        "finished": "2024-03-01T12:01:15+00:00",
        "jobs": 2,
        "os": "Linux 6.1 (x86_64)",
        "processor": "a processor",
        "profile": "quick",
        "seed": 7,
        "started": "2024-03-01T12:00:00+00:00",
        "versions": {"python": "3.11.7", "numpy": "2.0.0"},
    }


@pytest.fixture(scope="session")
def everything(make: Factory) -> Outcome:
    """Six claims, one for each verdict, that use each other and one that is not in the run."""
    builders: tuple[Callable[[Factory], Result], ...] = (_sampler, _limit, _decay, _weak, _broken, _untouched)
    return make.outcome(*(build(make) for build in builders))


def _figure(title: str, check: str, x: str = "j", **fields: Any) -> Figure:  # noqa: ANN401 — fields of any noun
    return Figure(title=title, check=check, x=x, x_label=f"lag {x}", y_label="E Θ_jj", **fields)


def _distance(label: str, distance: float, allowed: float, **at: float) -> Point:
    return Point(label=label, at=at, estimate=distance, low=0.0, high=allowed, prediction=0.0)


def _sampler(make: Factory) -> Result:
    """VERIFIED: a folded group of thirty lines and a proof of two statements."""
    lines = [
        make.evidence(
            "one law",
            f"L_{j}",
            kind="Law",
            setting=f"n={n}, T=10",
            points=(_distance(f"L_{j}", 0.001 * (j + 1), 0.0214, j=j, n=n),),
            margin=(j + 1) / 21.4,
        )
        for n in (2, 8, 10**10)
        for j in range(10)
    ]
    statements = [
        Point(label="P is a projection", detail="VERIFIED: normal form 0 in QQ<A, X>"),
        Point(label="A X = Y", detail="VERIFIED: normal form 0 in QQ<A, X, Y>"),
    ]
    figure = _figure("Share of what chance allows", "one law", series="n", show="margin")
    claim = make.claim(
        "sampler",
        title="Grams can be drawn without W",
        checks=(make.check("algebra", "Proof"), make.check("one law", "Law")),
        figures=(figure,),
        assumptions=("W has independent Gaussian entries", "n_x = 1"),
    )
    controls = (make.control("untied weights", "one law"), make.control("no projection", "algebra"))
    steps = (
        Step("Condition on what was seen", r"A \mid AX = Y", "A | AX = Y"),
        Step("in plain letters", "", "a = b"),
        Step("and that is all"),
    )
    return make.result(
        claim, evidence=(make.exact("algebra", "Proof", statements), *lines), controls=controls, steps=steps
    )


def _limit(make: Factory) -> Result:
    """REFUTED by one of fifteen lines; all three kinds of figure, and a check that this run left out."""
    lines = [
        make.evidence(
            label=f"Θ_{j}{j}",
            setting=f"n={n}, T=5",
            at={"j": j, "n": n},
            line=make.line(f"Θ_{j}{j}", null=f"E Θ_{j}{j} = {j + 2}", resolution=0.1, resolution_text="10% of 1"),
        )
        for n in (8, 16, 32)
        for j in range(5)
    ]
    lines[4] = replace(lines[4], verdict=Verdict.REFUTED, margin=3.2, detail="4.9 in [4.7, 5.1] against 6")
    claim = make.claim(
        "limit",
        title="The kernel tends to ρ_j",
        uses=("sampler",),
        checks=(make.check(), make.check("dense")),
        figures=(
            _figure("Means and their limit", "small widths", series="n"),
            _figure("The law closes on its limit", "small widths", series="n", show="quantiles", log_y=True),
            _figure("No dense point", "dense"),
        ),
    )
    curve = Curve(label="ρ_j", x=(0.0, 1.0, 2.0, 4.0), y=(0.9, 1.0, 1.05, 1.1))
    named = Curve(label="n = 8", x=(0.0, 4.0), y=(1.0, math.inf))
    controls = (make.control("ρ_(j+1)", "small widths"),)
    return make.result(claim, evidence=lines, controls=controls, curves=((curve, named), (curve,), ()))


def _decay(make: Factory) -> Result:
    """INCONCLUSIVE, with a finding; rests on a refuted claim."""
    finding = Finding("The sentence after (22) is false for small lags.", "ν_W = 9/10: ρ_0 = 2 < ρ_1 = 2.8")
    claim = make.claim("decay", title="The factors decay", uses=("limit", "sampler"))
    undecided = make.evidence(verdict=Verdict.INCONCLUSIVE, detail="2000 draws more would decide", margin=None)
    return make.result(claim, evidence=(undecided,), findings=(finding, Finding("A second one.", "")))


def _weak(make: Factory) -> Result:
    """POWERLESS: a rival survives undecided."""
    controls = (make.control("nearly the same", "small widths", Verdict.INCONCLUSIVE),)
    return make.result(make.claim("weak", title="A weak check", uses=("sampler",)), controls=controls)


def _broken(make: Factory) -> Result:
    """ERROR: a rival is accepted; an Agreement whose worst share is infinite and one that has fifteen comparisons."""
    points = [_distance(f"row {i}", i * 1e-17, 1e-15, i=i + 1) for i in range(15)]
    off = _distance("off", 1e-3, 0.0, i=3)
    bad = {"setting": "case=1", "verdict": Verdict.REFUTED, "margin": math.inf, "detail": "off: above"}
    figure = _figure("Rounding", "outputs", x="i", show="margin", log_x=True, log_y=True)
    claim = make.claim(
        "broken", title="Two maps agree", checks=(make.check("outputs", "Agreement"),), figures=(figure,)
    )
    evidence = (
        make.exact("outputs", "Agreement", points, setting="case=0", margin=0.14),
        make.exact("outputs", "Agreement", [off], **bad),
        make.exact("outputs", "Agreement", [], setting="case=2", verdict=Verdict.ERROR, detail="ValueError: no"),
    )
    return make.result(claim, evidence=evidence, controls=(make.control("transposed", "outputs", Verdict.VERIFIED),))


def _untouched(make: Factory) -> Result:
    """NOT_RUN: nothing judged, and what it rests on is not in this run."""
    skipped = make.evidence(verdict=Verdict.NOT_RUN, points=(), margin=None, draws=0, look=0, detail="beyond quick")
    claim = make.claim("untouched", title="Not looked at", uses=("elsewhere",))
    controls = (make.control("idle", "small widths", Verdict.NOT_RUN),)
    return make.result(claim, evidence=(skipped,), controls=controls, not_shown=("Θ_11: beyond quick",))
