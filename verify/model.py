"""The nouns of the toolkit, in the order of the pipeline; no logic beyond validation."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from verify.statistics.budget import ALPHA

if TYPE_CHECKING:
    from numpy.random import Generator

__all__ = [
    "PROFILES",
    "Check",
    "Claim",
    "ClaimError",
    "Config",
    "Control",
    "ControlResult",
    "Curve",
    "Evidence",
    "Experiment",
    "Family",
    "Figure",
    "Finding",
    "Line",
    "Point",
    "Result",
    "Setting",
    "Source",
    "Step",
    "Verdict",
]

PROFILES = ("quick", "standard", "full")


class ClaimError(ValueError):
    """A claim file contradicts the rules of the registry; the message names file, field and remedy."""


class Verdict(enum.Enum):
    """An outcome; the value is what it means for the reader."""

    VERIFIED = "the check could have failed, had the resolution to see it, and did not"
    INCONCLUSIVE = "the evidence does not decide; more draws would"
    POWERLESS = "a rival that is known to be false survived undecided: the check is too weak to be believed"
    REFUTED = "the statement is false as stated here; the counterexample is printed"
    ERROR = "the verification itself is broken: do not believe this claim before it is mended"
    MEASURED = "an experiment: intervals and pictures of which nothing is claimed"
    NOT_RUN = "not attempted in this run; never counted as passed"


@dataclass(frozen=True, kw_only=True)
class Config:
    """How hard to look; never what a claim says.

    `alpha` is the error rate of a line. A run never sets it: only calibration does, which needs alarms to count.
    """

    profile: str = "standard"
    seed: int = 0
    jobs: int = 1
    alpha: float = ALPHA
    watchdog: float = 600.0  # seconds of wall clock for one task; chosen: ten times the longest task seen

    def __post_init__(self) -> None:
        if self.profile not in PROFILES:
            raise ClaimError(f"profile {self.profile!r} is not one of {', '.join(PROFILES)}")
        if self.seed < 0:
            raise ClaimError(f"seed {self.seed} is negative; use an integer >= 0")
        if self.jobs < 1:
            raise ClaimError(f"jobs {self.jobs} is below 1; use the number of processes to start")
        if not self.watchdog > 0:
            raise ClaimError(f"watchdog {self.watchdog} is no number of seconds above 0")


@dataclass(frozen=True)
class Source:
    """Where a statement stands: the paper's short name and the number in it."""

    paper: str
    item: str

    def __str__(self) -> str:
        return f"[{self.paper}] {self.item}"


@dataclass(frozen=True)
class Step:
    """One step of a derivation: what is done, in words, and what SymPy obtained, as LaTeX and as plain text."""

    text: str
    latex: str = ""
    plain: str = ""


@dataclass(frozen=True)
class Finding:
    """Something the reader of a paper should know, with the counterexample that shows it."""

    text: str
    counterexample: str


class Setting(Mapping[str, Any]):
    """All that a draw depends on besides its stream: an immutable mapping such as `Setting(n=16, T=12)`.

    The keys are in alphabetical order, however they were given: settings that differ in that alone are equal, and so
    are their labels and their draws.
    """

    def __init__(self, **values: Any) -> None:  # noqa: ANN401 — sizes, variances and names alike
        self._values = {key: values[key] for key in sorted(values, key=lambda key: (key.lower(), key))}

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401
        return self._values[key]

    def __iter__(self) -> Any:  # noqa: ANN401
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __hash__(self) -> int:
        return hash(self.label)

    def __repr__(self) -> str:
        return f"Setting({self.label})"

    @property
    def label(self) -> str:
        """`n=16, T=12`; it names the seed stream, so two settings with equal labels are one setting."""
        return ", ".join(f"{key}={_short(value)}" for key, value in self._values.items())


def _short(value: object) -> str:
    if isinstance(value, int) and value >= 10**4 and value == 10 ** (len(str(value)) - 1):
        return f"1e{len(str(value)) - 1}"
    return str(value)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One judged statement of the plan: what is tested, at which error rate, how finely and at what cost.

    `at` holds the coordinates for figures (lag, width …); `facts` the numbers and laws that the judge needs
    (prediction, variance, law …): data, no code.
    `draws` is the largest number of draws that will be taken, `resolution` the distance that would surely be caught.
    """

    label: str
    null: str
    at: Mapping[str, float] = field(default_factory=dict)
    alpha: float = 0.0
    draws: int = 1
    resolution: float | None = None
    resolution_text: str = "exact"
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Family:
    """Lines judged on the same draws: the unit that is scheduled, stored and replayed.

    `looks` are cumulative numbers of draws, fixed before anything is sampled; `chunk` is the number of blocks of one
    task, which decides nothing. `skip` says why a family is NOT_RUN.
    """

    claim: str
    check: str
    control: str | None
    kind: str
    setting: Setting
    lines: tuple[Line, ...]
    looks: tuple[int, ...] = (1,)
    chunk: int = 1
    microseconds: float = 1e5
    skip: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """The names that a seed stream and a stored chunk are filed under."""
        return (self.claim, self.check, self.control or "", self.setting.label)

    def blocks(self, look: int) -> int:
        """Seed streams that look number `look` needs, 0 for look 0; an exact check has one."""
        from numeric.streams import BLOCK

        return -(-self.looks[look - 1] // BLOCK) if look else 0

    def draws_in(self, first: int, last: int) -> int:
        """Draws of the blocks first … last−1."""
        from numeric.streams import BLOCK

        return min(self.looks[-1], (last - first) * BLOCK)

    @property
    def cost(self) -> float:
        """CPU seconds of the last look on the machine that the estimates were made on."""
        return self.microseconds * 1e-6 * self.looks[-1]


@dataclass(frozen=True, kw_only=True)
class Point:
    """One number of the evidence: estimate with interval against prediction; `detail` holds what is no number.

    `quantiles` (5, 50 and 95 %) of the sampled statistic are drawn in figures, never judged.
    """

    label: str
    at: Mapping[str, float] = field(default_factory=dict)
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    prediction: float | None = None
    quantiles: tuple[float, float, float] | None = None
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """The outcome of a line. `margin` is the distance used as a share of the distance allowed (above 1: refuted)."""

    check: str
    control: str | None
    kind: str
    setting: str
    line: Line
    verdict: Verdict
    draws: int
    look: int
    points: tuple[Point, ...] = ()
    margin: float | None = None
    detail: str = ""


class Check(Protocol):
    """One kind of evidence, named.

    `plan` fixes the families; `observe` turns blocks of seed streams into mergeable sums, one JSON value a line;
    `judge` reads merged sums and returns an outcome, or None while a further look may decide.
    """

    kind: ClassVar[str]

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> str: ...

    def plan(self, claim: str, control: str | None, config: Config) -> tuple[Family, ...]: ...

    def observe(self, family: Family, streams: Sequence[Generator]) -> dict[str, Any]: ...

    def judge(self, family: Family, line: Line, sums: Any, look: int) -> Evidence | None: ...  # noqa: ANN401


@dataclass(frozen=True, kw_only=True)
class Control:
    """A rival: a false theory or a real fault, the one check, setting and line at which it must fall.

    `replace` names the fields of the check that the rival puts its own in; everything else of the check, with its
    error rate and its number of draws, stays as it is for the claim.
    """

    name: str
    why: str
    check: str
    replace: Mapping[str, Any]
    line: str
    setting: Setting | None = None


@dataclass(frozen=True, kw_only=True)
class Curve:
    """A line of theory for a figure."""

    label: str
    x: tuple[float, ...]
    y: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A picture of the evidence of one check: its points over coordinate `x`, a series for each value of `series`.

    `series` is a coordinate, or "line" for a series a line. `show` is what is drawn: "estimate" with its interval
    against the prediction, "quantiles" of the sampled statistic, the same as a "band", or the "margin" (distance used
    as a share of the distance allowed). `theory` derives further curves.
    """

    title: str
    check: str
    x: str
    x_label: str
    y_label: str
    series: str | None = None
    show: str = "estimate"
    log_x: bool = False
    log_y: bool = False
    theory: Callable[[], Sequence[Curve]] = tuple


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A statement of a paper, what it rests on, and how it is checked. The file name is the id.

    `statement` is LaTeX, `plain` the same for a terminal, `summary` says it in words.
    """

    id: str
    title: str
    statement: str
    plain: str
    summary: str
    source: Source
    checks: tuple[Check, ...]
    controls: tuple[Control, ...]
    assumptions: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    derivation: Callable[[], Sequence[Step]] = tuple
    findings: Callable[[], Sequence[Finding]] = tuple
    figures: tuple[Figure, ...] = ()
    not_shown: tuple[str, ...] = ()

    def check(self, name: str) -> Check:
        """The check of that name; ClaimError if the claim has none."""
        for check in self.checks:
            if check.name == name:
                return check
        raise ClaimError(f"{self.id}: no check is called {name!r}; it has {', '.join(c.name for c in self.checks)}")


@dataclass(frozen=True, kw_only=True)
class Experiment(Claim):
    """The same without a verdict: all of its checks are Measurements, which have no rivals."""

    statement: str = ""
    plain: str = ""
    controls: tuple[Control, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ControlResult:
    """What became of a rival: it must be REFUTED."""

    name: str
    why: str
    check: str
    verdict: Verdict
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, kw_only=True)
class Result:
    """All that a report shows of one claim.

    `transitive` is the worst verdict over the claim and all that it uses; `curves` are the theory lines of the
    claim's figures, in their order. `seconds` and `cpu_seconds` are what its tasks took, without any waiting.
    """

    claim: Claim
    verdict: Verdict
    transitive: Verdict
    evidence: tuple[Evidence, ...]
    controls: tuple[ControlResult, ...]
    steps: tuple[Step, ...]
    findings: tuple[Finding, ...]
    curves: tuple[tuple[Curve, ...], ...]
    not_shown: tuple[str, ...]
    seconds: float
    cpu_seconds: float = 0.0

    def on_top_of(self, transitive: Verdict) -> Result:
        """The same result, with the verdict that includes what it rests on."""
        return replace(self, transitive=transitive)
