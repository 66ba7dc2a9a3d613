"""Reports: read Results and never compute. `write` is the way in."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reports import provenance, words

if TYPE_CHECKING:
    from verify.model import Config
    from verify.pipeline import Outcome

    Render = Callable[[Outcome, Config, Mapping[str, Any]], str]

__all__ = ["FILES", "ReportError", "write"]

FILES: Mapping[str, str] = {"html": "report.html", "json": "report.json", "junit": "junit.xml", "md": "report.md"}
MODULES: Mapping[str, str] = {"html": "html", "json": "json_report", "junit": "junit", "md": "markdown"}


class ReportError(ValueError):
    """A report that cannot be written as asked; the message names the remedy."""


def write(
    outcome: Outcome, config: Config, *, directory: Path, formats: Sequence[str], arguments: Sequence[str]
) -> list[Path]:
    """Write the reports asked for into `directory`, made if missing, and return their paths in the order asked.

    Each file appears whole or not at all. Raises ReportError for a format that is not a key of FILES; an OSError
    (no permission, no space) is left as it is.
    """
    unknown = [name for name in formats if name not in FILES]
    if unknown:
        raise ReportError(f"{unknown[0]!r} is no format of a report; choose from {', '.join(FILES)}")
    run = provenance.collect(config, arguments, seconds=outcome.seconds)
    directory.mkdir(parents=True, exist_ok=True)
    paths = []
    for name in dict.fromkeys(formats):
        text = _renderer(name)(outcome, config, run)
        paths.append(_replace(directory / FILES[name], text))
    return paths


def _renderer(name: str) -> Render:
    """Loaded when asked for: Matplotlib and Jinja are needed for HTML alone."""
    render: Render = importlib.import_module(f"reports.{MODULES[name]}").render
    return render


def _replace(path: Path, text: str) -> Path:
    """Write beside the target and rename over it: a reader sees the old file or the new one."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("w", encoding="utf-8", newline="\n") as file:
            file.write(words.clean(text))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return path
