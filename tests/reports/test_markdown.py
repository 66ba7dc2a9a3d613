"""report.md: the summary that a forge shows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from reports import markdown

if TYPE_CHECKING:
    from tests.reports.conftest import Factory
    from verify.model import Config
    from verify.pipeline import Outcome


@pytest.fixture
def text(everything: Outcome, config: Config, run: dict[str, Any]) -> str:
    return markdown.render(everything, config, run)


def test_headline_facts_and_summary_table(text: str) -> None:
    lines = text.splitlines()
    assert lines[0] == "# Verification report: The verification is broken for 1 of 6 claims"
    assert lines[2].startswith("Profile `quick`, seed 7, 1 min 15 s, finished 2024-03-01T12:01:15+00:00, commit `0123")
    assert lines[4] == "| claim | source | verdict | with all it uses | lines | rivals that fell |"
    assert r"| The factors decay | \[E\] Theorem 1, (20) | ? inconclusive | ✗ refuted | 1 | 0 of 0 |" in lines


def test_findings_come_before_the_claims(text: str) -> None:
    assert text.index("## Findings about the papers") < text.index("## ✓ Grams can be drawn")
    assert "small lags. (The factors decay)  \n  *Counterexample:* ν\\_W = 9/10: ρ\\_0 = 2 &lt; ρ\\_1 = 2.8\n" in text
    assert "- A second one. (The factors decay)" in text


def test_only_lines_and_rivals_that_are_not_as_they_should_be(text: str) -> None:
    sections = {part.split("\n", 1)[0]: part for part in text.split("\n## ")}
    verified = sections["✓ Grams can be drawn without W"]
    assert "| check |" not in verified
    assert "31 lines: 31 verified; 2 of 2 rivals fell." in verified
    refuted = sections[r"✗ The kernel tends to ρ\_j"]
    assert refuted.count("| small widths |") == 1
    assert r"| small widths | n=8, T=5 | Θ\_44 | ✗ refuted | 4.9 in \[4.7, 5.1\] against 6 |" in refuted
    assert "15 lines: 1 refuted, 14 verified" in refuted
    undecided = sections["? The factors decay"]
    assert r"| Θ\_11 | ? inconclusive | 2000 draws more would decide |" in undecided
    assert r"| Θ\_11 | – not run | beyond quick |" in sections["– Not looked at"]
    weak = sections["○ A weak check"]
    assert "| nearly the same | small widths | ○ survived undecided | why nearly the same is false |" in weak
    assert "Not shown:\n\n- Θ\\_11: beyond quick" in sections["– Not looked at"]
    assert "Replay: `python -m verify run weak --profile quick --seed 7`" in weak


def test_tables_have_as_many_cells_as_headers(text: str) -> None:
    width = 0
    for before, line in zip(["", *text.splitlines()], text.splitlines(), strict=False):
        if line.startswith("|"):
            cells = line.replace("\\|", "").count("|")
            assert not before.startswith("|") or cells == width
            width = cells


def test_partial_and_empty(make: Factory, everything: Outcome, config: Config, run: dict[str, Any]) -> None:
    partial = markdown.render(replace(everything, interrupted=True), config, run)
    assert partial.startswith("# Verification report: Partial: the run was interrupted. So far: the verification")
    assert markdown.render(make.outcome(), config, run).startswith("# Verification report: Nothing was judged")
