"""The only file that knows the peers: other tools for the same numbers, each in an environment of its own.

A peer is a script in tests/benchmarks/peers with a requirements file; the README there states the protocol.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verify.bench.rows import Asked, Measured, Row, not_measured, ratio, summarise

__all__ = ["FOLDER", "PROTOCOL", "Peer", "PeerError", "group", "known_peers", "read_rows"]

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "tests" / "benchmarks" / "peers"
PROTOCOL = "peer-1"
MINUTES = 20  # chosen: a peer that is not done by then is broken, not slow


class PeerError(RuntimeError):
    """A peer that did not answer as the protocol says; the message is for the row that stays empty."""


@dataclass(frozen=True, kw_only=True)
class Peer:
    """A script, the first line of its docstring, and the requirements of its environment."""

    script: Path
    title: str
    requirements: Path

    @property
    def environment(self) -> str:
        """`neural-tangents` of requirements-neural-tangents.txt: the name of its folder."""
        return self.requirements.stem.removeprefix("requirements-")


def group(environments: Path | None) -> Iterator[Measured]:
    """Rows of every peer; each says why where it was not measured."""
    peers = known_peers(FOLDER)
    if not peers:
        yield not_measured("peers", "×", "their scripts are part of the source checkout, not of the installed package")
    for peer in peers:
        if environments is None:
            yield not_measured(peer.title, "×", "--peers DIR names a folder for their environments")
            continue
        try:
            yield from read_rows(_answer(peer, _python(peer, environments)))
        except PeerError as error:
            yield not_measured(peer.title, "×", str(error))


def known_peers(folder: Path) -> list[Peer]:
    """Scripts whose name begins with that of an environment: requirements-pytorch.txt is for pytorch_bptt.py."""
    found = []
    for script in sorted(folder.glob("*.py")):
        for requirements in sorted(folder.glob("requirements-*.txt")):
            title = (ast.get_docstring(ast.parse(script.read_text(encoding="utf-8"))) or script.stem).splitlines()[0]
            peer = Peer(script=script, title=title.rstrip("."), requirements=requirements)
            if script.stem.replace("_", "-").startswith(peer.environment):
                found.append(peer)
    return found


def _python(peer: Peer, environments: Path) -> Path:
    """The interpreter of the peer's environment, which is built if it is missing."""
    folder = environments.resolve() / peer.environment
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        _call([sys.executable, "-m", "venv", str(folder)], f"the environment {peer.environment} could not be made")
        install = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", "-r"]
        failed = f"its environment could not be filled; delete {environments / peer.environment} and try again"
        _call([*install, str(peer.requirements)], failed)
    return python


def _answer(peer: Peer, python: Path) -> str:
    """What the script prints, run with the checkout on its path and one BLAS thread.

    -P keeps the script's own folder off the path: a script may bear the name of the package that it measures.
    """
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return _call([str(python), "-P", str(peer.script)], "its script failed", {"PYTHONPATH": str(ROOT), **threads})


def _call(command: Sequence[str], failed: str, more: Mapping[str, str] | None = None) -> str:
    environment = {**os.environ, **(more or {})}
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60 * MINUTES, env=environment)
    except (OSError, subprocess.TimeoutExpired) as error:
        reason = f"no answer within {MINUTES} minutes" if isinstance(error, subprocess.TimeoutExpired) else str(error)
        raise PeerError(f"{failed}: {reason}") from error
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise PeerError(f"{failed}: {last}")
    return done.stdout


def read_rows(answer: str) -> list[Measured]:
    """The rows in the last line that a peer printed; raises PeerError for anything else."""
    try:
        document = json.loads(answer.strip().splitlines()[-1])
        if document["protocol"] != PROTOCOL:
            raise PeerError(f"it speaks {document['protocol']!r}, not {PROTOCOL!r}")
        return [_row(entry, document["versions"]) for entry in document["rows"]]
    except (LookupError, ValueError, TypeError, AttributeError) as error:
        raise PeerError(f"its answer is not as the protocol says ({type(error).__name__}: {error})") from error


def _row(entry: Mapping[str, Any], versions: Mapping[str, str]) -> Measured:
    samples = [
        {"ours": float(ours), "theirs": float(theirs)}
        for ours, theirs in zip(entry["ours"], entry["theirs"], strict=True)
    ]
    least = entry.get("asked")
    row = Row(name=entry["name"], unit="×", calls={}, value=ratio("theirs", "ours"),
              asked=None if least is None else Asked(least=float(least)))  # fmt: skip
    stated = ", ".join(f"{name} {version}" for name, version in versions.items())
    return summarise(row, samples, note=f"{entry['agreement']}; {stated}")
