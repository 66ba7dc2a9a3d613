"""The only file that builds tables: what all rows share is said once, above; a column without content is left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.words import interval, number
from verify.model import Point, Verdict

__all__ = ["Cell", "Column", "Table", "numbers", "table", "text"]


@dataclass(frozen=True, kw_only=True)
class Cell:
    """What stands in a cell: text with remarks under it (a line each), a verdict, or a share drawn as a bar."""

    text: str = ""
    remark: str = ""
    verdict: Verdict | None = None
    share: float | None = None


@dataclass(frozen=True, kw_only=True)
class Column:
    """Cells under a header; from `share_from` rows on, equal ones are said once (0: never)."""

    header: str
    cells: tuple[Cell, ...]
    numeric: bool = False
    share_from: int = 1


@dataclass(frozen=True, kw_only=True)
class Table:
    """`shared` holds what is equal in all rows; `marks` the verdict of each row, None where it has none."""

    shared: tuple[tuple[str, str], ...]
    headers: tuple[tuple[str, bool], ...]  # (text, whether numbers stand below)
    rows: tuple[tuple[Cell, ...], ...]
    marks: tuple[Verdict | None, ...]


def table(columns: Sequence[Column], marks: Sequence[Verdict | None], shared: Sequence[tuple[str, str]] = ()) -> Table:
    """The columns as a table; `shared` is said above as well, where it says anything."""
    filled = [column for column in columns if any(cell != Cell() for cell in column.cells)]
    once = [(column.header, column.cells[0].text) for column in filled if _is_shared(column)]
    kept = [column for column in filled if not _is_shared(column)]
    return Table(
        shared=(*((name, text) for name, text in shared if text), *once),
        headers=tuple((column.header, column.numeric) for column in kept),
        rows=tuple(zip(*(column.cells for column in kept), strict=True)),
        marks=tuple(marks),
    )


def _is_shared(column: Column) -> bool:
    return 0 < column.share_from <= len(column.cells) and len(set(column.cells)) == 1


def text(header: str, texts: Sequence[str], *, numeric: bool = False, share_from: int = 1) -> Column:
    """A column of plain texts."""
    cells = tuple(Cell(text=text) for text in texts)
    return Column(header=header, cells=cells, numeric=numeric, share_from=share_from)


def numbers(points: Sequence[Point]) -> list[Column]:
    """Estimate, prediction and interval; a distance from 0 has its allowed value in their place."""
    numeric = [point for point in points if point.estimate is not None]
    if not numeric:
        return []
    estimates = [number(point.estimate) for point in points]
    if all(point.low == 0 and point.prediction == 0 for point in numeric):
        return [
            text("distance", estimates, numeric=True, share_from=0),
            text("allowed", [number(point.high) for point in points], numeric=True, share_from=2),
        ]
    return [
        text("estimate", estimates, numeric=True, share_from=0),
        text("prediction", [number(point.prediction) for point in points], numeric=True, share_from=2),
        text("interval", [interval(point.low, point.high) for point in points], numeric=True, share_from=0),
    ]
