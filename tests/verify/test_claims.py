"""The contract of every claim of the registry: a claim that is added tomorrow is tested by this file as it is."""

from __future__ import annotations

import dataclasses
import functools
import graphlib
import pickle
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.verify.claims.judging import Judge
from verify import pipeline, registry, tasks
from verify.model import PROFILES, Claim, Config, Experiment, Family, Verdict
from verify.scheduler import Request
from verify.statistics.budget import ALPHA, MAX_LINES

ALL = registry.references()
EXPERIMENTS = {name: registry.load(reference) for name, reference in ALL.items() if ".experiments." in reference}
REFERENCES = {name: reference for name, reference in ALL.items() if name not in EXPERIMENTS}
ROOT = Path(registry.__file__).resolve().parents[1]
EXACT = ("Proof", "Agreement")  # kinds without an error rate
each_claim = pytest.mark.parametrize("name", REFERENCES)
each_profile = pytest.mark.parametrize("profile", PROFILES)
CLAIMS = {name: registry.load(reference) for name, reference in REFERENCES.items()}
CONTROLS = [(name, control.name) for name, claim in CLAIMS.items() for control in claim.controls]
CHECKS = [(name, check.name) for name, claim in CLAIMS.items() for check in claim.checks]


@functools.cache
def planned(name: str, profile: str) -> dict[Request, tuple[Family, ...]]:
    """The families of all checks and rivals of a claim."""
    return {
        request: tasks.plan(REFERENCES[name], request.check, request.control, Config(profile=profile))
        for request in pipeline.requests_of(CLAIMS[name])
    }


def families(name: str, profile: str) -> list[Family]:
    return [family for found in planned(name, profile).values() for family in found]


# --- what is said ---


@each_claim
def test_a_claim_says_what_it_claims_in_latex_in_plain_text_and_in_words(name: str) -> None:
    claim = CLAIMS[name]
    texts = [claim.title, claim.statement, claim.plain, claim.summary, claim.source.paper, claim.source.item]
    assert all(text.strip() == text and text for text in texts)
    assert claim.statement.count("{") == claim.statement.count("}")
    assert "\\" not in claim.plain + claim.summary + claim.title
    assert claim.summary.endswith(".")
    assert claim.assumptions


@each_claim
def test_a_claim_names_its_rivals_and_why_they_are_false(name: str) -> None:
    for control in CLAIMS[name].controls:
        assert control.name.strip()
        assert control.why.strip()
        fields = {field.name for field in dataclasses.fields(CLAIMS[name].check(control.check))}  # type: ignore[arg-type]
        assert set(control.replace) <= fields - {"name"}


@each_claim
def test_every_check_is_refuted_by_a_rival(name: str) -> None:
    assert {check.name for check in CLAIMS[name].checks} == {control.check for control in CLAIMS[name].controls}


@functools.cache
def stated(name: str, check: str) -> tuple[str, ...]:
    """The labels of what a proof states."""
    proof: Any = CLAIMS[name].check(check)
    return tuple(statement.label for statement in proof.prove())


def without_ground(claim: Claim, check: str, labels: Sequence[str]) -> list[str]:
    """What is wrong with the rivals of a proof that states `labels`: none, or one that falls elsewhere."""
    rivals = [control for control in claim.controls if control.check == check]
    foreign = [f"{rival.name}: {rival.line}" for rival in rivals if rival.line not in labels]
    return foreign if rivals else ["no rival"]


PROOFS = [(name, check) for name, check in CHECKS if CLAIMS[name].check(check).kind == "Proof"]
OF_PROOFS = [
    (name, control.name)
    for name, claim in CLAIMS.items()
    for control in claim.controls
    if (name, control.check) in PROOFS
]


@pytest.mark.parametrize(("name", "check"), PROOFS)
def test_a_rival_of_a_proof_falls_at_a_line_that_the_proof_has(name: str, check: str) -> None:
    """A rival with lines of its own falls whatever the proof states, be it nothing at all."""
    assert without_ground(CLAIMS[name], check, stated(name, check)) == []
    assert len(set(stated(name, check))) == len(stated(name, check))


@pytest.mark.parametrize(("name", "check"), PROOFS)
def test_a_proof_of_something_trivial_in_its_place_would_be_found_out(name: str, check: str) -> None:
    assert without_ground(CLAIMS[name], check, ["nothing at all"]) != []


@pytest.mark.parametrize(("name", "control"), OF_PROOFS)
def test_a_rival_of_a_proof_changes_an_ingredient_of_the_proof_itself(name: str, control: str) -> None:
    """Its statements are those of the proof, label by label, up to the one that must fall."""
    rival = next(found for found in CLAIMS[name].controls if found.name == control)
    labels = []
    for statement in rival.replace["prove"]():
        labels.append(statement.label)
        if statement.label == rival.line:
            break
    assert labels == list(stated(name, rival.check)[: len(labels)])
    assert labels[-1] == rival.line


def test_claims_rest_on_claims_that_exist_and_never_on_each_other() -> None:
    uses = {name: claim.uses for name, claim in CLAIMS.items()}
    assert {used for several in uses.values() for used in several} <= set(CLAIMS)
    assert set(graphlib.TopologicalSorter(uses).static_order()) == set(CLAIMS)


@each_claim
def test_a_claim_is_derived_and_its_figures_have_their_curves(name: str) -> None:
    story = tasks.tell(REFERENCES[name], watchdog=120.0)
    assert story.steps
    assert all(step.text and bool(step.latex) == bool(step.plain) for step in story.steps)
    assert any(step.latex for step in story.steps)
    assert all("\\" not in step.plain for step in story.steps)
    assert all(finding.text and finding.counterexample for finding in story.findings)
    assert len(story.curves) == len(CLAIMS[name].figures)
    assert all(len(curve.x) == len(curve.y) > 1 for curves in story.curves for curve in curves)


@pytest.mark.parametrize("name", REFERENCES)
def test_figures_draw_coordinates_that_their_lines_have(name: str) -> None:
    for figure in CLAIMS[name].figures:
        wanted = {figure.x, figure.series} - {None, "line"}
        found = planned(name, "quick")[Request(name, figure.check)]
        if found[0].kind not in EXACT:  # the comparisons of an exact check name theirs when they are made
            assert any(wanted <= set(line.at) for family in found for line in family.lines), figure.title


def test_reading_the_claims_loads_neither_numpy_nor_sympy() -> None:
    code = (
        "import sys; from verify import registry;"
        "[registry.load(reference) for reference in registry.references().values()];"
        "print(*sorted({'numpy', 'scipy', 'sympy', 'mpmath', 'flint', 'symbolic', 'numeric'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


# --- what is planned ---


@each_profile
@each_claim
def test_lines_are_told_apart_and_have_the_error_rate_of_their_kind(name: str, profile: str) -> None:
    for family in families(name, profile):
        labels = [line.label for line in family.lines]
        assert len(set(labels)) == len(labels) > 0
        assert {line.alpha for line in family.lines} == {0.0 if family.kind in EXACT else ALPHA}
        assert all(line.null and line.resolution_text for line in family.lines)
        assert all(line.draws in family.looks for line in family.lines)
        assert list(family.looks) == sorted(set(family.looks))


@each_profile
@each_claim
def test_no_two_families_share_a_stream(name: str, profile: str) -> None:
    keys = [family.key for family in families(name, profile)]
    assert len(set(keys)) == len(keys)


@each_profile
def test_all_claims_together_are_within_the_error_budget(profile: str) -> None:
    lines = [line for name in CLAIMS for family in families(name, profile) for line in family.lines if line.alpha > 0]
    assert 0 < len(lines) <= MAX_LINES


@each_profile
@pytest.mark.parametrize(("name", "control"), CONTROLS)
def test_a_rival_is_asked_at_one_line_of_one_setting(name: str, control: str, profile: str) -> None:
    rival = next(found for found in CLAIMS[name].controls if found.name == control)
    (family,) = planned(name, profile)[Request(name, rival.check, control)]
    (line,) = family.lines
    assert rival.line in {line.label, line.facts.get("only")}


@pytest.mark.parametrize(("name", "control"), CONTROLS)
def test_a_rival_has_the_error_rate_of_the_line_that_it_denies_and_its_draws_where_they_share_the_setting(
    name: str, control: str
) -> None:
    rival = next(found for found in CLAIMS[name].controls if found.name == control)
    (family,) = planned(name, "standard")[Request(name, rival.check, control)]
    own = {found.setting.label: found for found in planned(name, "standard")[Request(name, rival.check)]}
    assert all(line.alpha == family.lines[0].alpha for found in own.values() for line in found.lines)
    twin = own.get(family.setting.label)
    if twin is not None and not {"lines", "settings"} & set(rival.replace):
        assert family.looks == twin.looks


@each_claim
def test_profiles_differ_in_resolution_and_draws_alone(name: str) -> None:
    quick, standard, full = (families(name, profile) for profile in PROFILES)
    for coarse, usual, fine in zip(quick, standard, full, strict=True):
        assert coarse.key == usual.key == fine.key
        for a, b, c in zip(coarse.lines, usual.lines, fine.lines, strict=True):
            assert (
                (a.label, a.null, a.alpha, a.facts)
                == (b.label, b.null, b.alpha, b.facts)
                == (c.label, c.null, c.alpha, c.facts)
            )
            assert a.draws <= b.draws <= c.draws
            assert a.resolution is b.resolution is c.resolution is None or a.resolution >= b.resolution >= c.resolution


@each_claim
def test_plans_are_data_that_cross_to_another_process(name: str) -> None:
    for family in families(name, "quick"):
        assert pickle.loads(pickle.dumps(family)) == family


# --- what is found ---


def has_draws(claim: Claim, check: str) -> bool:
    """Whether the quick profile judges the check in any of its settings."""
    profiles = getattr(claim.check(check), "profiles", {})
    settings = getattr(claim.check(check), "settings", (None,))
    return any("quick" in profiles.get(setting, PROFILES) for setting in settings)


JUDGES = {name: Judge(reference) for name, reference in REFERENCES.items()}


@pytest.mark.parametrize(("name", "check"), [(name, check) for name, check in CHECKS if has_draws(CLAIMS[name], check)])
def test_a_check_holds(name: str, check: str) -> None:
    assert JUDGES[name].verdict(check) is Verdict.VERIFIED


@pytest.mark.parametrize(("name", "control"), CONTROLS)
def test_a_rival_falls_where_it_must(name: str, control: str) -> None:
    JUDGES[name].assert_falls(next(found for found in CLAIMS[name].controls if found.name == control))


OF_AGREEMENTS = [
    (name, control.name)
    for name, claim in CLAIMS.items()
    for control in claim.controls
    if claim.check(control.check).kind == "Agreement"
]


def seeds_of(family: Family) -> range:
    """As many as 0.4 s pay for by the declared cost, at least 8 and at most 100: cheap rivals are asked more often."""
    return range(1, 1 + min(100, max(8, int(4e5 / family.microseconds))))


@pytest.mark.parametrize(("name", "control"), OF_AGREEMENTS)
def test_a_rival_that_is_computed_falls_at_any_seed(name: str, control: str) -> None:
    """An agreement has no error rate: a rival that is true in one of the cases that it may draw ends a run in ERROR."""
    judge = JUDGES[name]
    rival = next(found for found in CLAIMS[name].controls if found.name == control)
    (family,) = planned(name, "quick")[Request(name, rival.check, control)]
    verdicts = {seed: judge.judged(family, seed)[0].verdict for seed in seeds_of(family)}
    assert {seed for seed, verdict in verdicts.items() if verdict is not Verdict.REFUTED} == set()


def test_the_registry_has_claims() -> None:
    assert len(CLAIMS) >= 4
    assert all(type(claim) is Claim for claim in CLAIMS.values())


# --- experiments ---


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_an_experiment_says_what_it_shows_and_draws_it(name: str) -> None:
    experiment = EXPERIMENTS[name]
    assert type(experiment) is Experiment
    assert experiment.title
    assert experiment.summary.endswith(".")
    assert {figure.check for figure in experiment.figures} == {check.name for check in experiment.checks}
    story = tasks.tell(ALL[name], watchdog=120.0)
    assert len(story.curves) == len(experiment.figures)
    assert all(len(curve.x) == len(curve.y) > 1 for curves in story.curves for curve in curves)


@each_profile
@pytest.mark.parametrize("name", EXPERIMENTS)
def test_an_experiment_spends_no_error_rate_and_its_lines_have_the_coordinates_of_its_figures(
    name: str, profile: str
) -> None:
    for check in EXPERIMENTS[name].checks:
        found = tasks.plan(ALL[name], check.name, None, Config(profile=profile))
        assert all(line.alpha == 0.0 for family in found for line in family.lines)
        assert pickle.loads(pickle.dumps(found)) == found
        for figure in EXPERIMENTS[name].figures:
            wanted = {figure.x, figure.series} - {None, "line"}
            if figure.check == check.name:
                assert all(wanted <= set(line.at) for family in found for line in family.lines)
