"""What a run says about itself, and what it keeps to itself."""

from __future__ import annotations

import getpass
import importlib.metadata
import platform
import re
import subprocess
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from numeric import compiled
from reports import provenance

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from verify.model import Config


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    """Nothing that a test pretends is remembered."""
    yield
    provenance._commit.cache_clear()
    provenance._processor.cache_clear()


def test_versions_settings_and_times(config: Config) -> None:
    found = provenance.collect(config, ["all"], seconds=61.4)
    assert found["versions"]["python"] == platform.python_version()
    packages = {"numpy", "scipy", "sympy", "mpmath", "python-flint", "matplotlib"}
    assert set(found["versions"]) == {"python", *packages, "kernels"}
    assert found["versions"]["numpy"] == importlib.metadata.version("numpy")
    assert (found["seed"], found["profile"], found["jobs"], found["arguments"]) == (7, "quick", 2, ["all"])
    started, finished = (datetime.fromisoformat(found[name]) for name in ("started", "finished"))
    assert finished - started == timedelta(seconds=61)
    assert abs((datetime.now(finished.tzinfo) - finished).total_seconds()) < 60
    assert re.match(r"[a-z]+ \d", found["blas"])
    assert found["cores"] >= 1


@pytest.mark.parametrize("route", ["numpy", "compiled (avx2)"])
def test_the_route_of_the_kernels(route: str, config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "route", lambda: route)
    assert provenance.collect(config, [])["versions"]["kernels"] == route


def test_neither_host_nor_user_nor_path(config: Config) -> None:
    text = repr(provenance.collect(config, []))
    host = platform.node()
    assert len(host) < 3 or host not in text
    assert getpass.getuser() not in text
    assert str(provenance.ROOT) not in text


@pytest.mark.parametrize(
    ("argument", "shown"),
    [
        ("all", "all"),
        ("--profile", "--profile"),
        ("--only=theorem_*", "--only=theorem_*"),
        ("./own.py", "./own.py"),
        ("/home/me/own.py", "…/own.py"),
        ("--out=/home/me/report/", "--out=…/report"),
        ("~/x", "…/x"),
        (r"C:\me\x.toml", "…/x.toml"),
        ("--out=C:/me/x", "--out=…/x"),
    ],
)
def test_absolute_paths_lose_their_folders(config: Config, argument: str, shown: str) -> None:
    assert provenance.collect(config, [argument])["arguments"] == [shown]


def test_the_commit_of_a_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def git(*words: str) -> str:
        command = ["git", "-C", str(tmp_path), "-c", "user.name=x", "-c", "user.email=x@x", *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def commit() -> str:
        provenance._commit.cache_clear()
        return provenance._commit()

    monkeypatch.setattr(provenance, "ROOT", tmp_path)
    assert commit() == "unknown"
    git("init", "-q")
    assert commit() == "unknown"  # a repository without a commit
    (tmp_path / "a").write_text("1", encoding="utf-8")
    git("add", "a")
    git("commit", "-qm", "a")
    assert commit() == git("rev-parse", "HEAD")
    (tmp_path / "new").write_text("not tracked", encoding="utf-8")
    assert commit() == git("rev-parse", "HEAD")
    (tmp_path / "a").write_text("2", encoding="utf-8")
    assert commit() == git("rev-parse", "HEAD") + "-dirty"
    (tmp_path / "site-packages").mkdir()
    monkeypatch.setattr(provenance, "ROOT", tmp_path / "site-packages")
    assert commit() == "unknown"  # installed inside somebody's repository


def test_what_cannot_be_found_is_unknown(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: Any, **__: Any) -> None:  # noqa: ANN401
        raise FileNotFoundError

    monkeypatch.setattr(provenance.subprocess, "run", missing)
    monkeypatch.setattr(provenance.Path, "read_text", missing)
    monkeypatch.setattr(provenance.platform, "processor", lambda: "")
    monkeypatch.setattr("threadpoolctl.threadpool_info", list)
    monkeypatch.setattr(provenance, "PACKAGES", ("no-such-package",))
    provenance._commit.cache_clear()
    provenance._processor.cache_clear()
    found = provenance.collect(config, [])
    assert (found["commit"], found["processor"], found["blas"]) == ("unknown",) * 3
    assert found["versions"]["no-such-package"] == "unknown"
