"""Experiments are shown apart from claims, have no rivals, and never change what is said of the claims."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest

from reports import html, json_report, junit, markdown
from reports.summary import headline, reasons
from verify.model import Config, Experiment, Source, Verdict

if TYPE_CHECKING:
    from tests.reports.conftest import Factory
    from verify.model import Result


@pytest.fixture
def experiment(make: Factory) -> Result:
    shown = make.evidence("curves", kind="Measurement", verdict=Verdict.MEASURED, margin=None)
    noun = Experiment(
        id="figure_1", title="Training curves", summary="They coincide.", source=Source("E", "Figure 1"),
        checks=(make.check("curves", "Measurement"),),
    )  # fmt: skip
    return make.result(noun, evidence=(shown,))


def test_it_is_measured_and_needs_no_excuse(experiment: Result) -> None:
    assert experiment.verdict is Verdict.MEASURED
    assert reasons(experiment) == []


def test_the_headline_speaks_of_claims_unless_an_experiment_broke(make: Factory, experiment: Result) -> None:
    assert headline(make.outcome(make.result(), experiment)) == headline(make.outcome(make.result()))
    assert headline(make.outcome(experiment)) == "1 experiment, nothing judged"
    broken = make.result(experiment.claim, evidence=(make.evidence("curves", verdict=Verdict.ERROR),))
    assert headline(make.outcome(make.result(), broken)) == "The experiment 'Training curves' broke down"


def test_every_report_shows_it_apart(make: Factory, experiment: Result, run: dict[str, Any]) -> None:
    outcome, config = make.outcome(experiment, make.result()), Config()
    page = html.render(outcome, config, run)
    assert page.index("The experiments") > page.index("The claims")
    assert page.index('id="claim-figure_1"') > page.index('id="claim-theorem_1"')  # whatever the order of the run
    section = page[page.index('id="claim-figure_1"') :]
    assert "What was measured" in section
    assert "No rival was tried" not in section
    text = markdown.render(outcome, config, run)
    assert text.index("Experiments:") > text.index("| claim |")
    suites = ElementTree.fromstring(junit.render(outcome, config, run))
    assert suites.get("failures") == suites.get("skipped") == suites.get("errors") == "0"
    assert '"verdict": "MEASURED"' in json_report.render(outcome, config, run)
