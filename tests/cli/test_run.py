"""`all` and `run`: verdicts, exit codes, the summary on stdout, the report on disk."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Workplace

FAST = ("--jobs", "1", "--format", "json")


def report(workplace: Workplace, out: str = "verification-report") -> dict[str, Any]:
    document: dict[str, Any] = json.loads((workplace.path / out / "report.json").read_text(encoding="utf-8"))
    return document


@pytest.mark.parametrize(
    ("verdict", "rival", "said", "code"),
    [
        ("VERIFIED", "REFUTED", "✓ VERIFIED", 0),
        ("REFUTED", "REFUTED", "✗ REFUTED", 1),
        ("INCONCLUSIVE", "REFUTED", "? INCONCLUSIVE", 3),
        ("VERIFIED", "INCONCLUSIVE", "○ POWERLESS", 3),
        ("VERIFIED", "VERIFIED", "! ERROR", 4),
        ("RAISES", "REFUTED", "! ERROR", 4),
    ],
)
def test_verdict_and_exit_code(workplace: Workplace, verdict: str, rival: str, said: str, code: int) -> None:
    done = workplace.run("run", workplace.told(verdict=verdict, rival=rival), *FAST)
    assert done.returncode == code, done.stderr
    first, *rest = done.stdout.splitlines()
    assert first.startswith(said)
    assert first.split()[2] == "toy"
    assert f"exit    {code}: " in rest[-1]
    assert "    finding: The paper misprints y. Counterexample: x = 3" in rest
    assert report(workplace)["result"]["exit_code"] == code


def test_the_worst_claim_decides_and_each_has_its_line(workplace: Workplace) -> None:
    paths = [workplace.told(name, verdict=verdict) for name, verdict in (("good", "VERIFIED"), ("bad", "REFUTED"))]
    done = workplace.run("run", *paths, *FAST)
    assert done.returncode == 1
    assert [line.split()[1:3] for line in done.stdout.splitlines() if line[0] in "✓✗"] == [
        ["VERIFIED", "good"],
        ["REFUTED", "bad"],
    ]


def test_strict_counts_what_was_not_run(workplace: Workplace) -> None:
    path = workplace.told(again="Later")
    lenient, strict = workplace.run("run", path, *FAST), workplace.run("run", path, *FAST, "--strict")
    assert (lenient.returncode, strict.returncode) == (0, 3)
    assert "--strict asks for everything" in strict.stdout
    skipped = report(workplace)["result"]["claims"][0]
    assert "needs a GPU" in json.dumps(skipped)


def test_nothing_judged_is_no_success(workplace: Workplace) -> None:
    done = workplace.run("run", workplace.told(sides="Later", again="Later"), *FAST)
    assert done.returncode == 5
    assert "– NOT RUN" in done.stdout
    assert "exit    5: nothing was judged" in done.stdout


def test_all_runs_what_the_patterns_match(workplace: Workplace) -> None:
    for name in ("toy_one", "toy_two", "other"):
        workplace.told(name)
    workplace.install("toy_one", "toy_two", "other")
    done = workplace.run("all", "--only", "toy_*", "--only", "oth[e]r", *FAST)
    assert done.returncode == 0, done.stderr
    assert [claim["id"] for claim in report(workplace)["result"]["claims"]] == ["other", "toy_one", "toy_two"]
    again = workplace.run("all", "--only", "toy_two", *FAST)
    assert again.returncode == 0, again.stderr
    assert [claim["id"] for claim in report(workplace)["result"]["claims"]] == ["toy_two"]


def test_one_check_runs_with_its_controls(workplace: Workplace) -> None:
    workplace.told()
    workplace.install("toy")
    done = workplace.run("run", "toy:again", *FAST)
    assert done.returncode == 0, done.stderr
    claim = report(workplace)["result"]["claims"][0]
    assert {item["check"] for item in claim["evidence"]} == {"again"}
    assert [control["name"] for control in claim["controls"]] == ["one less"]


def test_defaults_two_processes_and_all_formats(workplace: Workplace) -> None:
    done = workplace.run("run", workplace.told(), "--jobs", "2")
    assert done.returncode == 0, done.stderr
    written = {path.name for path in (workplace.path / "verification-report").iterdir()}
    assert written >= {"report.html", "report.json", "junit.xml", "report.md", "results.sqlite"}
    assert "seed    0" in done.stdout.splitlines()
    assert "report  verification-report/report.html, verification-report/report.json" in done.stdout
    assert "profile standard" in done.stdout


def test_a_random_seed_is_printed_and_can_be_replayed(workplace: Workplace) -> None:
    path = workplace.told()
    done = workplace.run("run", path, *FAST, "--seed", "random")
    seed = re.search(r"^seed    (\d+), drawn at random: repeat with --seed \1$", done.stdout, re.MULTILINE)
    assert seed, done.stdout
    assert f"the seed drawn is {seed[1]}" in done.stderr
    first = report(workplace)
    assert first["result"]["seed"] == int(seed[1])
    assert first["run"]["arguments"] == ["run", path, "--profile", "standard", "--seed", seed[1]]
    workplace.run(*first["run"]["arguments"], *FAST)
    assert report(workplace)["result"] == first["result"]


def test_what_a_claim_rests_on_is_told_apart(workplace: Workplace) -> None:
    done = workplace.run("run", workplace.told(uses='("exact_sampler",)'), *FAST)
    assert done.returncode == 0
    assert "(with all that it rests on: not run)" in done.stdout


def test_out_is_made_with_its_parents(workplace: Workplace) -> None:
    assert workplace.run("run", workplace.told(), *FAST, "--out", "a/b/c").returncode == 0
    assert report(workplace, "a/b/c")


def test_a_worker_that_is_killed_is_an_error_and_not_the_end(workplace: Workplace) -> None:
    path = workplace.slow(seconds=0.01)
    text = (workplace.path / "slow.py").read_text().replace("Setting(n=2))", "*(Setting(n=n) for n in range(2, 9)))")
    fatal = "import os, signal\n\n    setting['n'] == 2 and os.kill(os.getpid(), signal.SIGKILL)\n    time.sleep("
    workplace.write("slow.py", text.replace("time.sleep(", fatal))
    done = workplace.run("run", path, "--jobs", "2", "--format", "json")
    assert done.returncode == 4, done.stderr
    assert "Traceback" not in done.stderr
    assert "WorkerLost: its process ended with SIGKILL, twice" in done.stdout
    result = report(workplace)["result"]
    assert result["verdict"] == "ERROR"
    fates = {item["setting"]: item["verdict"] for item in result["claims"][0]["evidence"]}
    assert fates.pop("n=2") == "ERROR"
    assert set(fates.values()) == {"VERIFIED"}  # one bad line takes no other with it


def test_a_check_that_fails_in_every_task_is_one_error(workplace: Workplace) -> None:
    path = workplace.slow()
    text = (workplace.path / path).read_text().replace("(Setting(n=1), Setting(n=2))", "(Setting(n=1),)")
    workplace.write(path, text.replace("    time.sleep(", "    raise RuntimeError('no luck') #"))
    done = workplace.run("run", path, "--jobs", "2", "--format", "json")
    assert done.returncode == 4, done.stderr
    assert "unexpected" not in done.stderr
    assert "RuntimeError: no luck" in done.stdout
    assert len(report(workplace)["result"]["claims"][0]["evidence"]) == 1


def test_a_report_that_cannot_be_written_loses_no_results(workplace: Workplace) -> None:
    (workplace.path / "here" / "report.json").mkdir(parents=True)
    done = workplace.run("run", workplace.told(), *FAST, "--out", "here")
    assert done.returncode == 4
    assert done.stderr.splitlines()[-1].startswith("verify: cannot write the report to here")
    assert "--resume" in done.stderr
    assert "Traceback" not in done.stderr
    assert workplace.chunks("here") == 4
