"""Measurements pair what they compare, say what they asked for, and never make up what was not measured."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import reports
from numeric.krylov_axes import Axes
from numeric.krylov_draws import Numbers
from verify.bench import groups, peers, rows, stopwatch
from verify.bench.rows import Asked, Measured, Row
from verify.cli import bench as cli
from verify.cli.main import main

SCHEMA = json.loads((Path(reports.__file__).parent / "schema" / "bench-1.schema.json").read_text(encoding="utf-8"))


class Clock:
    """Time passes only where a call says so."""

    def __init__(self) -> None:
        self.now = 0.0
        self.calls: list[str] = []

    def __call__(self) -> float:
        return self.now

    def taking(self, name: str, *seconds: float) -> Callable[[], object]:
        """A call that takes these times in turn, the first for the round that is not counted."""
        left = list(seconds)

        def call() -> None:
            self.calls.append(name)
            self.now += left.pop(0) if len(left) > 1 else left[0]

        return call


def row(calls: Mapping[str, Callable[[], object]], **more: object) -> Row:
    given = {"name": "a over b", "unit": "×", "value": rows.ratio("a", "b"), "fewest": 3, "seconds": 0.0} | more
    return Row(calls=calls, **given)


# --- pairs ---


def test_what_is_compared_is_timed_in_turn_and_the_first_round_does_not_count() -> None:
    clock = Clock()
    calls = {"a": clock.taking("a", 100.0, 6.0, 8.0, 20.0), "b": clock.taking("b", 100.0, 2.0, 2.0, 10.0)}
    found = stopwatch.measure(row(calls), clock=clock)
    assert clock.calls == ["a", "b", "a", "b", "b", "a", "a", "b"]
    assert found.median == 3.0  # of 3, 4, 2: of ratios, where the ratio of medians would be 4
    assert (found.low, found.high, found.repeats) == (2.5, 3.5, 3)
    assert found.times == {"a": 8.0, "b": 2.0}


def test_a_row_that_starts_cold_counts_its_first_round() -> None:
    clock = Clock()
    found = stopwatch.measure(row({"a": clock.taking("a", 5.0), "b": clock.taking("b", 1.0)}, warm=False, fewest=1),
                              clock=clock)  # fmt: skip
    assert clock.calls == ["a", "b"]
    assert found.median == 5.0


@pytest.mark.parametrize(("seconds", "repeats"), [(0.0, 3), (10.0, 4), (12.1, 5), (1e9, stopwatch.MOST)])
def test_repeats_go_on_while_there_is_time(seconds: float, repeats: int) -> None:
    clock = Clock()
    calls = {"a": clock.taking("a", 2.0), "b": clock.taking("b", 1.0)}
    assert stopwatch.measure(row(calls, seconds=seconds), clock=clock).repeats == repeats


@pytest.mark.parametrize(
    ("values", "expected"), [([1], (1, 1)), ([1, 3], (1, 3)), ([1, 2, 9], (1.5, 5.5)), ([1, 2, 3, 9], (1.5, 6))]
)
def test_quartiles_are_medians_of_halves(values: list[float], expected: tuple[float, float]) -> None:
    assert rows.quartiles(values) == expected


def test_time_of_a_replicate_is_in_its_unit() -> None:
    assert rows.per("a", 4, "µs")({"a": 2.0}) == 500_000.0
    assert rows.per("a", 4, "ms")({"a": 2.0}) == 500.0


@pytest.mark.parametrize(
    ("asked", "value", "met"),
    [
        (Asked(least=2.0), 2.0, True), (Asked(least=2.0), 1.9, False), (Asked(most=2.0), 2.0, True),
        (Asked(most=2.0), 2.1, False), (Asked(least=1.0, most=2.0), 2.1, False),
        (Asked(least=1.0, most=2.0), 0.9, False), (None, 1.0, None), (Asked(most=2.0), None, None),
    ],
)  # fmt: skip
def test_met_is_what_was_asked(asked: Asked | None, value: float | None, met: bool | None) -> None:
    assert Measured(name="x", unit="×", asked=asked, median=value).met is met


def test_no_repeats_are_no_measurement() -> None:
    with pytest.raises(ValueError, match="no repeat was measured"):
        rows.summarise(row({}), [])


@pytest.mark.parametrize(("n", "text"), [(7, "7"), (4096, "4096"), (1000, "1000"), (10**4, "10⁴"), (10**12, "10¹²")])
def test_widths_are_short(n: int, text: str) -> None:
    assert rows.size(n) == text


# --- groups ---


def pretend(one: Row) -> Measured:
    """Every call takes a second, and none is made."""
    return rows.summarise(one, [dict.fromkeys(one.calls, 1.0)])


def pretended(name: str) -> list[Measured]:
    return list(groups.run([name], pretend, None))


@pytest.mark.parametrize("name", groups.GROUPS)
def test_every_group_has_rows_with_names_of_their_own(name: str) -> None:
    found = pretended(name)
    assert found
    assert {one.group for one in found} == {name}
    assert len({one.name for one in found}) == len(found)


def test_what_is_asked_of_the_engine_is_a_row() -> None:
    """The figures that the design asks for, one by one."""
    asked = {(one.unit, one.asked.least, one.asked.most) for name in groups.DEFAULT for one in pretended(name)
             if one.asked is not None}  # fmt: skip
    assert asked >= {("×", None, 5.0), ("×", None, 2.0), ("×", 0.85, 1.15),
                     ("ms", None, 15.0), ("µs", None, 60.0), ("×", 0.8, None),
                     ("×", 1.8, None), ("×", 1.5, None)}  # fmt: skip


@pytest.mark.parametrize("two_sided", [True, False])
def test_the_floor_of_the_sampler_is_made_of_the_numbers_that_it_draws(two_sided: bool) -> None:
    """T² + 3T for both sides, all but one of them drawn; half for one side: normal numbers and chi together."""
    drawn = Numbers(axes=Axes(n=10**6, T=32, n_x=1, n_y=1, left=two_sided))
    counted = 32 * 32 + 3 * 32 if two_sided else (32 * 32 + 3 * 32) // 2
    assert 0 <= counted - drawn.normals - len(drawn.halves) <= 1


def test_the_rooms_of_the_floor_are_of_that_size(monkeypatch: pytest.MonkeyPatch) -> None:
    rooms: list[int] = []
    width_free = import_module("verify.bench.width_free")
    monkeypatch.setattr(width_free, "_numbers", lambda count: rooms.append(count) or (lambda: None))
    pretended("width-free")
    assert rooms == [40, 180, 1120, 560]


def test_both_axes_have_points_of_every_engine() -> None:
    found = pretended("curves")
    assert {one.series for one in found if "n" in one.at} == {"width-free sampler", "dense RNN"}
    assert {one.series for one in found if "T" in one.at} == {"width-free sampler", "dense RNN", "full lag kernel"}
    assert max(one.at["n"] for one in found if "n" in one.at) == 10**12


def test_attainable_is_numbers_and_reading_over_the_whole() -> None:
    """n = 1000, T = 7: 12 products in 3 s of reading, 5 s of numbers, 10 s in all; 6 lags are half of the reading."""
    from verify.bench import dense

    def told(one: Row) -> Measured:
        return rows.summarise(one, [{"dense": 10.0, "numbers": 5.0, "reading": 3.0}])

    full, once, rate, bandwidth = list(dense._attainable(told, n=1000, T=7, rates=True))
    assert full.median == 0.8
    assert once.median == 0.65
    assert rate.median == 1000 * 1002 / 5.0 / 1e6
    assert bandwidth.median == 8e6 * 12 / 3.0 / 1e9


def test_one_core_cannot_show_what_two_workers_save(monkeypatch: pytest.MonkeyPatch) -> None:
    workers = import_module("verify.bench.workers")
    monkeypatch.setattr(workers, "usable_cores", lambda: 1)
    assert [(one.median, one.note) for one in workers.group(pretend)] == [
        (None, "not measured: this process may use one core only")
    ] * 3


def test_a_command_that_fails_has_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    commands = import_module("verify.bench.commands")
    known = (("list",), Asked(most=60.0), 1), (("no-such-command",), None, 1)
    monkeypatch.setattr(commands, "COMMANDS", known)
    monkeypatch.setattr(commands, "POLL", 0.01)
    listed, memory, missing = commands.group(stopwatch.measure)
    assert listed.median > 0
    assert listed.met
    assert memory.unit == "GB"
    assert 0.005 < memory.median < 1.0
    assert (missing.median, missing.note) == (None, "not measured: it ended with exit code 2")


# --- peers ---

ANSWER = {
    "protocol": "peer-1", "versions": {"tool": "1.2"},
    "rows": [{"name": "theirs over ours", "asked": 10, "ours": [1.0, 2.0, 1.0], "theirs": [20.0, 30.0, 5.0],
              "agreement": "equal to 1e-15"}],
}  # fmt: skip


@pytest.fixture
def bench_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of peers with one requirements file, and an environment that is this interpreter."""
    folder = tmp_path / "peers"
    folder.mkdir()
    (folder / "requirements-some-tool.txt").write_text("some-tool==1.2\n")
    monkeypatch.setattr(peers, "FOLDER", folder)
    programs = tmp_path / "environments" / "some-tool" / "bin"
    programs.mkdir(parents=True)
    (programs / "python").symlink_to(sys.executable)
    return folder


def from_peers(folder: Path) -> list[Measured]:
    return list(peers.group(folder.parent / "environments"))


def test_a_peer_is_measured_in_its_environment(bench_folder: Path) -> None:
    lines = ['"""Some number: theirs over ours."""', "import json, os, sys", "print('chatter')",
             "assert os.environ['OMP_NUM_THREADS'] == '1'",
             "import numeric",  # the checkout is on its path, and its own folder is not
             f"assert {str(bench_folder)!r} not in sys.path",
             f"print(json.dumps({ANSWER!r}))"]  # fmt: skip
    (bench_folder / "some_tool_fast.py").write_text("\n".join(lines))
    (bench_folder / "other.py").write_text("raise SystemExit(1)")  # belongs to no environment
    (found,) = from_peers(bench_folder)
    assert (found.name, found.median, found.low, found.high) == ("theirs over ours", 15.0, 10.0, 17.5)
    assert found.met is True
    assert found.note == "equal to 1e-15; tool 1.2"


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("raise SystemExit('the kernels differ')", "its script failed: the kernels differ"),
        ("1/0", "its script failed: ZeroDivisionError: division by zero"),
        ("print('no JSON')", "its answer is not as the protocol says"),
        ("pass", "its answer is not as the protocol says"),
        ('print(\'{"protocol": "peer-0"}\')', "it speaks 'peer-0', not 'peer-1'"),
    ],
)
def test_a_peer_that_fails_leaves_a_row_that_says_why(bench_folder: Path, script: str, reason: str) -> None:
    (bench_folder / "some_tool.py").write_text(f'"""Its title."""\n{script}\n')
    (found,) = from_peers(bench_folder)
    assert (found.name, found.median) == ("Its title", None)
    assert found.note.startswith(f"not measured: {reason}")


def test_a_peer_that_does_not_end_is_ended(bench_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "MINUTES", 1 / 600)
    (bench_folder / "some_tool.py").write_text("import time\ntime.sleep(60)\n")
    (found,) = from_peers(bench_folder)
    assert "no answer within" in found.note


@pytest.mark.parametrize(
    "change",
    [{"rows": [{**ANSWER["rows"][0], "ours": [1.0]}]}, {"rows": [{**ANSWER["rows"][0], "ours": [], "theirs": []}]},
     {"rows": [{}]}, {"versions": None}, {"rows": [{**ANSWER["rows"][0], "ours": ["x", 1, 1]}]}],
)  # fmt: skip
def test_an_answer_that_is_not_paired_times_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(peers.PeerError):
        peers.read_rows(json.dumps(ANSWER | change))


def test_without_environments_nothing_is_measured(bench_folder: Path) -> None:
    (bench_folder / "some_tool.py").write_text('"""Its title.\n\nMore."""\n')
    (found,) = peers.group(None)
    assert (found.name, found.median) == ("Its title", None)
    assert found.note == "not measured: --peers DIR names a folder for their environments"
    (bench_folder / "some_tool.py").unlink()
    (found,) = peers.group(None)
    assert "source checkout" in found.note


def test_a_missing_environment_is_built_from_the_requirements(
    bench_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (bench_folder / "some_tool.py").write_text('"""Its title."""\n')
    commands: list[list[str]] = []
    monkeypatch.setattr(peers, "_call", lambda command, *_: commands.append(list(command)) or json.dumps(ANSWER))
    (found,) = peers.group(bench_folder.parent / "elsewhere")
    assert found.median == 15.0
    python = str(bench_folder.parent / "elsewhere" / "some-tool" / "bin" / "python")
    assert [command[0] for command in commands] == [sys.executable, python, python]
    assert commands[0][1:3] == ["-m", "venv"]
    assert commands[1][-2:] == ["-r", str(bench_folder / "requirements-some-tool.txt")]


def test_the_peers_of_this_checkout_are_pinned() -> None:
    found = peers.known_peers(peers.FOLDER)
    assert "neural-tangents" in {peer.environment for peer in found}
    for peer in found:
        lines = [line for line in peer.requirements.read_text().splitlines() if line and not line.startswith("#")]
        assert lines
        assert all("==" in line for line in lines)


# --- the command ---


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One repeat of every call, with a clock that says how often it was asked."""
    ticks = iter(range(10**9))

    def once(one: Row) -> Measured:
        seconds = {}
        for name, call in one.calls.items():
            call()
            seconds[name] = 1e-6 * (1 + next(ticks))
        return rows.summarise(one, [seconds])

    monkeypatch.setattr(stopwatch, "measure", once)
    return None


@pytest.mark.usefixtures("quick")
def test_json_obeys_the_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--only", "kernel", "--only", "peers", "--json", "--quiet"]) == 0
    said = capsys.readouterr()
    document = json.loads(said.out)
    Draft202012Validator.check_schema(SCHEMA)
    assert list(Draft202012Validator(SCHEMA).iter_errors(document)) == []
    assert document["groups"] == ["kernel", "peers"]
    assert {one["group"] for one in document["rows"]} == {"kernel", "peers"}
    assert {one["met"] for one in document["rows"] if one["measured"] is None} == {None}
    assert said.err == ""
    assert os.uname().nodename not in said.out or len(os.uname().nodename) < 4  # a short name may be part of a word


@pytest.mark.usefixtures("quick")
def test_a_table_and_progress_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--only", "kernel"]) == 0
    said = capsys.readouterr()
    head, *lines = said.out.splitlines()
    assert head.split() == ["what", "measured", "quartiles", "asked", "met"]
    assert len(lines) == len(said.err.splitlines()) == 6
    assert any("≤ 60" in line for line in lines)


@pytest.mark.usefixtures("quick")
def test_the_page_has_no_absolute_path(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "costs.md"
    assert main(["bench", "--only", "kernel", "--write", str(page), "--quiet"]) == 0
    text = page.read_text()
    assert "Written by `python -m verify bench --only kernel --write costs.md`; do not edit." in text
    assert str(tmp_path) not in text
    assert "Not measured this time: Width-free sampler, Dense RNN" in text
    assert list(tmp_path.iterdir()) == [page]
    capsys.readouterr()


@pytest.mark.parametrize(
    ("only", "commands", "expected"),
    [
        ((), False, groups.DEFAULT), ((), True, tuple(groups.GROUPS)), (("peers", "dense"), False, ("dense", "peers")),
        (("dense",), True, ("dense", "commands")), (("commands",), False, ("commands",)),
    ],
)  # fmt: skip
def test_whole_commands_are_timed_where_they_are_asked_for(
    only: tuple[str, ...], commands: bool, expected: tuple[str, ...]
) -> None:
    assert cli._groups(only, commands=commands) == expected
    assert "commands" not in groups.DEFAULT


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--only", "dnse"], "no group of measurements is called 'dnse'"),
        (["--only", "kernel", "--write", "missing/folder/page.md"], "cannot write 'missing/folder/page.md'"),
    ],
)
def test_mistakes_get_one_line(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--quiet", *arguments]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line
