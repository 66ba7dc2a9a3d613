"""Progress is on stderr: a bar on a terminal, plain lines elsewhere, silence with --quiet; NO_COLOR means no colour."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from verify.cli.progress import Lines, Reporter
from verify.cli.tally import Tally
from verify.model import Family, Line, Setting

if TYPE_CHECKING:
    from tests.cli.conftest import Workplace

CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
COLOUR = re.compile(r"\x1b\[(?:\d+;)*[349]\d(?:;\d+)*m")
FAST = ("--jobs", "1", "--format", "json")


def on_terminal(workplace: Workplace, stream: str, *arguments: str, **variables: str) -> str:
    """What a terminal sees of one stream."""
    pty = pytest.importorskip("pty", reason="needs a terminal")
    ours, theirs = pty.openpty()
    variables = {"TERM": "xterm-256color", "COLUMNS": "100", **variables}
    process = workplace.start(*arguments, variables=variables, **{stream: theirs})
    os.close(theirs)
    seen = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # the other side is closed
            break
        if not part:
            break
        seen += part
    os.close(ours)
    assert process.wait(timeout=60) == 0
    return seen.decode()


def test_a_terminal_gets_a_bar_with_claim_check_draws_and_time(workplace: Workplace) -> None:
    seen = on_terminal(workplace, "stderr", "run", workplace.slow(seconds=0.05), *FAST)
    assert "\x1b[?25l" in seen  # hidden, and shown again
    assert seen.rindex("\x1b[?25h") > seen.rindex("\x1b[?25l")
    assert "━" in seen
    assert COLOUR.search(seen)
    assert re.search(
        r"slow · law.*\d+% [\d,]+ draws so far, at most about \d+ s left", COLOUR.sub("", seen).replace("\x1b[0m", "")
    )


def test_no_color_takes_the_colours_from_the_bar(workplace: Workplace) -> None:
    seen = on_terminal(workplace, "stderr", "run", workplace.slow(seconds=0.05), *FAST, NO_COLOR="1")
    assert "━" in seen
    assert not COLOUR.search(seen)


def test_a_dumb_terminal_gets_plain_lines(workplace: Workplace) -> None:
    seen = on_terminal(workplace, "stderr", "run", workplace.told(), *FAST, TERM="dumb")
    assert not CONTROL.search(seen.replace("\r\n", "\n"))
    assert "toy finished" in seen


def test_elsewhere_there_are_plain_lines(workplace: Workplace) -> None:
    done = workplace.run("run", workplace.told("one"), workplace.told("two"), *FAST)
    assert not CONTROL.search(done.stderr)
    assert sorted(line.split()[1:3] for line in done.stderr.splitlines()) == [
        ["one", "finished,"],
        ["two", "finished,"],
    ]


def test_quiet_is_silent(workplace: Workplace) -> None:
    done = workplace.run("run", workplace.told(), *FAST, "--quiet", "--seed", "random", "--out", "new")
    assert done.stderr == ""
    assert "✓ VERIFIED" in done.stdout
    assert on_terminal(workplace, "stderr", "run", "./toy.py", *FAST, "--quiet") == ""


def test_the_summary_is_coloured_on_a_terminal_alone(workplace: Workplace) -> None:
    arguments = ("run", workplace.told(), *FAST, "--quiet")
    assert COLOUR.search(on_terminal(workplace, "stdout", *arguments))
    assert not CONTROL.search(on_terminal(workplace, "stdout", *arguments, NO_COLOR="1").replace("\r\n", "\n"))
    assert not CONTROL.search(workplace.run(*arguments).stdout)


def family(claim: str, check: str, *, draws: int = 100, control: str | None = None, skip: str = "") -> Family:
    """A family of ten milliseconds a draw."""
    lines = (Line(label="x", null="x"),)
    return Family(claim=claim, check=check, control=control, kind="Law", setting=Setting(n=1), lines=lines,
                  looks=(draws // 4, draws), microseconds=1e4, skip=skip)  # fmt: skip


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_time_left_is_cost_at_the_pace_of_late() -> None:
    clock = Clock()
    first, second = family("a", "one"), family("a", "two", draws=300)
    tally = Tally([("a", "one", None), ("a", "two", None)], jobs=2, clock=clock)
    assert tally.planning
    tally.planned(first)
    tally.planned(second)
    assert not tally.planning
    assert tally.left == pytest.approx(4.0 / 2)  # four CPU seconds on two processes, before anything is measured
    clock.now = 10.0
    tally.drew(first, 50)
    assert tally.left == pytest.approx(3.5 / 0.05)  # half a second's worth took ten seconds
    assert tally.share == pytest.approx(0.5 / 4.0)
    clock.now = 60.0
    tally.drew(first, 25)
    clock.now = 70.0
    tally.drew(first, 25)
    assert tally.left == pytest.approx(3.0 / 0.025)  # what was long ago is forgotten
    tally.finished(first)
    tally.finished(second)  # decided early
    assert (tally.left, tally.share, tally.draws) == (0.0, 1.0, 100)


def test_a_claim_is_complete_when_all_its_checks_and_controls_are() -> None:
    tally = Tally([("a", "one", None), ("a", "one", "rival"), ("b", "one", None)], jobs=1)
    plain, rival = family("a", "one"), family("a", "one", control="rival")
    tally.planned(plain)
    tally.finished(plain)
    assert not tally.is_complete("a")
    tally.planned(rival)
    assert not tally.is_complete("a")
    tally.finished(rival)
    assert tally.is_complete("a")
    assert not tally.is_complete("b")


def test_what_is_skipped_takes_no_time() -> None:
    tally = Tally([("a", "one", None)], jobs=1)
    tally.planned(family("a", "one", skip="no data"))
    assert tally.left == 0.0


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Callable[[], list[str]]:
    return lambda: capsys.readouterr().err.splitlines()


def test_plain_lines_come_every_ten_seconds_at_most(lines: Callable[[], list[str]]) -> None:
    clock = Clock()
    law = family("a", "law", draws=4000)
    reporter: Any = Reporter(Tally([("a", "law", None), ("b", "law", None)], jobs=1, clock=clock), Lines(clock))
    reporter.planned(law)
    for second in range(35):
        clock.now = float(second)
        reporter.drew(law, 10)
    said = lines()
    assert len(said) == 3
    assert all(re.match(r" *\d+%  a, law, [\d,]+ draws so far, still planning", line) for line in said)
    reporter.finished(law)
    assert re.match(r" *100%  a finished, 350 draws so far", lines()[0])


def test_a_control_is_named_beside_its_check(lines: Callable[[], list[str]]) -> None:
    clock = Clock()
    rival = family("a", "law", control="rival", draws=30_000)
    reporter: Any = Reporter(Tally([("a", "law", "rival")], jobs=1, clock=clock), Lines(clock))
    reporter.planned(rival)
    clock.now = 10.0
    reporter.drew(rival, 100)
    assert "a, law against rival, 100 draws so far, at most about 49 min left" in lines()[0]
