"""`list`, `explain` and `plan` show what is claimed and what a run would do, and sample nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from verify import registry

if TYPE_CHECKING:
    from tests.cli.conftest import Workplace


def test_list_shows_every_claim_of_the_installation(workplace: Workplace) -> None:
    done = workplace.run("list")
    assert done.returncode == 0
    assert done.stderr == ""
    head, *lines = done.stdout.splitlines()
    assert head.split() == ["ID", "TITLE", "SOURCE", "CHECKS"]
    assert [line.split()[0] for line in lines] == list(registry.references())


def test_list_of_a_plug_in(workplace: Workplace) -> None:
    workplace.told("toy")
    workplace.slow("slow")
    workplace.install("toy", "slow")
    lines = {line.split()[0]: line for line in workplace.run("list").stdout.splitlines()}
    assert lines["toy"].split("  ")[-1].strip() == "Proof"
    assert "[Toys] (1)" in lines["toy"]
    assert "A slow toy" in lines["slow"]
    assert lines["slow"].split("  ")[-1].strip() == "Law"


def test_list_as_json(workplace: Workplace) -> None:
    workplace.told("toy", uses='("exact_sampler",)')
    workplace.install("toy")
    claims = {claim["id"]: claim for claim in json.loads(workplace.run("list", "--json").stdout)}
    assert claims["toy"] == {
        "id": "toy",
        "title": "A toy that is VERIFIED",
        "source": {"paper": "Toys", "item": "(1)"},
        "checks": [{"name": "sides", "kind": "Proof"}, {"name": "again", "kind": "Proof"}],
        "controls": ["one more", "one less"],
        "uses": ["exact_sampler"],
    }


def test_explain_tells_everything_the_claim_says(workplace: Workplace) -> None:
    done = workplace.run("explain", workplace.told("toy", uses='("exact_sampler",)'))
    assert done.returncode == 0
    assert done.stderr == ""
    for words in (
        "toy\nA toy that is VERIFIED\n[Toys] (1)\n",
        "STATEMENT\n  x = y for every x\n",
        "SUMMARY\n  Both sides are the same.",
        "ASSUMPTIONS\n  - x is a number\n",
        "RESTS ON\n  - exact_sampler\n",
        "DERIVATION\n  1. Add one to both sides.\n      x + 1 = y + 1\n",
        "CHECKS\n  - sides (Proof): both sides\n  - again (Proof): both sides once more\n",
        "CONTROLS\n  - one more: adds one\n      must be refuted by the check 'sides', line 'first'\n",
        "FINDINGS\n  - The paper\n    misprints y.\n      counterexample: x = 3\n",
        "NOT SHOWN\n  - the case of complex x\n",
    ):
        assert words in done.stdout, done.stdout


@pytest.mark.parametrize("columns", ["40", "72", "200"])
def test_explain_is_as_wide_as_the_terminal(workplace: Workplace, columns: str) -> None:
    path = workplace.told("toy")
    widths = [len(line) for line in workplace.run("explain", path, COLUMNS=columns).stdout.splitlines()]
    assert int(columns) - 12 < max(widths) <= int(columns)


def test_explain_derives(workplace: Workplace) -> None:
    assert "DERIVATION\n  1. " in workplace.run("explain", "prop_2_1a_same_map").stdout


def planned(workplace: Workplace, *flags: str) -> dict[str, object]:
    done = workplace.run("plan", "--json", "--jobs", "1", *flags)
    assert done.returncode == 0, done.stderr
    document: dict[str, object] = json.loads(done.stdout)
    return document


def test_plan_lists_every_line_before_anything_is_sampled(workplace: Workplace) -> None:
    workplace.told("toy")
    workplace.slow("slow")
    workplace.install("toy", "slow")
    only = ("--only", "toy", "--only", "slow")
    done = workplace.run("plan", "--jobs", "1", *only)
    assert done.returncode == 0, done.stderr
    assert not (workplace.path / "started").exists()
    assert list(workplace.path.glob("verification-report*")) == []
    head, *rest = done.stdout.splitlines()
    for word in ("CLAIM", "CHECK", "CONTROL", "SETTING", "LINE", "ALPHA", "DRAWS", "RESOLUTION", "CPU SECONDS"):
        assert word in head
    lines = rest[: rest.index("")]
    assert [line.split()[0] for line in lines] == ["slow"] * 2 + ["toy"] * 4
    assert "n=1" in lines[0]
    assert "2.4e-10" in lines[0]
    assert "sup-distance" in lines[0]
    assert "one more" in lines[4]
    totals = "\n".join(rest[len(lines) :])
    assert "lines          6, of which 2 are statistical" in totals
    assert "alpha in all   4.88e-10" in totals
    assert "CPU seconds" in totals


def test_plan_as_json_has_the_same_totals_as_its_lines(workplace: Workplace) -> None:
    workplace.slow("slow")
    workplace.install("slow")
    document = planned(workplace, "--only", "slow", "--only", "theorem_3_3b*", "--profile", "quick", "--seed", "9")
    lines, totals = document["lines"], document["totals"]
    assert isinstance(lines, list)
    assert isinstance(totals, dict)
    assert (document["profile"], document["seed"]) == ("quick", 9)
    assert totals["lines"] == len(lines) > 10
    assert totals["alpha"] == pytest.approx(sum(line["alpha"] for line in lines))
    costs = {line["family"]: line["family_cpu_seconds"] for line in lines}
    assert totals["cpu_seconds"] == pytest.approx(sum(costs.values()))
    slow = next(line for line in lines if line["claim"] == "slow")
    assert slow["draws"] == max(slow["family_looks"])
    assert slow["family_cpu_seconds"] == pytest.approx(slow["draws"] * 1e-2)


def test_plan_grows_with_the_profile(workplace: Workplace) -> None:
    costs = [planned(workplace, "--only", "exact_sampler", "--profile", name)["totals"] for name in ("quick", "full")]
    assert costs[0]["cpu_seconds"] < costs[1]["cpu_seconds"]  # type: ignore[index]


def test_a_family_that_is_skipped_costs_nothing(workplace: Workplace) -> None:
    workplace.told("toy", again="Later")
    workplace.install("toy")
    done = workplace.run("plan", "--jobs", "1", "--only", "toy")
    assert "not run: needs a GPU" in done.stdout
    assert "CPU seconds    2 at most" in done.stdout
