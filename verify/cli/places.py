"""Whether a place can be written to, found out before anything is computed; permission bits alone do not tell."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

__all__ = ["require_directory", "require_file"]


def require_directory(directory: Path) -> None:
    """Make the directory where it is missing; ClickException where nothing can be written there."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            pass
    except OSError as error:
        raise click.ClickException(f"cannot write to {directory} ({error.strerror}); choose another --out") from error


def require_file(path: Path) -> None:
    """ClickException where no file of that name can be written; an existing one is left as it is."""
    try:
        if path.exists():
            with path.open("a", encoding="utf-8"):
                pass
        else:
            with tempfile.TemporaryFile(dir=path.parent):
                pass
    except OSError as error:
        raise click.ClickException(f"cannot write {str(path)!r}: {error.strerror}; choose another --write") from error
