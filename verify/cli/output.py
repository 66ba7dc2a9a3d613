"""The only file that writes to stdout and stderr, the bar apart: in the width and colours of the reader's terminal."""

from __future__ import annotations

import json
import os
import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence
from typing import TextIO

import click

__all__ = ["column_lines", "note", "wrapped", "write", "write_json"]


def write(lines: Iterable[str]) -> None:
    """Write lines of data to stdout; a reader that has closed the pipe (`| head`) has had enough, which is no error."""
    if sys.stdout is None:  # closed by the caller (`>&-`)
        return
    plain = bool(os.environ.get("NO_COLOR")) or not sys.stdout.isatty()
    try:
        click.echo("\n".join(lines), file=sys.stdout, color=not plain)
    except BrokenPipeError:
        _discard(sys.stdout)


def note(line: str) -> None:
    """Write a line to stderr; what nobody can read any more is no reason to stop."""
    if sys.stderr is None:
        return
    try:
        click.echo(line, file=sys.stderr)
    except OSError:
        _discard(sys.stderr)


def _discard(stream: TextIO) -> None:
    """Let the stream end nowhere, or the interpreter complains of what it holds when it leaves."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def write_json(document: object) -> None:
    """Write one JSON document."""
    write([json.dumps(document, indent=2, ensure_ascii=False)])


def wrapped(text: str, *, first: str = "", indent: str = "") -> list[str]:
    """The paragraphs of a text in lines of the terminal's width: `first` begins the first line, `indent` the others."""
    width = shutil.get_terminal_size().columns
    lines: list[str] = []
    for paragraph in text.strip().splitlines() or [""]:
        start = indent if lines else first
        lines += textwrap.wrap(paragraph, width, initial_indent=start, subsequent_indent=indent) or [start.rstrip()]
    return lines


def column_lines(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as lines with aligned columns, two blanks between them; nothing is cut."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return ["  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
