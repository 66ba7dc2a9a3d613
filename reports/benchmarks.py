"""The only file that knows how measurements of speed are written: as a document, as cells of a table, as a page."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from reports import benchmark_pictures, provenance
from reports.words import number
from verify.bench.groups import GROUPS
from verify.bench.rows import Measured
from verify.model import Config

__all__ = ["SCHEMA", "cells", "document", "notes", "page", "write"]

SCHEMA = "bench-1"
MACHINE = ("processor", "cores", "os", "blas", "versions", "commit", "finished")
HEAD = ("what", "measured", "quartiles", "asked", "met")


def document(rows: Sequence[Measured], groups: Sequence[str]) -> dict[str, Any]:
    """What schema/bench-1.schema.json describes."""
    machine = provenance.collect(Config(), ())
    return {
        "schema": SCHEMA,
        "machine": {**{name: machine[name] for name in MACHINE}, "blas_threads": 1, "load": _load()},
        "groups": list(groups),
        "rows": [_entry(row) for row in rows],
    }


def _load() -> float | None:
    """How many processes wanted a core during the last minute, this one included; None where nobody counts."""
    return round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None


def _entry(row: Measured) -> dict[str, Any]:
    found = None
    if row.median is not None:
        found = {"low": row.low, "median": row.median, "high": row.high, "repeats": row.repeats}
    return {
        "group": row.group,
        "name": row.name,
        "unit": row.unit,
        "asked": None if row.asked is None else {"least": row.asked.least, "most": row.asked.most},
        "measured": found,
        "met": row.met,
        "seconds": dict(row.times),
        "series": row.series,
        "at": dict(row.at),
        "note": row.note,
    }


def cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Name, median, quartiles, what was asked, whether it is met."""
    found, unit = row["measured"], row["unit"]
    if found is None:
        return (row["name"], "not measured", "", _asked(row), "")
    spread = "" if found["low"] is None else f"{number(found['low'], 3)} – {number(found['high'], 3)}"
    met = {True: "yes", False: "no", None: ""}[row["met"]]
    return (row["name"], f"{number(found['median'], 3)} {unit}", spread, _asked(row), met)


def _asked(row: Mapping[str, Any]) -> str:
    if row["asked"] is None:
        return ""
    least, most = row["asked"]["least"], row["asked"]["most"]
    if least is not None and most is not None:
        return f"{number(least)} – {number(most)}"
    return f"≥ {number(least)}" if most is None else f"≤ {number(most)}"


def notes(document: Mapping[str, Any]) -> list[str]:
    """What must be said of rows: why they were not measured, what was compared."""
    return [f"{row['name']}: {row['note']}" for row in document["rows"] if row["note"]]


def write(path: Path, document: Mapping[str, Any], command: str) -> None:
    """Write the page, and its pictures beside it: benchmarks-n.svg and benchmarks-T.svg of benchmarks.md."""
    pictures = benchmark_pictures.pictures(document["rows"])
    for name, (_, svg) in pictures.items():
        path.with_name(f"{path.stem}-{name}.svg").write_text(svg, encoding="utf-8", newline="\n")
    shown = [f"![{title}]({path.stem}-{name}.svg)" for name, (title, _) in pictures.items()]
    path.write_text(page(document, command, shown), encoding="utf-8", newline="\n")


def page(document: Mapping[str, Any], command: str, pictures: Sequence[str] = ()) -> str:
    """The page in Markdown; `pictures` are the lines that show them."""
    machine = document["machine"]
    parts = [PAGE.format(command=command, machine=_machine(machine))]
    for group in document["groups"]:
        rows = [row for row in document["rows"] if row["group"] == group]
        parts.append(f"## {GROUPS[group].title}")
        parts.append(_table([row for row in rows if not row["series"]]))
        parts += pictures if any(row["series"] for row in rows) else []
        parts.append(_table([row for row in rows if row["series"]]))
        parts += [f"- {note}" for note in notes({"rows": rows})]
    missing = [GROUPS[name].title for name in GROUPS if name not in document["groups"]]
    if missing:
        parts.append(f"Not measured this time: {', '.join(missing)}.")
    return "\n\n".join(part for part in parts if part) + "\n"


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    if not rows:
        return ""
    lines = [HEAD, ("---",) * len(HEAD), *map(cells, rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _machine(machine: Mapping[str, Any]) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    changed = "-dirty" if machine["commit"].endswith("-dirty") else ""
    load = "" if machine["load"] is None else f"; {number(machine['load'])} processes wanted a core at the end"
    return (
        f"{machine['processor']}, {machine['cores']} cores, {machine['os']}; {machine['blas']}, one thread; "
        f"{versions}; commit `{machine['commit'][:12]}{changed}`, {machine['finished'][:10]}{load}"
    )


PAGE = """# What things cost

Written by `{command}`; do not edit.

Measured on {machine}.

Each thing is timed alternately with the floor that it stands on, in one run and on one core; the number is the median
over the repeats, with quartiles. Read the ratios: what else the machine does hits both sides of them. *Asked* is what
the design asks for; a row that misses it is shown as it is."""
