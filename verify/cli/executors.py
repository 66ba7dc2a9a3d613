"""The only file that knows which executor a setting stands for."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from numeric.deadline import WatchdogError
from verify import tasks
from verify.cli.values import DASK
from verify.model import ClaimError

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from verify.cli.settings import Settings
    from verify.model import Config

__all__ = ["HOME", "probe", "workers"]

HOME = "verify.claims."  # modules of this package are part of every fingerprint; other claims are added to it
EXTRA = "pip install 'linear-rnn-verification[distributed]'"


@contextlib.contextmanager
def workers(settings: Settings, config: Config, references: tuple[str, ...]) -> Iterator[Executor]:
    """The executor of a run; ClickException, in plain words, where there is none to be had."""
    with contextlib.ExitStack() as stack:
        if settings.executor == DASK:
            yield _dask(stack, settings, config, references)
        else:
            from numeric.parallel import executor

            yield stack.enter_context(executor(config.jobs, deadline=config.watchdog))


def _dask(stack: contextlib.ExitStack, settings: Settings, config: Config, references: tuple[str, ...]) -> Executor:
    try:
        from numeric.cluster import ClusterError, cluster
    except ModuleNotFoundError as error:
        raise click.ClickException(f"--executor dask: {error.name} is not installed; {EXTRA}") from error
    _hush()
    outside = tuple(reference for reference in references if not reference.startswith(HOME))
    try:
        return stack.enter_context(
            cluster(str(settings.scheduler), deadline=config.watchdog, identity=partial(tasks.identity, outside))
        )
    except ClusterError as error:
        raise click.ClickException(f"--scheduler {settings.scheduler}: {error}") from error


def _hush() -> None:
    """What Dask has to say of a lost connection is said in the report; its own words are for --traceback."""
    if not logging.getLogger("verify").isEnabledFor(logging.DEBUG):
        for name in [name for name in logging.root.manager.loggerDict if name.partition(".")[0] == "distributed"]:
            logging.getLogger(name).setLevel(logging.CRITICAL)


def probe(words: Sequence[str], watchdog: float) -> None:
    """Load the claim files named by path in a process of their own: one that never returns can be ended there.

    Raises ClaimError where a file is wrong, or takes longer than the watchdog allows.
    """
    from numeric.parallel import WorkerLost, executor

    paths = [word for word in words if word.endswith(".py") and Path(word).is_file()]
    if not paths:
        return
    with executor(1, deadline=watchdog) as pool:
        for path in paths:
            try:
                pool.submit(tasks.load, str(Path(path).resolve()), watchdog).result()
            except (WatchdogError, WorkerLost) as error:
                reason = f"{type(error).__name__}: {error}"
                raise ClaimError(f"{path} cannot be imported ({reason}); mend the file, or see --watchdog") from error
