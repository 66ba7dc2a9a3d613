"""The only file that knows which values a setting may have, be it a text of the command line or a value of TOML.

Each reader returns the value or raises ValueError with what is allowed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from verify.model import PROFILES

__all__ = ["DASK", "FORMATS", "PROCESSES", "RANDOM", "READERS"]

FORMATS = ("html", "json", "junit", "md")
RANDOM = "random"  # the seed that stands for one drawn by the operating system
SEED_LIMIT = 2**64
PROCESSES, DASK = EXECUTORS = ("processes", "dask")
ADDRESS = re.compile(r"(?:(?:tcp|tls|ws|wss)://)?(?:\[[0-9a-fA-F:.]+\]|[^\s/:\[\]]+):\d{1,5}")
LONGEST_WATCHDOG = 86_400.0  # seconds; chosen: a day, beyond which no watchdog is as good as none
TRUE, FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


def _whole(value: object) -> int | None:
    """The integer that a text of ASCII digits or a TOML integer stands for; None for anything else."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < len(str(SEED_LIMIT)) + 1:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _texts(value: object) -> Sequence[str] | None:
    """The parts of `a,b`, or of a list of such texts; None where there is anything else among them, or nothing."""
    parts = [value] if isinstance(value, str) else value
    if not isinstance(parts, (list, tuple)) or not all(isinstance(part, str) for part in parts):
        return None
    return [word.strip() for part in parts for word in part.split(",") if word.strip()] or None


def read_profile(value: object) -> str:
    if value not in PROFILES:
        raise ValueError(" or ".join(PROFILES))
    return str(value)


def read_seed(value: object) -> int | str:
    seed = RANDOM if value == RANDOM else _whole(value)
    if seed is None or (isinstance(seed, int) and not 0 <= seed < SEED_LIMIT):
        raise ValueError("an integer from 0 to 2^64 - 1, or random")
    return seed


def read_jobs(value: object) -> int:
    jobs = _whole(value)
    if jobs is None or jobs < 1:
        raise ValueError("the number of processes, an integer of at least 1")
    return jobs


def read_executor(value: object) -> str:
    if value not in EXECUTORS:
        raise ValueError(" or ".join(EXECUTORS))
    return str(value)


def read_scheduler(value: object) -> str:
    if not isinstance(value, str) or not ADDRESS.fullmatch(value):
        raise ValueError("the address of a Dask scheduler, such as tcp://127.0.0.1:8786")
    return value


def read_watchdog(value: object) -> float:
    try:
        seconds = float(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else math.nan
    except (ValueError, OverflowError):
        seconds = math.nan
    if not 0.0 < seconds <= LONGEST_WATCHDOG:
        raise ValueError(f"a number of seconds above 0 and up to {LONGEST_WATCHDOG:g}, a day")
    return seconds


def read_out(value: object) -> Path:
    if not isinstance(value, (str, Path)) or not str(value) or "\0" in str(value):
        raise ValueError("the name of a directory")
    return Path(value)


def read_only(value: object) -> tuple[str, ...]:
    globs = _texts(value)
    if globs is None:
        raise ValueError("patterns of claim ids such as 'theorem_3*', separated by commas")
    return tuple(globs)


def read_switch(value: object) -> bool:
    word = str(value).lower() if isinstance(value, (str, bool)) else ""
    if word not in TRUE + FALSE:
        raise ValueError("true or false")
    return word in TRUE


def read_format(value: object) -> tuple[str, ...]:
    """Each format once, in the order of FORMATS."""
    named = _texts(value)
    if named is None or not set(named) <= set(FORMATS):
        raise ValueError(f"one or more of {', '.join(FORMATS)}, separated by commas")
    return tuple(name for name in FORMATS if name in named)


READERS: Mapping[str, Callable[[object], object]] = {
    "profile": read_profile,
    "seed": read_seed,
    "jobs": read_jobs,
    "executor": read_executor,
    "scheduler": read_scheduler,
    "watchdog": read_watchdog,
    "out": read_out,
    "only": read_only,
    "resume": read_switch,
    "strict": read_switch,
    "format": read_format,
}
