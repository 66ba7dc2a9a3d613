"""`calibrate` measures in a real process, writes its page, and says with its exit code when a rate is off."""

from __future__ import annotations

import dataclasses
import os
import signal
import time
from typing import TYPE_CHECKING

import pytest

from verify import calibration
from verify.cli.main import main

if TYPE_CHECKING:
    from tests.cli.conftest import Workplace

TRIALS = "100"


def test_the_command_prints_a_row_a_case_and_writes_the_page(workplace: Workplace) -> None:
    done = workplace.run("calibrate", "--trials", TRIALS, "--jobs", "1", "--write", "trust.md")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    head, *rows = done.stdout.splitlines()
    assert head.startswith("kind of check")
    assert len(rows) == len(calibration.CASES)
    assert all(row.rstrip().endswith("as it must") for row in rows)
    page = (workplace.path / "trust.md").read_text(encoding="utf-8")
    assert f"Written by `python -m verify calibrate --seed 0 --trials {TRIALS} --write trust.md`" in page
    table = [line for line in page.splitlines() if line.startswith("| ") and "as it must" in line]
    assert [cell.split(" | ")[0].removeprefix("| ") for cell in table] == [
        case.kind for case in calibration.CASES.values()
    ]
    again = workplace.run("calibrate", "--trials", TRIALS, "--jobs", "2", "--write", "trust.md")
    assert again.stdout == done.stdout  # another number of workers, the same counts
    assert (workplace.path / "trust.md").read_text(encoding="utf-8") == page


@pytest.mark.parametrize(("expect", "name"), [("alarmed", "law, true"), ("caught", "law, true"), ("quiet", "z-test")])
def test_a_rate_that_is_off_is_named_and_ends_with_4(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], expect: str, name: str
) -> None:
    """A true null among those that must be caught, and a z-test that passes for a sound check."""
    case = dataclasses.replace(calibration.CASES[name], expect=expect)
    monkeypatch.setattr(calibration, "CASES", {name: case})
    assert main(["calibrate", "--trials", "200", "--jobs", "1"]) == 4
    assert capsys.readouterr().out.splitlines()[-1].rstrip().endswith("WRONG")


def test_a_page_that_cannot_be_written_is_told_in_a_sentence(workplace: Workplace) -> None:
    done = workplace.run("calibrate", "--trials", TRIALS, "--jobs", "1", "--write", "no/such/place.md")
    assert done.returncode == 2
    assert "cannot write 'no/such/place.md'" in done.stderr
    assert "Traceback" not in done.stderr


def test_too_few_trials_are_refused(workplace: Workplace) -> None:
    done = workplace.run("calibrate", "--trials", "99")
    assert done.returncode == 2
    assert "99" in done.stderr


def test_interrupted_it_prints_no_rates(workplace: Workplace) -> None:
    process = workplace.start("calibrate", "--trials", "100000", "--jobs", "2")
    time.sleep(2.0)
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert out == ""
    assert "Traceback" not in err
