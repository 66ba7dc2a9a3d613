"""`bench`: measure what things cost next to what they must cost here, and write down what was found."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from verify.bench.groups import DEFAULT, GROUPS
from verify.cli import output
from verify.cli.names import nearest
from verify.cli.options import as_json, options
from verify.cli.places import require_file

if TYPE_CHECKING:
    from verify.bench.rows import Measured

__all__ = ["bench"]

HEAD = ("what", "measured", "quartiles", "asked", "met")


@click.command("bench")
@click.option("--only", metavar="GROUP", multiple=True, help=f"Only this group, repeatable: {', '.join(GROUPS)}.")
@click.option("--commands", is_flag=True, help="Also time whole commands, which takes minutes.")
@click.option("--peers", metavar="DIR", type=Path, help="Measure other tools too; DIR holds their environments.")
@click.option("--write", metavar="FILE", type=Path, help="Also write a page with pictures, such as docs/benchmarks.md.")
@as_json
@options("quiet")
def bench(
    *, only: Sequence[str], commands: bool, peers: Path | None, write: Path | None, as_json: bool, quiet: bool
) -> int:
    """Measure speed: each thing alternately with the floor that it stands on, as medians with quartiles.

    All groups but `commands` are measured unless --only names some. A row that misses what is asked changes no exit
    code: a busy machine is no fault. Other tools are measured only in environments of their own below --peers, which
    are made where they are missing.

    \b
    Examples:
      python -m verify bench
      python -m verify bench --only dense --only kernel --json
      python -m verify bench --commands --peers ~/.cache/peers --write docs/benchmarks.md
    """
    names = _groups(only, commands=commands)
    if write is not None:
        require_file(write)
    rows = _measured(names, peers, quiet=quiet)
    from reports import benchmarks

    document = benchmarks.document(rows, names)
    if as_json:
        output.write_json(document)
    else:
        output.write(output.column_lines([HEAD, *(benchmarks.cells(row) for row in document["rows"])]))
        for line in benchmarks.notes(document):
            output.write([line])
    if write is not None:
        _page(write, document, _command(only, peers, write, commands=commands))
    return 0


def _groups(only: Sequence[str], *, commands: bool) -> tuple[str, ...]:
    """The groups named, in the order of the page."""
    for name in only:
        if name not in GROUPS:
            hint = nearest(name, GROUPS)
            raise click.ClickException(f"no group of measurements is called {name!r}{hint}; use {', '.join(GROUPS)}")
    wanted = {*(only or DEFAULT), *(["commands"] if commands else [])}
    return tuple(name for name in GROUPS if name in wanted)


def _measured(names: Sequence[str], peers: Path | None, *, quiet: bool) -> list[Measured]:
    """All rows, with one BLAS thread; each is announced when it is there."""
    import numpy  # noqa: F401 — its BLAS must be loaded before its threads can be limited
    from threadpoolctl import threadpool_limits

    from verify.bench import groups
    from verify.bench.stopwatch import measure

    rows = []
    with threadpool_limits(1):
        for row in groups.run(names, measure, peers):
            rows.append(row)
            if not quiet:
                output.note(f"{row.group}: {row.name}")
    return rows


def _command(only: Sequence[str], peers: Path | None, write: Path, *, commands: bool) -> str:
    """How to repeat it, without the places of this machine."""
    words = ["python -m verify bench", *(f"--only {name}" for name in only)]
    if commands:
        words.append("--commands")
    if peers is not None:
        words.append("--peers DIR")
    return " ".join([*words, f"--write {write.name if write.is_absolute() else write.as_posix()}"])


def _page(path: Path, document: dict[str, object], command: str) -> None:
    from reports import benchmarks

    try:
        benchmarks.write(path, document, command)
    except OSError as error:
        raise click.ClickException(f"cannot write {str(path)!r}: {error.strerror}; choose another --write") from error
