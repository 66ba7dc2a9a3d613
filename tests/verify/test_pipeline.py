"""Whole runs on claims made to order: verdicts, failures, interruption, continuation, and reproducibility."""

from collections.abc import Callable
from pathlib import Path

import pytest

from numeric.parallel import SerialExecutor, executor
from verify import pipeline
from verify.model import ClaimError, Config, Evidence, Result, Verdict
from verify.pipeline import Outcome
from verify.scheduler import Silent

ClaimFile = Callable[..., Path]
Run = Callable[..., Outcome]

TRUE = "CHECKS = [proof(Verdict.VERIFIED)]"


def rival(verdict: str, *, check: str = "proof", line: str = "statement 0") -> str:
    return (
        f"Control(name='rival {verdict}', why='w', check='{check}', line='{line}', "
        f"replace={{'prove': partial(told, Verdict.{verdict})}})"
    )


def shown(outcome: Outcome) -> list[object]:
    """All of an outcome that must be reproducible."""
    return [
        (r.claim.id, r.verdict, r.transitive, r.evidence, r.controls, r.steps, r.findings, r.curves, r.not_shown)
        for r in outcome.results
    ]


def by_id(outcome: Outcome) -> dict[str, Result]:
    return {result.claim.id: result for result in outcome.results}


# --- verdicts ---


@pytest.mark.parametrize("own", ["VERIFIED", "REFUTED", "INCONCLUSIVE"])
def test_a_claim_without_rivals_has_the_verdict_of_its_check_and_is_said_to_be_untried(
    own: str, claim_file: ClaimFile, run: Run
) -> None:
    (result,) = run(claim_file("c", f"CHECKS = [proof(Verdict.VERIFIED, Verdict.{own})]")).results
    assert result.verdict is Verdict[own]
    assert result.not_shown == ("nobody has seen the check 'proof' fail: it has no control",)


@pytest.mark.parametrize(
    ("fates", "expected"),
    [
        (["REFUTED"], Verdict.VERIFIED),
        (["INCONCLUSIVE"], Verdict.POWERLESS),
        (["VERIFIED"], Verdict.ERROR),
        (["REFUTED", "INCONCLUSIVE"], Verdict.POWERLESS),
        (["REFUTED", "VERIFIED"], Verdict.ERROR),
        (["INCONCLUSIVE", "VERIFIED"], Verdict.ERROR),
    ],
)
def test_a_rival_that_survives_costs_the_claim_its_verdict(
    fates: list[str], expected: Verdict, claim_file: ClaimFile, run: Run
) -> None:
    (result,) = run(claim_file("c", f"{TRUE}; CONTROLS = [{', '.join(map(rival, fates))}]")).results
    assert result.verdict is expected
    assert [control.verdict.name for control in result.controls] == fates
    assert all(len(control.evidence) == 1 for control in result.controls)
    assert result.not_shown == ()


def test_a_rival_that_falls_in_one_setting_and_survives_in_another_is_accepted(claim_file: ClaimFile, run: Run) -> None:
    body = """
def compare(setting, rng, *, factor=0.0):
    yield Comparison(label="c", difference=factor * setting["n"], bound=1.0)

CHECKS = [Agreement(name="a", title="t", settings=(Setting(n=0), Setting(n=5)), compare=compare)]
CONTROLS = [
    Control(name="r", why="w", check="a", line="c", replace={"compare": partial(compare, factor=1.0)}, setting=setting)
    for setting in SETTING
]
"""
    (both,) = run(claim_file("c", body.replace("SETTING", "(None,)", 1), folder="both")).results
    assert both.verdict is Verdict.ERROR
    (one,) = run(claim_file("c", body.replace("SETTING", "(Setting(n=5),)", 1), folder="one")).results
    assert one.verdict is Verdict.VERIFIED


def test_a_sampled_rival_takes_the_draws_of_the_claim_and_its_own_stream(claim_file: ClaimFile, run: Run) -> None:
    body = """
CHECKS = [mean(lines=half)]
CONTROLS = [
    Control(name="shifted", why="w", check="mean", line="u", replace={"lines": partial(half, low=0.4)}),
    Control(name="the same", why="w", check="mean", line="u", replace={}),
]
"""
    (result,) = run(claim_file("c", body)).results
    shifted, same = result.controls
    assert (shifted.verdict, same.verdict, result.verdict) == (Verdict.REFUTED, Verdict.VERIFIED, Verdict.ERROR)
    assert same.evidence[0].line == result.evidence[0].line
    assert same.evidence[0].points != result.evidence[0].points


def test_only_one_check_is_run_with_the_rivals_that_must_fall_by_it(claim_file: ClaimFile, run: Run) -> None:
    body = f"""
CHECKS = [proof(Verdict.VERIFIED), proof(Verdict.REFUTED, name="second")]
CONTROLS = [{rival("REFUTED")}, {rival("REFUTED", check="second").replace("rival", "other")}]
"""
    path = claim_file("c", body)
    (result,) = run(path, only={"c": "proof"}).results
    assert result.verdict is Verdict.VERIFIED
    assert [item.check for item in result.evidence] == ["proof"]
    assert [control.check for control in result.controls] == ["proof"]
    assert [request.control for request in pipeline.requests_of(result.claim)] == [
        None, None, "rival REFUTED", "other REFUTED",
    ]  # fmt: skip


def test_the_verdict_of_what_a_claim_rests_on_counts_beside_its_own(claim_file: ClaimFile, run: Run) -> None:
    base = claim_file("base", "CHECKS = [proof(Verdict.REFUTED)]")
    middle = claim_file("middle", f"{TRUE}; MORE = dict(uses=('base',))")
    top = claim_file("top", f"{TRUE}; MORE = dict(uses=('middle',))")
    together = by_id(run(top, middle, base))
    assert {name: r.verdict for name, r in together.items() if r.verdict is not Verdict.VERIFIED} == {
        "base": Verdict.REFUTED
    }
    assert {r.transitive for r in together.values()} == {Verdict.REFUTED}
    (alone,) = run(top).results
    assert (alone.verdict, alone.transitive) == (Verdict.VERIFIED, Verdict.NOT_RUN)


def test_results_come_in_the_order_asked_for(claim_file: ClaimFile, run: Run) -> None:
    paths = [claim_file(name, TRUE) for name in ("b", "c", "a")]
    assert [result.claim.id for result in run(*paths).results] == ["b", "c", "a"]


def test_a_family_that_cannot_be_run_here_is_not_run_and_says_why(claim_file: ClaimFile, run: Run) -> None:
    body = """
class Later(Mean):
    def plan(self, *given):
        return tuple(replace(family, skip="needs a GPU") for family in super().plan(*given))

CHECKS = [proof(Verdict.VERIFIED), Later(name="later", title="t", settings=(Setting(n=1),), lines=half,
          sample=uniform, microseconds=1.0)]
CONTROLS = []
"""
    (result,) = run(claim_file("c", body)).results
    assert result.verdict is Verdict.VERIFIED
    assert [item.verdict for item in result.evidence] == [Verdict.VERIFIED, Verdict.NOT_RUN]
    assert "later, u: needs a GPU" in result.not_shown


def test_a_rival_that_was_not_tried_is_named_among_what_was_not_shown(claim_file: ClaimFile, run: Run) -> None:
    body = """
class Later(Mean):
    def plan(self, claim, control, config):
        skip = "beyond the profile" if control else ""
        return tuple(replace(family, skip=skip) for family in super().plan(claim, control, config))

CHECKS = [Later(name="m", title="t", settings=(Setting(n=1),), lines=half, sample=uniform, microseconds=1.0)]
CONTROLS = [Control(name="shifted", why="w", check="m", line="u", replace={"lines": partial(half, low=0.4)})]
"""
    (result,) = run(claim_file("c", body)).results
    assert result.controls[0].verdict is Verdict.NOT_RUN
    assert result.not_shown == ("m against the rival 'shifted', u: beyond the profile",)


def test_derivations_findings_and_curves_are_told(claim_file: ClaimFile, run: Run) -> None:
    body = f"""{TRUE}
MORE = dict(
    derivation=lambda: [Step("Add.", "x+1", "x + 1")],
    findings=lambda: [Finding(text="f", counterexample="x = 2")],
    figures=(
        Figure(title="f", check="proof", x="j", x_label="j", y_label="y",
               theory=lambda: [Curve(label="c", x=(0.0, 1.0), y=(2.0, 3.0))]),
        Figure(title="g", check="proof", x="j", x_label="j", y_label="y"),
    ),
    not_shown=("the other half",),
)
"""
    (result,) = run(claim_file("c", body)).results
    assert [step.plain for step in result.steps] == ["x + 1"]
    assert [finding.counterexample for finding in result.findings] == ["x = 2"]
    assert [[curve.label for curve in curves] for curves in result.curves] == [["c"], []]
    assert result.not_shown[0] == "the other half"


# --- failures ---

FAULTS = {
    "plan": "CHECKS = [mean(lines=lambda setting: 1 / 0)]",
    "plan of nothing": "CHECKS = [mean(settings=())]",
    "observe": "CHECKS = [mean(sample=lambda setting, rngs: 1 / 0)]",
    "observe, leaving": "import sys\nCHECKS = [mean(sample=lambda setting, rngs: sys.exit(3))]",
    "observe, NaN": "CHECKS = [mean(sample=lambda setting, rngs: {'u': uniform(setting, rngs)['u'] * float('nan')})]",
    "judge": """
class Faulty(Mean):
    def judge(self, *given):
        return 1 / 0

CHECKS = [Faulty(name="m", title="t", settings=(Setting(n=1),), lines=half, sample=uniform, microseconds=1e5)]
""",
    "observe, what cannot be written down": """
class Faulty(Mean):
    def observe(self, *given):
        return {label: {1, 2} for label in super().observe(*given)}

CHECKS = [Faulty(name="m", title="t", settings=(Setting(n=1),), lines=half, sample=uniform, microseconds=1e5)]
""",
    "observe, nothing": """
class Faulty(Mean):
    def observe(self, *given):
        return None

CHECKS = [Faulty(name="m", title="t", settings=(Setting(n=1),), lines=half, sample=uniform, microseconds=1e5)]
""",
    "plan of something else": """
class Faulty(Mean):
    def plan(self, *given):
        return ["a family"]

CHECKS = [Faulty(name="m", title="t", settings=(Setting(n=1),), lines=half, sample=uniform, microseconds=1e5)]
""",
    "a pool of its own that breaks": """
from concurrent.futures import BrokenExecutor

def sample(setting, rngs):
    raise BrokenExecutor("a pool of the claim's own")

CHECKS = [mean(sample=sample)]
""",
    "proof": "CHECKS = [Proof(name='p', title='t', prove=lambda: [1 / 0])]",
    "empty proof": "CHECKS = [proof()]",
    "comparison": "CHECKS = [Agreement(name='a', title='t', settings=(Setting(n=1),), compare=lambda *_: [])]",
    "derivation": f"{TRUE}; MORE = dict(derivation=lambda: 1 / 0)",
    "findings": f"{TRUE}; MORE = dict(findings=lambda: 1 / 0)",
    "curves": f"{TRUE}; MORE = dict(figures=(Figure(title='f', check='proof', x='j', x_label='j', y_label='y', "
    "theory=lambda: 1 / 0),))",
    "rival": f"{TRUE}; CONTROLS = [Control(name='r', why='w', check='proof', line='statement 0', "
    "replace={'prove': lambda: 1 / 0})]",
    "rival with an unknown field": f"{TRUE}; CONTROLS = [Control(name='r', why='w', check='proof', line='statement 0', "
    "replace={'proof': told})]",
}


@pytest.mark.parametrize("body", FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_of_one_claim_is_an_error_of_that_claim_only(body: str, claim_file: ClaimFile, run: Run) -> None:
    outcome = run(claim_file("bad", body), claim_file("good", f"{TRUE}; CONTROLS = [{rival('REFUTED')}]"))
    results = by_id(outcome)
    assert results["bad"].verdict is Verdict.ERROR
    assert results["good"].verdict is Verdict.VERIFIED
    assert not outcome.interrupted
    told = [
        *(item.detail for item in results["bad"].evidence),
        *(item.detail for control in results["bad"].controls for item in control.evidence),
        *results["bad"].not_shown,
    ]
    assert any("Error: " in detail or "SystemExit: 3" in detail for detail in told)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("proof", TRUE),
        ("mean", "CHECKS = [mean('proof')]"),
        (
            "agreement",
            "CHECKS = [Agreement(name='proof', title='t', settings=(Setting(n=1),), "
            "compare=lambda *_: [Comparison(label='u', difference=0.0, bound=1.0)])]",
        ),
    ],
)
def test_a_rival_at_an_unknown_line_is_an_error_that_names_the_lines_there_are(
    kind: str, body: str, claim_file: ClaimFile, run: Run
) -> None:
    control = "Control(name='r', why='w', check='proof', line='statement 7', replace={})"
    path = claim_file("c", f"{body}; CONTROLS = [{control}]")
    (result,) = run(path).results
    assert result.verdict is Verdict.ERROR
    (item,) = result.controls[0].evidence
    there = "statement 0" if kind == "proof" else "u"
    assert item.detail.startswith("ClaimError: c: control 'r' names the line 'statement 7'")
    assert item.detail.endswith(f" has {there}")


def test_a_plan_with_a_rival_at_an_unknown_line_raises(claim_file: ClaimFile) -> None:
    control = "Control(name='r', why='w', check='mean', line='v', replace={})"
    path = claim_file("c", f"CHECKS = [mean()]; CONTROLS = [{control}]")
    with pytest.raises(ClaimError, match="c: control 'r' names the line 'v'; it has u"):
        pipeline.make_plan({"c": str(path)}, Config(profile="quick"), SerialExecutor())


@pytest.mark.parametrize(
    "body",
    [
        "CHECKS = [mean(sample=lambda setting, rngs: time.sleep(60))]",
        "CHECKS = [Proof(name='p', title='t', prove=lambda: time.sleep(60))]",
        f"{TRUE}; MORE = dict(derivation=lambda: time.sleep(60))",
    ],
    ids=["observe", "proof", "derivation"],
)
def test_a_task_that_hangs_is_ended_by_the_watchdog(body: str, claim_file: ClaimFile, run: Run) -> None:
    outcome = run(claim_file("bad", body), claim_file("good", TRUE), watchdog=0.2)
    results = by_id(outcome)
    assert results["bad"].verdict is Verdict.ERROR
    assert results["good"].verdict is Verdict.VERIFIED
    told = [*results["bad"].not_shown, *(item.detail for item in results["bad"].evidence)]
    assert any("WatchdogError: the task was still running after 0.2 s of wall clock" in text for text in told)
    assert outcome.seconds < 30


def test_more_lines_than_the_error_budget_has_are_refused_before_anything_is_drawn(
    claim_file: ClaimFile, run: Run
) -> None:
    body = """
def many(setting):
    return [replace(half(setting)[0], label=f"u{index}") for index in range(2049)]

CHECKS = [mean("first", lines=many, sample=None), mean("second", lines=many, sample=None)]
"""
    path = claim_file("c", body)
    with pytest.raises(ClaimError, match="more than 4096 statistical lines"):
        run(path)
    with pytest.raises(ClaimError, match="more than 4096 statistical lines"):
        pipeline.make_plan({"c": str(path)}, Config(profile="quick"), SerialExecutor())
    fits = """
class Later(Mean):
    def plan(self, *given):
        return tuple(replace(family, skip="later") for family in super().plan(*given))

CHECKS = [Later(**(check.__dict__)) for check in CHECKS]
"""
    path = claim_file("fits", body.replace("2049", "2048") + fits)
    (result,) = run(path).results
    assert len(result.evidence) == 4096
    assert len(pipeline.make_plan({"fits": str(path)}, Config(profile="quick"), SerialExecutor())) == 2


def test_a_file_that_cannot_be_loaded_stops_the_run_with_its_reason(claim_file: ClaimFile, run: Run) -> None:
    with pytest.raises(ClaimError, match="a claim needs at least one check"):
        run(claim_file("c", "CHECKS = []"))


# --- time ---


def test_the_seconds_of_a_claim_are_those_of_its_work_and_not_of_its_waiting(claim_file: ClaimFile, run: Run) -> None:
    """One worker, two claims that sleep: each has its own sleep, whichever came first; the processor did little."""
    body = """
def prove():
    time.sleep(0.3)
    yield Told("s", Verdict.VERIFIED)

CHECKS = [Proof(name="p", title="t", prove=prove)]
MORE = dict(derivation=lambda: time.sleep(0.2) or [])
"""
    paths = [claim_file(name, body) for name in ("one", "two")]
    with executor(1) as workers:
        results = run(*paths, executor=workers).results
    for result in results:
        assert 0.5 <= result.seconds < 0.9
        assert 0.0 < result.cpu_seconds < 0.5


# --- interruption and continuation ---


def counted(path: Path) -> str:
    return f"""
def sample(setting, rngs):
    count({str(path)!r})
    return uniform(setting, rngs)

CHECKS = [mean(sample=sample), proof(Verdict.VERIFIED)]
CONTROLS = [
    Control(name="shifted", why="w", check="mean", line="u", replace={{"lines": partial(half, low=0.4)}}),
    {rival("REFUTED")},
]
"""


def calls(path: Path) -> int:
    return len(path.read_text().split()) if path.exists() else 0


@pytest.mark.parametrize("after", [0, 1, 7, 40])
def test_a_stopped_run_says_what_was_not_run_and_its_continuation_ends_as_if_nothing_had_happened(
    after: int, claim_file: ClaimFile, run: Run, tmp_path: Path
) -> None:
    log = tmp_path / "calls"
    path = claim_file("c", counted(log))
    whole = run(path, store="whole.sqlite")
    needed = calls(log)
    assert needed > 40

    log.unlink()
    part = run(path, store="part.sqlite", stopped=lambda: calls(log) >= after)
    assert part.interrupted
    assert calls(log) <= after + 2
    (result,) = part.results
    assert result.verdict in {Verdict.NOT_RUN, Verdict.REFUTED}
    assert {item.verdict for item in result.evidence} <= {Verdict.NOT_RUN, Verdict.VERIFIED}
    assert any("interrupted" in text for text in result.not_shown)

    rest = run(path, store="part.sqlite", resume=True)
    assert not rest.interrupted
    assert shown(rest) == shown(whole)
    assert calls(log) == needed  # every block was drawn once


def test_a_finished_run_is_repeated_without_drawing_anything(claim_file: ClaimFile, run: Run, tmp_path: Path) -> None:
    log = tmp_path / "calls"
    path = claim_file("c", counted(log))
    first = run(path)
    drawn = calls(log)
    assert shown(run(path, resume=True)) == shown(first)
    assert calls(log) == drawn
    assert shown(run(path)) == shown(first)  # without --resume everything is drawn again
    assert calls(log) == 2 * drawn


@pytest.mark.parametrize("change", [{"fingerprint": "g"}, {"seed": 1}])
def test_another_fingerprint_or_seed_draws_everything_again(
    change: dict, claim_file: ClaimFile, run: Run, tmp_path: Path
) -> None:
    log = tmp_path / "calls"
    path = claim_file("c", counted(log))
    first = run(path)
    drawn = calls(log)
    second = run(path, resume=True, **change)
    assert calls(log) == 2 * drawn
    assert (shown(second) == shown(first)) == ("fingerprint" in change)


def test_a_claim_whose_rivals_are_still_open_is_not_verified(claim_file: ClaimFile, run: Run) -> None:
    """The proof is judged, then the run is stopped: two of four rivals were begun, the others never."""
    rivals = ", ".join(rival("REFUTED").replace("rival REFUTED", f"rival {k}") for k in range(4))
    judged: list[str] = []

    class Listener(Silent):
        def judged(self, evidence: Evidence) -> None:
            judged.append(evidence.control or "the claim")

    outcome = run(claim_file("c", f"{TRUE}; CONTROLS = [{rivals}]"), progress=Listener(), stopped=lambda: bool(judged))
    (result,) = outcome.results
    assert judged[0] == "the claim"
    assert [item.verdict for item in result.evidence] == [Verdict.VERIFIED]
    assert Verdict.NOT_RUN in {control.verdict for control in result.controls}
    assert (outcome.interrupted, result.verdict) == (True, Verdict.NOT_RUN)


def test_stopping_during_the_derivation_alone_is_an_interruption(claim_file: ClaimFile, run: Run) -> None:
    stops = iter([False] * 3)
    outcome = run(claim_file("c", TRUE), stopped=lambda: next(stops, True))
    assert outcome.interrupted


# --- processes ---


def test_two_processes_find_what_one_does(claim_file: ClaimFile, run: Run, tmp_path: Path) -> None:
    log = tmp_path / "calls"
    derivation = "MORE = dict(derivation=lambda: [Step('Add.', 'x', 'x')])"
    paths = [
        claim_file("c", counted(log) + derivation),
        claim_file("bad", FAULTS["observe"]),
        claim_file("leaving", FAULTS["observe, leaving"]),
        claim_file("hanging", "CHECKS = [mean(sample=lambda setting, rngs: time.sleep(60))]"),
    ]
    alone = run(*paths, watchdog=1.0)
    with executor(2) as workers:
        together = run(*paths, executor=workers, jobs=2, store="together.sqlite", watchdog=1.0)
    assert shown(together) == shown(alone)
    assert [r.verdict for r in alone.results] == [Verdict.VERIFIED, *[Verdict.ERROR] * 3]


def test_a_worker_that_is_killed_ends_the_run_in_a_report(claim_file: ClaimFile, run: Run) -> None:
    killing = "CHECKS = [mean(sample=lambda setting, rngs: os._exit(9))]"
    with executor(2) as workers:
        outcome = run(claim_file("c", killing), claim_file("good", TRUE), executor=workers, jobs=2)
    result, good = outcome.results
    assert (result.verdict, good.verdict) == (Verdict.ERROR, Verdict.VERIFIED)
    assert not outcome.interrupted
    assert result.evidence[0].detail.startswith("WorkerLost: its process ended with exit code 9, twice")
