"""How much memory a process and all that it started hold together, on systems that tell by /proc."""

from __future__ import annotations

from pathlib import Path

__all__ = ["held"]

PROC = Path("/proc")
KILO = 1024


def held(pid: int) -> int | None:
    """Bytes of the process and its descendants, pages they share counted once (PSS); None where nobody tells."""
    known = [_own(each) for each in _tree(pid)]
    sizes = [size for size in known if size is not None]
    return sum(sizes) if sizes else None


def _tree(pid: int) -> list[int]:
    found, pending = [], [pid]
    while pending:
        one = pending.pop()
        found.append(one)
        try:
            for file in (PROC / str(one) / "task").glob("*/children"):
                pending += map(int, file.read_text().split())
        except OSError:  # gone by now
            continue
    return found


def _own(pid: int) -> int | None:
    try:
        lines = (PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return None
    return next((KILO * int(line.split()[1]) for line in lines if line.startswith("Pss:")), None)
