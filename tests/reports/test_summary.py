"""The sentence on top, and why a claim is not verified."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reports import summary
from verify.model import Verdict

if TYPE_CHECKING:
    from tests.reports.conftest import Factory


@pytest.mark.parametrize(
    ("verdicts", "text"),
    [
        ("VERIFIED", "The one claim is verified"),
        ("VERIFIED VERIFIED", "All 2 claims are verified"),
        ("VERIFIED NOT_RUN", "1 of 2 claims is verified"),
        ("VERIFIED REFUTED", "1 of 2 claims is refuted"),
        ("REFUTED REFUTED", "All 2 claims are refuted"),
        ("REFUTED ERROR VERIFIED", "The verification is broken for 1 of 3 claims"),
        ("POWERLESS INCONCLUSIVE", "The checks of 1 of 2 claims are too weak to be believed"),
        ("INCONCLUSIVE", "The one claim is undecided"),
        ("NOT_RUN NOT_RUN", "Nothing was judged"),
        ("", "Nothing was judged"),
    ],
)
def test_headlines(make: Factory, verdicts: str, text: str) -> None:
    results = [make.result(make.claim(f"c{i}"), verdict=Verdict[name]) for i, name in enumerate(verdicts.split())]
    assert summary.headline(make.outcome(*results)) == text
    partial = summary.headline(make.outcome(*results, interrupted=True))
    assert partial == f"Partial: the run was interrupted. So far: {text[0].lower()}{text[1:]}"


def test_reasons_name_lines_rivals_and_what_lines_do_not_show(make: Factory) -> None:
    assert summary.reasons(make.result()) == []
    lines = [make.evidence(verdict=v) for v in (Verdict.REFUTED, Verdict.VERIFIED, Verdict.NOT_RUN)]
    rivals = [make.control(v.name, "small widths", v) for v in (Verdict.REFUTED, Verdict.VERIFIED, Verdict.NOT_RUN)]
    assert summary.reasons(make.result(evidence=lines, controls=rivals, not_shown=("other",))) == [
        "small widths, Θ_11 (n=8, T=5): refuted. 1.01 in [0.98, 1.04] against 1",
        "rival 'VERIFIED', aimed at small widths: was accepted",
    ]
    exact = make.exact("outputs", "Agreement", (), verdict=Verdict.ERROR, detail="")
    assert summary.reasons(make.result(evidence=(exact,))) == ["outputs: error."]
    failed = make.result(verdict=Verdict.ERROR, not_shown=("the derivation failed: ValueError: no",))
    assert summary.reasons(failed) == ["the derivation failed: ValueError: no"]
    both = make.result(evidence=lines[:1], verdict=Verdict.ERROR, not_shown=("the derivation failed",))
    assert [reason.split(" ")[0] for reason in summary.reasons(both)] == ["small", "the"]
    skipped = make.evidence(verdict=Verdict.NOT_RUN)
    assert summary.reasons(make.result(evidence=(skipped,), not_shown=("beyond quick",))) == ["beyond quick"]


def test_many_reasons_are_counted(make: Factory) -> None:
    lines = [make.evidence(verdict=Verdict.REFUTED) for _ in range(9)]
    found = summary.reasons(make.result(evidence=lines))
    assert len(found) == 7
    assert found[-1] == "and 3 more reasons in the claim's own section"
    assert summary.reasons(make.result(evidence=lines[:7]))[-1] == "and 1 more reason in the claim's own section"
    assert len(summary.reasons(make.result(evidence=lines[:6]))) == 6


def test_felled_counts_refuted_rivals_only(make: Factory) -> None:
    rivals = [make.control(verdict.name, "small widths", verdict) for verdict in set(Verdict) - {Verdict.MEASURED}]
    assert summary.felled(make.result(controls=rivals)) == 1
    assert summary.fallen([make.result(controls=rivals)]) == "1 of 6 rivals fell, 1 was not run"


@pytest.mark.parametrize(
    ("verdicts", "text"),
    [
        ("", ""),
        ("REFUTED", "1 of 1 rival fell"),
        ("REFUTED VERIFIED", "1 of 2 rivals fell"),
        ("NOT_RUN REFUTED NOT_RUN", "1 of 3 rivals fell, 2 were not run"),
    ],
)
def test_what_became_of_the_rivals_in_one_sentence(make: Factory, verdicts: str, text: str) -> None:
    rivals = [make.control(str(place), "small widths", Verdict[name]) for place, name in enumerate(verdicts.split())]
    assert summary.fallen([make.result(controls=[one]) for one in rivals]) == text
    assert summary.fallen([make.result(controls=rivals)]) == text
