"""The only file that knows where the version of the toolkit stands."""

from __future__ import annotations

import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

__all__ = ["toolkit_version"]

DISTRIBUTION = "linear-rnn-verification"


def toolkit_version() -> str:
    """The installed version; in a checkout that is not installed, the one of its pyproject.toml."""
    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        project = Path(__file__).resolve().parents[2] / "pyproject.toml"
        return f"{tomllib.loads(project.read_text(encoding='utf-8'))['project']['version']}, not installed"
