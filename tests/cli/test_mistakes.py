"""A mistake gets one line on stderr that names the value and the remedy, nothing on stdout, and exit code 2."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Workplace


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("verify: ")
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], ["all, run, list, explain, plan"]),
        (["lst"], ["'lst'", "did you mean 'list'?"]),
        (["all", "--profle", "quick"], ["--profle", "--profile", "--help"]),
        (["--jbs"], ["--jbs"]),
        (["all", "--profile", "fast"], ["--profile: 'fast'", "quick or standard or full"]),
        (["all", "--profile"], ["--profile", "argument"]),
        (["all", "--seed", "-1"], ["--seed: '-1'", "integer from 0", "random"]),
        (["all", "--seed", "1e3"], ["--seed: '1e3'"]),
        (["all", "--seed", "18446744073709551616"], ["--seed: '18446744073709551616'", "2^64"]),
        (["all", "--seed", "9" * 5000], ["--seed: '999", "random"]),
        (["all", "--jobs", "0"], ["--jobs: '0'", "at least 1"]),
        (["all", "--jobs", "two"], ["--jobs: 'two'", "at least 1"]),
        (["all", "--format", "html,pdf"], ["--format: 'html,pdf'", "html, json, junit, md"]),
        (["all", "--format", ""], ["--format: ''"]),
        (["all", "--out", ""], ["--out: ''"]),
        (["all", "--only", "theorm_3_3*"], ["--only 'theorm_3_3*'", "did you mean 'theorem_3_3b_ntk_limit'?"]),
        (["all", "--only", ""], ["--only: ''", "patterns"]),
        (["all", "--resume", "--seed", "random"], ["--resume", "--seed"]),
        (["all", "--config", "none.toml"], ["none.toml", "No such file", "--config"]),
        (["run"], ["name at least one claim", "list"]),
        (["run", "exact_samplr"], ["'exact_samplr'", "did you mean 'exact_sampler'?"]),
        (["run", "exact_sampler:lema"], ["exact_sampler", "'lema'", "did you mean 'lemma'?"]),
        (["run", "exact_sampler", "exact_sampler:lemma"], ["exact_sampler:lemma", "named twice"]),
        (["run", "./nowhere.py"], ["nowhere.py", "no file"]),
        (["run", "exact_sampler", "--only", "x"], ["--only"]),
        (["explain"], ["ID", "--help"]),
        (["explain", "a", "b"], ["(b)", "--help"]),
        (["explain", "exact_samplr"], ["'exact_samplr'", "did you mean 'exact_sampler'?"]),
        (["list", "everything"], ["everything", "--help"]),
    ],
)
def test_wrong_words(workplace: Workplace, arguments: list[str], words: list[str]) -> None:
    said = one_line(workplace.run(*arguments))
    assert all(word in said for word in words), said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("def f(:\n", ["SyntaxError", "mend the file"]),
        ("import no_such_module\n", ["ModuleNotFoundError", "no_such_module"]),
        ("raise RuntimeError('two\\nlines')\n", ["RuntimeError: two lines"]),
        ("import sys\nsys.exit(0)\n", ["SystemExit", "mend the file"]),
        ("x = 1\n", ["defines no CLAIM"]),
    ],
)
def test_a_claim_file_that_does_not_import(workplace: Workplace, text: str, words: list[str]) -> None:
    said = one_line(workplace.run("run", workplace.write("mine.py", text)))
    assert "mine.py" in said
    assert all(word in said for word in words), said


def test_a_broken_plug_in_is_noticed_before_anything_else(workplace: Workplace) -> None:
    workplace.write("broken.py", "import no_such_module\n")
    workplace.install("broken")
    assert "no_such_module" in one_line(workplace.run("all", "--only", "broken", "--seed", "random"))
    assert not (workplace.path / "verification-report").exists()


def test_a_claim_file_that_contradicts_the_rules(workplace: Workplace) -> None:
    path = workplace.told("toy")
    (workplace.path / "toy.py").rename(workplace.path / "renamed.py")
    assert "the id must be the file name" in one_line(workplace.run("run", "./renamed.py"))
    workplace.write("toy.py", (workplace.path / "renamed.py").read_text().replace('check="again"', 'check="nothing"'))
    assert "names the check 'nothing'" in one_line(workplace.run("run", path))


def test_two_claims_of_one_name(workplace: Workplace) -> None:
    paths = workplace.told("toy"), workplace.write("other/toy.py", (workplace.path / "toy.py").read_text())
    assert "two claims are called 'toy'" in one_line(workplace.run("run", *paths))


def test_a_plug_in_whose_name_is_not_its_module(workplace: Workplace) -> None:
    workplace.told("toy")
    workplace.install("toy")
    entries = workplace.path / "toys-1.0.dist-info" / "entry_points.txt"
    entries.write_text("[verify.claims]\nother = toy\n")
    assert "name it after its module" in one_line(workplace.run("list"))


@pytest.mark.parametrize("out", ["file", "file/below", pytest.param("/proc/below", marks=pytest.mark.skipif(
    sys.platform != "linux", reason="/proc is Linux's"))])  # fmt: skip
def test_a_place_that_cannot_be_written_is_noticed_before_sampling(workplace: Workplace, out: str) -> None:
    workplace.write("file", "")
    said = one_line(workplace.run("run", workplace.slow(), "--out", out))
    assert out in said
    assert "--out" in said
    assert not (workplace.path / "started").exists()


def test_a_store_that_is_none(workplace: Workplace) -> None:
    workplace.write("verification-report/results.sqlite", "no database, however long the text may be. " * 99)
    done = workplace.run("run", workplace.slow())
    assert done.returncode == 4
    assert done.stderr.count("\n") == 1
    assert "results.sqlite" in done.stderr
    assert "--out" in done.stderr
    assert not (workplace.path / "started").exists()


def test_an_unexpected_error_names_the_flag_that_shows_where(workplace: Workplace) -> None:
    path = workplace.told("toy")
    workplace.write(
        "toy.py",
        (workplace.path / "toy.py").read_text().replace("    time.sleep", "    raise ValueError('two\\nlines') #"),
    )
    for hidden in (workplace.run("explain", path), workplace.run("explain", path, VERIFY_TRACEBACK="")):
        assert hidden.returncode == 4
        assert hidden.stderr.count("\n") == 1
        assert "ValueError: two lines" in hidden.stderr
        assert "--traceback" in hidden.stderr
    for shown in (workplace.run("explain", path, "--traceback"), workplace.run("explain", path, VERIFY_TRACEBACK="1")):
        assert shown.returncode == 4
        assert "Traceback" in shown.stderr
        assert "toy.py" in shown.stderr


@pytest.mark.parametrize("error", ["BrokenPipeError(32, 'Broken pipe')", "SystemExit(0)", "SystemExit(1)"])
@pytest.mark.parametrize("command", ["explain", "run"])
def test_a_claim_that_quits_is_no_success(workplace: Workplace, error: str, command: str) -> None:
    path = workplace.told("toy")
    text = (workplace.path / "toy.py").read_text()
    workplace.write("toy.py", text.replace("    time.sleep", f"    raise {error} #"))
    flags = ("--jobs", "1", "--format", "json") if command == "run" else ()
    done = workplace.run(command, path, *flags)
    assert done.returncode == 4, done.stderr
    assert "Traceback" not in done.stderr


def test_traceback_shows_where_a_check_failed(workplace: Workplace) -> None:
    path = workplace.told("toy", verdict="RAISES")
    quiet = workplace.run("run", path, "--jobs", "1", "--format", "json")
    assert quiet.returncode == 4
    assert "Traceback" not in quiet.stderr
    assert "ZeroDivisionError: a fault of the claim" in quiet.stdout
    shown = workplace.run("run", path, "--jobs", "1", "--format", "json", "--traceback")
    assert "in fail" in shown.stderr


def test_a_wish_for_kernels_that_is_not_understood(workplace: Workplace) -> None:
    workplace.told()
    said = one_line(workplace.run("run", "./toy.py", NUMERIC_COMPILED="yes"))
    assert "NUMERIC_COMPILED is not understood: got 'yes'" in said
