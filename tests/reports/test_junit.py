"""JUnit: a case for each line and rival, and never green where the claim is not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest

from reports import junit
from verify.model import Verdict

if TYPE_CHECKING:
    from tests.reports.conftest import Factory
    from verify.model import Config
    from verify.pipeline import Outcome


@pytest.fixture
def suites(everything: Outcome, config: Config, run: dict[str, Any]) -> ElementTree.Element:
    return ElementTree.fromstring(junit.render(everything, config, run))


def test_a_suite_a_claim_and_a_case_a_line_and_rival(suites: ElementTree.Element, everything: Outcome) -> None:
    assert [suite.attrib["name"] for suite in suites] == [result.claim.id for result in everything.results]
    for suite, result in zip(suites, everything.results, strict=True):
        cases = suite.findall("testcase")
        assert len(cases) == len(result.evidence) + len(result.controls)
        assert suite.attrib["tests"] == str(len(cases))
        names = [(case.attrib["classname"], case.attrib["name"]) for case in cases]
        assert len(set(names)) == len(names)
        assert suite.attrib["timestamp"] == "2024-03-01T12:00:00"
    assert suites.attrib["tests"] == str(52 + 6)


def test_counts_agree_with_the_cases(suites: ElementTree.Element) -> None:
    for element in (suites, *suites):
        for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert element.attrib[attribute] == str(len(list(element.iter(tag)))), attribute
    counts = {name: suites.attrib[name] for name in ("failures", "errors", "skipped")}
    # refuted 2, inconclusive 1, rival undecided 1; error 1, rival accepted 1; line and rival not run
    assert counts == {"failures": "4", "errors": "2", "skipped": "2"}


@pytest.mark.parametrize(
    ("verdict", "line", "rival"),
    [
        (Verdict.VERIFIED, None, ("error", "ERROR")),
        (Verdict.REFUTED, ("failure", "REFUTED"), None),
        (Verdict.INCONCLUSIVE, ("failure", "INCONCLUSIVE"), ("failure", "POWERLESS")),
        (Verdict.POWERLESS, ("failure", "POWERLESS"), ("failure", "POWERLESS")),
        (Verdict.ERROR, ("error", "ERROR"), ("error", "ERROR")),
        (Verdict.NOT_RUN, ("skipped", None), ("skipped", None)),
    ],
)
def test_what_a_verdict_becomes(
    *,
    make: Factory,
    config: Config,
    run: dict[str, Any],
    verdict: Verdict,
    line: tuple[str, str | None] | None,
    rival: tuple[str, str | None] | None,
) -> None:
    result = make.result(evidence=(make.evidence(verdict=verdict),), controls=(make.control("r", "c", verdict),))
    (suite,) = ElementTree.fromstring(junit.render(make.outcome(result), config, run))
    for case, expected in zip(suite.findall("testcase"), (line, rival), strict=True):
        found = [(child.tag, child.attrib.get("type")) for child in case]
        assert found == ([expected] if expected else [])
    assert {p.attrib["name"]: p.attrib["value"] for p in suite.iter("property")} == {
        "profile": "quick", "seed": "7", "verdict": result.verdict.name,
    }  # fmt: skip


def test_failures_say_what_was_seen(suites: ElementTree.Element) -> None:
    (failure,) = [f for f in suites.iter("failure") if f.text and "4.9 in" in f.text]
    assert failure.attrib["message"] == "✗ refuted"
    assert failure.text == "null: E Θ_44 = 6\n4.9 in [4.7, 5.1] against 6"
    (accepted,) = [e for e in suites.iter("error") if e.text and "accepted" in e.text]
    assert "why transposed is false" in str(accepted.text)


def test_a_claim_that_fails_beside_its_lines_is_not_green(make: Factory, config: Config, run: dict[str, Any]) -> None:
    broken = make.result(verdict=Verdict.ERROR, not_shown=("the derivation failed: ValueError: no",))
    stopped = make.result(verdict=Verdict.NOT_RUN)
    empty = make.result(evidence=())
    outcome = replace(make.outcome(broken, stopped, empty), interrupted=True)
    suites = ElementTree.fromstring(junit.render(outcome, config, run))
    extra = [suite.findall("testcase")[-1] for suite in suites]
    assert [case.attrib["name"] for case in extra] == ["the claim"] * 3
    assert [case[0].tag for case in extra] == ["error", "skipped", "skipped"]
    assert "the derivation failed" in str(extra[0][0].text)
