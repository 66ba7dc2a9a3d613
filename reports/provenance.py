"""The only file that asks the machine what it is: versions, processor, checkout; never names, never absolute paths."""

from __future__ import annotations

import functools
import importlib.metadata
import os
import platform
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from verify.model import Config

__all__ = ["PACKAGES", "collect"]

PACKAGES = ("numpy", "scipy", "sympy", "mpmath", "python-flint", "matplotlib")
UNKNOWN = "unknown"
ROOT = Path(__file__).resolve().parents[1]


def collect(config: Config, arguments: Sequence[str], *, seconds: float = 0.0) -> dict[str, Any]:
    """What a run was made with; it ended now and began `seconds` ago. Times are UTC, to the second."""
    from numeric import compiled

    finished = datetime.now(UTC).replace(microsecond=0)
    versions = {"python": platform.python_version(), **{name: _version(name) for name in PACKAGES}}
    return {
        "arguments": [_without_path(argument) for argument in arguments],
        "blas": _blas(),
        "commit": _commit(),
        "cores": os.cpu_count() or 1,
        "finished": finished.isoformat(),
        "jobs": config.jobs,
        "os": f"{platform.system()} {platform.release()} ({platform.machine()})",
        "processor": _processor(),
        "profile": config.profile,
        "seed": config.seed,
        "started": (finished - timedelta(seconds=round(seconds))).isoformat(),
        "versions": {**versions, "kernels": compiled.route()},
    }


def _without_path(argument: str) -> str:
    """`--out=…/report` for `--out=/home/me/report`: a folder's place is the user's business."""
    option, equals, value = argument.partition("=") if argument.startswith("-") else ("", "", argument)
    absolute = PurePosixPath(value).is_absolute() or PureWindowsPath(value).is_absolute() or value.startswith("~")
    if not absolute:
        return argument
    return f"{option}{equals}…/{PureWindowsPath(value).name}"  # it splits at both kinds of slash


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return UNKNOWN


def _blas() -> str:
    """Name, version and kernel of the library that NumPy multiplies matrices with: `openblas 0.3.27 (SkylakeX)`."""
    import numpy  # noqa: F401 — loads the library that threadpoolctl looks for
    from threadpoolctl import threadpool_info

    found = [library for library in threadpool_info() if library.get("user_api") == "blas"]
    if not found:
        return UNKNOWN
    library = found[0]
    kernel = f" ({library['architecture']})" if library.get("architecture") else ""
    return f"{library['internal_api']} {library.get('version') or ''}".strip() + kernel


@functools.cache
def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return next(iter(models), platform.processor()) or UNKNOWN


@functools.cache
def _commit() -> str:
    """The commit of the checkout that this code runs from, with `-dirty` if it was changed since."""
    if not (ROOT / ".git").exists():  # else git would find the repository around an installed copy
        return UNKNOWN
    head = _git("rev-parse", "HEAD")
    if head is None:
        return UNKNOWN
    return f"{head}-dirty" if _git("status", "--porcelain", "--untracked-files=no") else head


def _git(*words: str) -> str | None:
    """What git prints; None where it is missing, slow or fails."""
    command = ["git", "-C", str(ROOT), *words]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
