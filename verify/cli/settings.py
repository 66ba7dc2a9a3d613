"""The only file that knows where a setting comes from: flag > environment VERIFY_* > file > default."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from verify.cli.names import nearest
from verify.cli.values import DASK, FORMATS, PROCESSES, RANDOM, READERS
from verify.model import Config

__all__ = ["Settings", "resolve"]

DRAWN_BYTES = 6  # of a random root seed; chosen: short enough to retype, and exact in every reader of JSON
PROJECT_FILE = "pyproject.toml"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a user may choose, with the defaults."""

    profile: str = "standard"
    seed: int | str = 0
    jobs: int | None = None
    executor: str = PROCESSES
    scheduler: str | None = None
    watchdog: float = Config.watchdog
    out: Path = Path("verification-report")
    only: tuple[str, ...] = ()
    resume: bool = False
    strict: bool = False
    format: tuple[str, ...] = FORMATS

    def config(self) -> Config:
        """How hard to look: all usable cores unless `jobs` is given; a random seed is drawn here."""
        from numeric.parallel import usable_cores

        seed = int.from_bytes(os.urandom(DRAWN_BYTES), "big") if isinstance(self.seed, str) else self.seed
        return Config(profile=self.profile, seed=seed, jobs=self.jobs or usable_cores(), watchdog=self.watchdog)


def resolve(flags: Mapping[str, object]) -> Settings:
    """Merge all layers, all of them validated; ClickException names the value, its place and what is allowed."""
    named = flags.get("config") or os.environ.get("VERIFY_CONFIG")
    given = {key: value for key, value in flags.items() if key in READERS and value not in (None, ())}
    values = _from_file(Path(str(named))) if named else _from_project()
    values |= _from_environment()
    values |= {key: _read(key, _joined(value), f"--{key}") for key, value in given.items()}
    settings = Settings(**values)
    if settings.resume and settings.seed == RANDOM:
        raise click.ClickException(
            "--resume finds an earlier run by its seed, and 'random' is none; use that run's --seed"
        )
    if settings.executor == DASK and settings.scheduler is None:
        raise click.ClickException(
            "--executor dask needs the address of the scheduler; add --scheduler tcp://HOST:PORT"
        )
    if settings.executor != DASK and settings.scheduler and ("executor" not in values or "scheduler" in given):
        raise click.ClickException(f"--scheduler {settings.scheduler} is one of Dask; add --executor dask, or leave it")
    return settings


def _joined(value: object) -> object:
    """The values of an option given several times, as the one text that they stand for."""
    return ",".join(value) if isinstance(value, tuple) else value


def _from_environment() -> dict[str, Any]:
    """VERIFY_PROFILE and its like; an empty variable is as good as none, other VERIFY_* variables are not ours."""
    names = {key: f"VERIFY_{key.upper()}" for key in READERS}
    return {key: _read(key, os.environ[name], name) for key, name in names.items() if os.environ.get(name)}


def _from_project() -> dict[str, Any]:
    """[tool.verify] of ./pyproject.toml, where there is one."""
    path = Path(PROJECT_FILE)
    if not path.exists():
        return {}
    tool = _load(path).get("tool", {})
    return _from_table(tool.get("verify", {}) if isinstance(tool, dict) else {}, path)


def _from_file(path: Path) -> dict[str, Any]:
    """A file named by the user: its [tool.verify], or its keys at the top."""
    document = _load(path)
    if "tool" not in document:
        return _from_table(document, path)
    if not isinstance(document["tool"], dict) or "verify" not in document["tool"]:
        raise click.ClickException(f"{path} has no table [tool.verify]; add one, or name another file with --config")
    return _from_table(document["tool"]["verify"], path)


def _from_table(table: object, path: Path) -> dict[str, Any]:
    if not isinstance(table, dict):
        raise click.ClickException(f"{path}: verify = {table!r} is no table; write [tool.verify] and the keys below it")
    for key, value in table.items():
        if key not in READERS:
            hint = nearest(key, READERS)
            raise click.ClickException(
                f"{path}: {key} = {value!r} is no setting{hint}; allowed are {', '.join(READERS)}"
            )
    return {key: _read(key, value, f"{path}, {key}") for key, value in table.items()}


def _load(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise click.ClickException(f"cannot read {path} ({error.strerror}); name a TOML file with --config") from error
    except ValueError as error:  # broken TOML, or no UTF-8
        raise click.ClickException(
            f"{path} is no TOML file ({error}); mend it or name another with --config"
        ) from error


def _read(key: str, value: object, where: str) -> object:
    try:
        return READERS[key](value)
    except ValueError as allowed:
        raise click.ClickException(f"{where}: {value!r} is not allowed; use {allowed}") from None
