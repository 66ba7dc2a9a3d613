"""Where a setting comes from: flag > environment > file > default; wrong keys and values are named with their place."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from numeric.parallel import usable_cores
from verify.cli.settings import Settings, resolve
from verify.cli.values import FORMATS

if TYPE_CHECKING:
    from tests.cli.conftest import Workplace

CASES = {  # key: (as TOML, as environment, as flag) and what each stands for
    "profile": [('"full"', "full"), ("quick", "quick"), ("standard", "standard")],
    "seed": [("3", 3), ("4", 4), ("random", "random")],
    "jobs": [("3", 3), ("4", 4), ("5", 5)],
    "watchdog": [("30", 30.0), ("2.5", 2.5), ("1e3", 1000.0)],
    "out": [('"file"', Path("file")), ("environment", Path("environment")), ("flag", Path("flag"))],
    "only": [('["a*", "b"]', ("a*", "b")), ("c, d*", ("c", "d*")), (("e", "f,g"), ("e", "f", "g"))],
    "resume": [("true", True), ("off", False), (True, True)],
    "strict": [("true", True), ("0", False), (True, True)],
    "format": [('"md,json"', ("json", "md")), ("junit", ("junit",)), ("html,html", ("html",))],
}
DEFAULTS = {"profile": "standard", "seed": 0, "jobs": None, "watchdog": 600.0,
            "out": Path("verification-report"), "only": (), "resume": False, "strict": False,
            "format": ("html", "json", "junit", "md")}  # fmt: skip


@pytest.fixture(autouse=True)
def _clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("VERIFY_")]:
        monkeypatch.delenv(name)


def refused(**flags: object) -> str:
    with pytest.raises(click.ClickException) as caught:
        resolve(flags)
    return caught.value.format_message()


@pytest.mark.parametrize("key", CASES)
def test_flag_over_environment_over_file_over_default(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (in_file, from_file), (in_environment, from_environment), (flag, from_flag) = CASES[key]
    assert getattr(resolve({}), key) == DEFAULTS[key]
    Path("pyproject.toml").write_text(f"[tool.verify]\n{key} = {in_file}\n")
    assert getattr(resolve({}), key) == from_file
    monkeypatch.setenv(f"VERIFY_{key.upper()}", in_environment)
    assert getattr(resolve({}), key) == from_environment
    assert getattr(resolve({key: flag}), key) == from_flag
    monkeypatch.setenv(f"VERIFY_{key.upper()}", "")
    assert getattr(resolve({}), key) == from_file


def test_every_layer_adds_what_the_others_leave_out(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("pyproject.toml").write_text("[tool.verify]\nprofile = 'full'\nseed = 1\njobs = 1\n")
    monkeypatch.setenv("VERIFY_SEED", "2")
    settings = resolve({"jobs": "3", "strict": None, "only": ()})
    assert settings == Settings(profile="full", seed=2, jobs=3)


def test_a_named_file_replaces_the_project_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("pyproject.toml").write_text("[tool.verify]\nprofile = 'full'\nstrict = true\n")
    Path("top.toml").write_text("seed = 7\n")
    Path("below.toml").write_text("[other]\nx = 1\n[tool.verify]\nseed = 8\n")
    assert resolve({"config": "top.toml"}) == Settings(seed=7)
    assert resolve({"config": "below.toml"}) == Settings(seed=8)
    monkeypatch.setenv("VERIFY_CONFIG", "below.toml")
    assert resolve({}) == Settings(seed=8)
    assert resolve({"config": "top.toml"}) == Settings(seed=7)


def test_a_project_without_the_table_and_variables_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("pyproject.toml").write_text("[project]\nname = 'x'\n[tool.other]\nprofile = 'none'\n")
    monkeypatch.setenv("VERIFY_S1_DATA", "somewhere")
    assert resolve({}) == Settings()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("profil = 'full'", ["profil = 'full'", "did you mean 'profile'?", "allowed are profile, seed"]),
        ("profile = 'fast'", ["profile: 'fast'", "quick or standard or full"]),
        ("profile = 3", ["profile: 3"]),
        ("seed = -1", ["seed: -1", "random"]),
        ("seed = 1.5", ["seed: 1.5"]),
        ("seed = true", ["seed: True"]),
        ("jobs = 0", ["jobs: 0", "at least 1"]),
        ("jobs = 'many'", ["jobs: 'many'"]),
        ("executor = 'threads'", ["executor: 'threads'", "processes or dask"]),
        ("scheduler = 8786", ["scheduler: 8786", "such as tcp://127.0.0.1:8786"]),
        ("scheduler = 'localhost'", ["scheduler: 'localhost'", "such as tcp://127.0.0.1:8786"]),
        ("watchdog = 0", ["watchdog: 0", "above 0 and up to 86400"]),
        ("watchdog = 86401", ["watchdog: 86401", "up to 86400, a day"]),
        ("watchdog = nan", ["watchdog: nan"]),
        ("watchdog = true", ["watchdog: True"]),
        ("watchdog = 'soon'", ["watchdog: 'soon'"]),
        ("out = 3", ["out: 3", "directory"]),
        ("only = [1]", ["only: [1]", "patterns"]),
        ("only = []", ["only: []", "patterns"]),
        ("resume = 'perhaps'", ["resume: 'perhaps'", "true or false"]),
        ("strict = 1", ["strict: 1", "true or false"]),
        ("format = ['pdf']", ["format: ['pdf']", "html, json, junit, md"]),
        ("profile = ", ["no TOML file", "mend it"]),
        ("tool = 3", ["[tool.verify]"]),
        ("[tool.other]", ["[tool.verify]"]),
        ("[tool]\nverify = 3", ["verify = 3", "no table"]),
    ],
)
def test_wrong_files(text: str, words: list[str]) -> None:
    Path("wrong.toml").write_text(text)
    said = refused(config="wrong.toml")
    assert "wrong.toml" in said
    assert all(word in said for word in words), said


def test_a_wrong_value_is_refused_even_where_another_layer_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("pyproject.toml").write_text("[tool.verify]\nprofile = 'fast'\n")
    assert "pyproject.toml, profile: 'fast'" in refused(profile="full")
    Path("pyproject.toml").unlink()
    monkeypatch.setenv("VERIFY_JOBS", "none")
    assert "VERIFY_JOBS: 'none'" in refused(jobs="1")


def test_a_file_that_is_no_text() -> None:
    Path("binary.toml").write_bytes(b"\xff\xfe")
    assert "binary.toml is no TOML file" in refused(config="binary.toml")


def test_defaults_that_depend_on_the_machine() -> None:
    assert Settings().config().jobs == usable_cores()
    assert Settings(jobs=7).config().jobs == 7


def test_dask_and_its_scheduler_come_from_any_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    address = "tcp://127.0.0.1:8786"
    assert resolve({}).executor == "processes"
    found = resolve({"executor": "dask", "scheduler": address})
    assert (found.executor, found.scheduler) == ("dask", address)
    Path("pyproject.toml").write_text(f"[tool.verify]\nexecutor = 'dask'\nscheduler = '{address}'\n")
    assert resolve({}) == Settings(executor="dask", scheduler=address)
    monkeypatch.setenv("VERIFY_SCHEDULER", "[::1]:8787")
    assert resolve({}).scheduler == "[::1]:8787"
    assert resolve({"scheduler": "tls://cluster.example.org:1"}).scheduler == "tls://cluster.example.org:1"
    monkeypatch.setenv("VERIFY_EXECUTOR", "processes")  # at home for once, whatever the file says
    assert resolve({}).executor == "processes"
    assert resolve({"executor": "dask"}).executor == "dask"


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ({"executor": "dask"}, ["--executor dask needs the address", "--scheduler tcp://HOST:PORT"]),
        ({"scheduler": "tcp://a:1"}, ["--scheduler tcp://a:1 is one of Dask", "--executor dask"]),
        ({"scheduler": "tcp://a:1", "executor": "processes"}, ["--scheduler tcp://a:1 is one of Dask"]),
        ({"executor": "dusk"}, ["--executor: 'dusk'", "processes or dask"]),
        ({"scheduler": "http://a:1", "executor": "dask"}, ["--scheduler: 'http://a:1'"]),
        ({"watchdog": "-1"}, ["--watchdog: '-1'"]),
        ({"watchdog": "inf"}, ["--watchdog: 'inf'"]),
    ],
)
def test_a_scheduler_without_dask_and_dask_without_a_scheduler(flags: dict[str, object], words: list[str]) -> None:
    said = refused(**flags)
    assert all(word in said for word in words), said


def test_the_watchdog_reaches_the_run() -> None:
    assert Settings(watchdog=3.5).config().watchdog == 3.5
    assert Settings().config().watchdog == Settings.watchdog


def test_a_random_seed_is_drawn_anew() -> None:
    drawn = {Settings(seed="random").config().seed for _ in range(5)}
    assert len(drawn) == 5
    assert all(0 <= seed < 2**48 for seed in drawn)


def test_the_formats_are_those_of_the_reports() -> None:
    import reports

    assert tuple(reports.FILES) == FORMATS


def test_precedence_in_the_real_process(workplace: Workplace) -> None:
    path = workplace.told("toy")
    workplace.install("toy")
    workplace.write("pyproject.toml", "[tool.verify]\nprofile = 'full'\nseed = 1\njobs = 1\nonly = 'toy'\n")
    workplace.write("other.toml", "profile = 'quick'\nseed = 5\njobs = 1\nonly = 'toy'\n")

    def planned(*flags: str, **variables: str) -> tuple[str, int]:
        done = workplace.run("plan", "--json", *flags, **variables)
        assert done.returncode == 0, done.stderr
        document = json.loads(done.stdout)
        return document["profile"], document["seed"]

    assert path
    assert planned() == ("full", 1)
    assert planned(VERIFY_SEED="2", VERIFY_S1_DATA="x") == ("full", 2)
    assert planned("--seed", "3", VERIFY_SEED="2") == ("full", 3)
    assert planned(VERIFY_CONFIG="other.toml", VERIFY_PROFILE="standard") == ("standard", 5)


def test_the_remaining_variables_in_the_real_process(workplace: Workplace) -> None:
    workplace.told("toy", verdict="INCONCLUSIVE", rival="INCONCLUSIVE")
    workplace.install("toy")
    done = workplace.run("all", VERIFY_ONLY="toy", VERIFY_OUT="here", VERIFY_FORMAT="json", VERIFY_JOBS="1",
                         VERIFY_STRICT="yes", VERIFY_RESUME="yes")  # fmt: skip
    assert done.returncode == 3, done.stderr
    assert "nothing to resume in here" in done.stderr
    assert {path.name for path in (workplace.path / "here").iterdir()} >= {"report.json"}
    assert not (workplace.path / "here" / "report.html").exists()
