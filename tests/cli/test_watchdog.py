"""A claim that hangs ends in ERROR and takes no other with it, wherever it hangs and however deeply."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Workplace

SLEEP = "time.sleep(600)"
IN_C = "sum(range(10**15))"  # no handler of a signal has its turn before it ends
BLOCKED = "import signal; signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals()); time.sleep(600)"
ENDED = "WatchdogError: the task was still running after 2 s of wall clock"


def hanging(workplace: Workplace, name: str, place: str, how: str) -> str:
    """A slow claim that hangs in its plan, its sampler, its judge or its derivation."""
    path = workplace.slow(name, seconds=0.001)
    text = (workplace.path / path).read_text().replace("(Setting(n=1), Setting(n=2))", "(Setting(n=1),)")
    text = {
        "plan": text.replace("    from verify.statistics.laws", f"    {how}\n    from verify.statistics.laws"),
        "sample": text.replace("    import numpy as np\n", f"    {how}\n    import numpy as np\n"),
        "judge": text.replace("CLAIM", f"class Slow(Law):\n    def judge(self, *given):\n        {how}\n\n\nCLAIM")
        .replace("        Law(\n", "        Slow(\n"),
        "derivation": text.replace("CLAIM = ", f"def derive():\n    {how}\n\n\nCLAIM = ")
        .replace("controls=(),", "controls=(), derivation=derive,"),
    }[place]  # fmt: skip
    return workplace.write(path, text)


def verdicts(workplace: Workplace) -> dict[str, tuple[str, str]]:
    """Claim → its verdict, and all that is said about it."""
    document: dict[str, Any] = json.loads((workplace.path / "verification-report" / "report.json").read_text())
    return {claim["id"]: (claim["verdict"], json.dumps(claim)) for claim in document["result"]["claims"]}


def test_wherever_a_claim_hangs_the_others_are_judged(workplace: Workplace) -> None:
    cases = [(place, how) for place in ("plan", "sample", "derivation") for how in (SLEEP, IN_C)]
    cases += [("sample", BLOCKED), ("judge", SLEEP)]
    paths = [hanging(workplace, f"bad{number}", *case) for number, case in enumerate(cases)]
    good = [workplace.slow("good", seconds=0.001), workplace.told("told")]
    done = workplace.run("run", *paths, *good, "--watchdog", "2", "--jobs", "6", "--format", "json")
    assert done.returncode == 4, done.stderr
    assert "Traceback" not in done.stderr
    found = verdicts(workplace)
    assert [found.pop(name)[0] for name in ("good", "told")] == ["VERIFIED"] * 2
    assert len(found) == len(cases)
    for (place, how), (verdict, said) in zip(cases, found.values(), strict=True):
        assert verdict == "ERROR", (place, how)
        assert ENDED in said, (place, how)
        assert ("its process was ended" in said) == (how != SLEEP), (place, how)


@pytest.mark.parametrize("how", [SLEEP, IN_C], ids=["sleeping", "in C"])
def test_a_file_that_hangs_while_it_is_loaded_is_named(workplace: Workplace, how: str) -> None:
    path = workplace.slow()
    workplace.write(path, f"import time\n{how}\n" + (workplace.path / path).read_text())
    done = workplace.run("run", path, "--watchdog", "0.5")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "slow.py cannot be imported (WatchdogError: the task was still running after 0.5 s" in done.stderr
    assert not (workplace.path / "verification-report").exists()


def test_a_plug_in_that_hangs_while_it_is_loaded_is_named(workplace: Workplace) -> None:
    workplace.write("stuck.py", "import time\ntime.sleep(600)\n")
    workplace.install("stuck")
    done = workplace.run("all", "--only", "stuck", "--watchdog", "0.5")
    assert done.returncode == 2
    assert "stuck cannot be imported (WatchdogError: the task was still running after 0.5 s" in done.stderr


def test_a_file_that_ends_its_process_while_it_is_loaded_is_named(workplace: Workplace) -> None:
    done = workplace.run("run", workplace.write("mine.py", "import os\nos._exit(0)\n"))
    assert done.returncode == 2
    assert "mine.py cannot be imported (WorkerLost: its process ended with exit code 0, twice" in done.stderr


def test_a_plan_that_hangs_is_said_by_the_command_that_shows_plans(workplace: Workplace) -> None:
    hanging(workplace, "bad", "plan", SLEEP)
    workplace.install("bad")
    done = workplace.run("plan", "--only", "bad", "--jobs", "1", "--watchdog", "0.5")
    assert done.returncode == 4
    assert done.stderr.count("\n") == 1
    assert "WatchdogError: the task was still running after 0.5 s" in done.stderr


def test_a_worker_killed_once_costs_nothing(workplace: Workplace) -> None:
    """As when the system runs out of memory: what was under way is drawn again, and the result is the same."""
    path = workplace.slow(seconds=0.001)
    first = "    if not Path('killed').exists():\n        Path('killed').touch()\n"
    fatal = f"{first}        __import__('os').kill(__import__('os').getpid(), 9)\n"
    text = (workplace.path / path).read_text()
    workplace.write(path, text.replace("    import numpy as np\n", f"    import numpy as np\n{fatal}"))
    results = []
    for _ in range(2):
        done = workplace.run("run", path, "--jobs", "2", "--format", "json")
        assert done.returncode == 0, done.stdout
        assert (workplace.path / "killed").exists()
        document = json.loads((workplace.path / "verification-report" / "report.json").read_text())
        results.append(json.dumps(document["result"], sort_keys=True))
    assert results[0] == results[1]
