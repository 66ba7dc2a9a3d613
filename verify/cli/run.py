"""`all` and `run`: verify claims, write the report, and say on stdout what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from numeric.deadline import deadline
from verify import registry
from verify.cli import names, output
from verify.cli.executors import HOME, probe, workers
from verify.cli.interrupt import Interrupt
from verify.cli.options import options
from verify.cli.places import require_directory
from verify.cli.progress import watch
from verify.cli.settings import Settings, resolve
from verify.cli.values import RANDOM
from verify.store import Store, StoreError, fingerprint

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from verify.model import Config
    from verify.pipeline import Outcome

__all__ = ["run_all", "run_named"]

STORE = "results.sqlite"
WHERE = ("jobs", "executor", "scheduler", "watchdog")


@click.command("all")
@options("profile", "seed", *WHERE, "out", "only", "resume", "strict", "format", "config", "quiet")
def run_all(*, quiet: bool, **flags: Any) -> int:  # noqa: ANN401 — as click hands them over
    """Verify every claim, or those that --only names.

    \b
    Examples:
      python -m verify all --profile quick
      python -m verify all --only 'theorem_3*' --only exact_sampler
      python -m verify all --resume            # continue a killed run
      python -m verify all --executor dask --scheduler tcp://127.0.0.1:8786
    """
    settings = resolve(flags)
    with deadline(settings.watchdog):
        selection = names.all_claims(settings.only)
    return _verify(selection, settings, ["all"], quiet=quiet)


@click.command("run")
@click.argument("ids", metavar="ID...", nargs=-1)
@options("profile", "seed", *WHERE, "out", "resume", "strict", "format", "config", "quiet")
def run_named(ids: Sequence[str], *, quiet: bool, **flags: Any) -> int:  # noqa: ANN401
    """Verify the claims named.

    ID is a claim, one check of it with the controls that must fall by it (claim:check), or a claim file of your own
    (./my_claim.py).

    \b
    Examples:
      python -m verify run prop_2_1a_same_map
      python -m verify run prop_2_1a_same_map:induction --profile full
      python -m verify run ./my_claim.py --seed random
    """
    if not ids:
        raise click.ClickException("name at least one claim; `python -m verify list` shows all")
    settings = resolve(flags)
    probe(ids, settings.watchdog)
    with deadline(settings.watchdog):
        selection = names.named(ids)
    return _verify(selection, settings, ["run", *ids], quiet=quiet)


def _verify(selection: names.Selection, settings: Settings, command: list[str], *, quiet: bool) -> int:
    config = settings.config()
    require_directory(settings.out)
    if not quiet:
        _announce(settings, config)
    with Interrupt(quiet=quiet) as stopped:
        from numeric.parallel import abandon, slots
        from verify.cli.summary import summary
        from verify.judgement import exit_code

        with workers(settings, config, tuple(selection.claims.values())) as executor:
            stopped.ends(executor)
            config = replace(config, jobs=slots(executor, config.jobs))
            outcome = _outcome(selection, settings, config, executor, stopped, quiet=quiet)
            if outcome.interrupted:
                abandon(executor)  # a plan or a derivation that is still under way
        paths = _report(outcome, settings, config, [*command, *_replay(settings, config)])
        code = exit_code(outcome.results, strict=settings.strict, interrupted=outcome.interrupted)
        output.write(summary(outcome, settings, config, paths, code))
    return code


def _outcome(
    selection: names.Selection,
    settings: Settings,
    config: Config,
    executor: Executor,
    stopped: Interrupt,
    *,
    quiet: bool,
) -> Outcome:
    from verify import pipeline

    claims, checks = selection.claims, selection.checks
    outside = [registry.source_file(reference) for reference in claims.values() if not reference.startswith(HOME)]
    requests = [
        (request.claim, request.check, request.control)
        for claim, reference in claims.items()
        for request in pipeline.requests_of(registry.load(reference), checks.get(claim))
    ]
    with (
        Store(settings.out / STORE, fingerprint=fingerprint(outside), resume=settings.resume) as store,
        watch(requests, config.jobs, quiet=quiet) as progress,
    ):
        return pipeline.run(claims, config, executor, store, only=checks, progress=progress, stopped=stopped)


def _report(outcome: Outcome, settings: Settings, config: Config, arguments: Sequence[str]) -> list[Path]:
    """Write the reports; no space or no permission is a StoreError, and nothing that was computed is lost."""
    import reports

    try:
        return reports.write(outcome, config, directory=settings.out, formats=settings.format, arguments=arguments)
    except OSError as error:
        reason = f"cannot write the report to {settings.out} ({error.strerror or error})"
        raise StoreError(f"{reason}; make room there, and --resume finds all results again") from error


def _announce(settings: Settings, config: Config) -> None:
    if settings.seed == RANDOM:
        output.note(f"verify: the seed drawn is {config.seed}")
    if settings.resume and not (settings.out / STORE).exists():
        output.note(f"verify: nothing to resume in {settings.out}; the run starts afresh")


def _replay(settings: Settings, config: Config) -> list[str]:
    """The flags on which the result depends, so that the command can be repeated without environment or files."""
    only = [part for glob in settings.only for part in ("--only", glob)]
    return ["--profile", config.profile, "--seed", str(config.seed), *only]
