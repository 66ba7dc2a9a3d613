"""`write`: the files asked for, whole or not at all."""

from __future__ import annotations

import errno
import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import reports

if TYPE_CHECKING:
    from tests.reports.conftest import Factory
    from verify.model import Config
    from verify.pipeline import Outcome


@pytest.fixture
def small(make: Factory) -> Outcome:
    return make.outcome(make.result())


def test_paths_in_the_order_asked_each_once(small: Outcome, config: Config, tmp_path: Path) -> None:
    wanted = ["md", "html", "junit", "json", "md"]
    paths = reports.write(small, config, directory=tmp_path / "a" / "b", formats=wanted, arguments=["all"])
    assert [path.name for path in paths] == ["report.md", "report.html", "junit.xml", "report.json"]
    assert sorted(p.name for p in (tmp_path / "a" / "b").iterdir()) == sorted(path.name for path in paths)
    run = json.loads(paths[-1].read_text(encoding="utf-8"))["run"]
    assert (run["arguments"], run["seed"], run["jobs"]) == (["all"], 7, 2)
    assert run["seconds_of_claims"] == {"theorem_1": 1.25}
    assert run["cpu_seconds_of_claims"] == {"theorem_1": 0.0}


def test_an_unknown_format_is_refused_before_anything_is_written(
    small: Outcome, config: Config, tmp_path: Path
) -> None:
    with pytest.raises(reports.ReportError, match="'pdf' is no format of a report; choose from html, json, junit, md"):
        reports.write(small, config, directory=tmp_path / "out", formats=["json", "pdf"], arguments=[])
    assert not (tmp_path / "out").exists()


def test_old_reports_are_replaced_and_readable_by_others(small: Outcome, config: Config, tmp_path: Path) -> None:
    (tmp_path / "report.md").write_text("old", encoding="utf-8")
    before = os.umask(0o022)
    try:
        (path,) = reports.write(small, config, directory=tmp_path, formats=["md"], arguments=[])
    finally:
        os.umask(before)
    assert path.read_text(encoding="utf-8").startswith("# Verification report")
    assert path.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("step", ["open", "fsync", "replace"])
def test_a_disk_that_fails_leaves_the_old_report_and_no_litter(
    small: Outcome, config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def fail(*_: Any, **__: Any) -> None:  # noqa: ANN401
        raise OSError(errno.ENOSPC, "No space left on device")

    (tmp_path / "report.md").write_text("old", encoding="utf-8")
    monkeypatch.setattr(os if step == "fsync" else Path, step, fail)
    with pytest.raises(OSError, match="No space left"):
        reports.write(small, config, directory=tmp_path, formats=["md"], arguments=[])
    monkeypatch.undo()
    assert [path.name for path in tmp_path.iterdir()] == ["report.md"]
    assert (tmp_path / "report.md").read_text(encoding="utf-8") == "old"


def test_a_directory_that_cannot_be_made_is_an_os_error(small: Outcome, config: Config, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OSError, match="file"):
        reports.write(small, config, directory=tmp_path / "file" / "out", formats=["md"], arguments=[])


def test_no_report_names_a_place_of_the_machine(everything: Outcome, config: Config, tmp_path: Path) -> None:
    arguments = ["run", "/home/someone/claims/own.py", f"--out={tmp_path}", "--config", r"C:\Users\someone\x.toml"]
    for path in reports.write(everything, config, directory=tmp_path, formats=list(reports.FILES), arguments=arguments):
        text = path.read_text(encoding="utf-8")
        assert "someone" not in text
        assert str(tmp_path) not in text
        assert not re.search(r"(?<![\w<])/(home|root|tmp|usr|Users)/", text)
