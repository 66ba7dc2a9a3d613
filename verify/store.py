"""Results on disk: one SQLite file of merged sums, written as they finish, so that a killed run can be continued.

A chunk is filed under everything its bytes depend on: root seed, claim, check, control, setting, blocks, and a
fingerprint of the sources and of the versions they ran with. What another simulator computed is never found again.
"""

from __future__ import annotations

import hashlib
import json
import platform
import sqlite3
import zlib
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import TracebackType
from typing import Any, Self

__all__ = ["Store", "StoreError", "fingerprint", "ingredients"]

PACKAGES = ("verify", "symbolic", "numeric")
DEPENDENCIES = ("numpy", "scipy", "sympy", "mpmath", "python-flint")


class StoreError(OSError):
    """The results cannot be kept in the place asked for; the message names it and the remedy."""


def ingredients(extra: Iterable[Path] = ()) -> dict[str, str]:
    """All that a result depends on, by name: Python, the dependencies, and a hash of the sources and `extra` files.

    `extra` are claims outside the package.
    """
    digest = hashlib.sha256()
    root = Path(__file__).resolve().parent.parent
    files = [path for p in PACKAGES for path in (root / p).rglob("*") if path.suffix in {".py", ".c", ".h"}]
    sources = [(path.relative_to(root).as_posix(), path) for path in files]
    for name, path in sorted(sources) + sorted((path.name, path) for path in extra):
        digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    from numeric import compiled

    versions = {package: _version(package) for package in DEPENDENCIES}
    # the compiled products with a W in memory round differently
    kernels = {"compiled kernels": str(compiled.used())}
    return {"Python": platform.python_version(), **versions, **kernels, "sources": digest.hexdigest()}


def fingerprint(extra: Iterable[Path] = ()) -> str:
    """A hash of the ingredients."""
    return hashlib.sha256(json.dumps(ingredients(extra), sort_keys=True).encode()).hexdigest()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "absent"


class Store:
    """Chunks by key. A context manager; `resume` decides whether what an earlier run left is read."""

    def __init__(self, path: Path, *, fingerprint: str, resume: bool) -> None:
        self._prefix = fingerprint
        self._start = json.dumps([fingerprint])[:-1]
        self._resume = resume
        try:
            self._connection = sqlite3.connect(path, timeout=30.0, isolation_level=None)
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("CREATE TABLE IF NOT EXISTS chunk (key TEXT PRIMARY KEY, sums BLOB NOT NULL)")
            if not resume:  # what other sources computed is never read again; without this the file would only grow
                self._connection.execute(
                    "DELETE FROM chunk WHERE substr(key, 1, ?) <> ?", (len(self._start), self._start)
                )
        except sqlite3.Error as error:
            raise StoreError(f"cannot keep results in {path} ({error}); choose another directory with --out") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def get(self, *key: str | int) -> dict[str, Any] | None:
        """The sums of a chunk, or None where they must be computed."""
        if not self._resume:
            return None
        try:
            row = self._connection.execute("SELECT sums FROM chunk WHERE key = ?", (self._name(key),)).fetchone()
            return None if row is None else json.loads(zlib.decompress(row[0]))
        except (sqlite3.Error, zlib.error, ValueError) as error:
            raise StoreError(f"cannot read the results of the earlier run ({error}); run without --resume") from error

    def put(self, sums: dict[str, Any], *key: str | int) -> None:
        """Keep the sums of a chunk; a full disk or a read-only file is a StoreError."""
        blob = zlib.compress(json.dumps(sums).encode(), level=1)
        try:
            self._connection.execute("INSERT OR REPLACE INTO chunk VALUES (?, ?)", (self._name(key), blob))
        except sqlite3.Error as error:
            raise StoreError(f"cannot keep results ({error}); free some space or choose another --out") from error

    def _name(self, key: tuple[str | int, ...]) -> str:
        return json.dumps([self._prefix, *key])
