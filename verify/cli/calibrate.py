"""`calibrate`: measure the error rates of the kinds of check, and write down what was found."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, as_completed
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from verify.cli import output
from verify.cli.interrupt import Interrupt
from verify.cli.options import options
from verify.cli.places import require_file
from verify.cli.settings import resolve
from verify.judgement import EXIT, INTERRUPTED
from verify.model import Verdict

if TYPE_CHECKING:
    from verify.calibration import Outcome

__all__ = ["calibrate"]

TRIALS = 2000
PART = 100  # trials of one task: chosen, about a second
HEAD = ("kind of check", "statistic", "trials", "REFUTED", "INCONCLUSIVE", "must be", "result")


@click.command("calibrate")
@options("seed", "jobs", "config")
@click.option("--trials", metavar="N", type=click.IntRange(min=100), default=TRIALS, help=f"Trials a case. [{TRIALS}]")
@click.option("--write", metavar="FILE", type=Path, help="Also write a page, such as docs/trust.md.")
def calibrate(*, trials: int, write: Path | None, **flags: Any) -> int:  # noqa: ANN401 — as click hands them over
    """Measure the error rates of the checks, on statistics whose truth is known.

    Every kind of check that samples judges many true nulls at α = 0.05 and many nulls that are false by twice its
    resolution; a z-test in the place of Mean shows that the harness can fail. Exits with 4 if a rate is off.

    \b
    Examples:
      python -m verify calibrate
      python -m verify calibrate --write docs/trust.md
    """
    config = resolve(flags).config()
    if write is not None:
        require_file(write)
    with Interrupt(quiet=False) as stopped:
        outcomes = _measure(trials, config.seed, config.jobs, stopped)
    if not outcomes:
        return INTERRUPTED
    output.write(output.column_lines([HEAD, *map(_row, outcomes)]))
    if write is not None:
        _page(write, outcomes, config.seed)
    return 0 if all(outcome.passed for outcome in outcomes) else EXIT[Verdict.ERROR]


def _measure(trials: int, seed: int, jobs: int, stopped: Interrupt) -> list[Outcome]:
    """All cases, in parts of 100 trials; nothing where the user stops it."""
    from numeric.parallel import executor
    from verify import calibration

    with executor(jobs) as pool:
        stopped.ends(pool)
        parts: dict[Future[tuple[int, int]], str] = {
            pool.submit(calibration.trials, name, seed, first, min(first + PART, trials)): name
            for name in calibration.CASES
            for first in range(0, trials, PART)
        }
        for future in as_completed(parts):
            future.result()
            if stopped():
                pool.shutdown(wait=False, cancel_futures=True)
                return []
    counts = {name: [part.result() for part, of in parts.items() if of == name] for name in calibration.CASES}
    return [calibration.outcome(name, found, trials) for name, found in counts.items()]


def _row(outcome: Outcome) -> tuple[str, ...]:
    from verify.calibration import most_alarms

    limit = most_alarms(outcome.trials)
    wanted = {
        "quiet": f"at most {limit} REFUTED",
        "caught": f"at least {outcome.trials - limit} REFUTED",
        "alarmed": f"more than {limit} REFUTED",
    }[outcome.case.expect]
    numbers = (str(outcome.trials), str(outcome.refuted), str(outcome.inconclusive))
    return (outcome.case.kind, outcome.case.statistic, *numbers, wanted, "as it must" if outcome.passed else "WRONG")


def _page(path: Path, outcomes: Sequence[Outcome], seed: int) -> None:
    rows = ["| " + " | ".join(row) + " |" for row in (HEAD, ("---",) * len(HEAD), *map(_row, outcomes))]
    command = f"python -m verify calibrate --seed {seed} --trials {outcomes[0].trials} --write {path.as_posix()}"
    text = PAGE.format(table="\n".join(rows), command=command)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"cannot write {str(path)!r}: {error.strerror}; choose another --write") from error


PAGE = """# Why the verdicts can be trusted

Written by `{command}`; do not edit.

## Measured error rates

Each kind of check that samples judged statistics of known truth, look by look, exactly as in a run but at α = 0.05, so
that alarms can be counted (a run uses 10⁻⁶/4096 a line), and with the coarse resolutions stated, so that few draws
decide (a run uses 10, 5 or 2 %). *True* nulls may raise no more alarms than a rate of 0.05
explains at level 10⁻³ (exact binomial); nulls *false by twice the resolution* must be caught. The last row is the rival
that shows that the harness can fail: a central-limit z-test in the place of `Mean`, on a heavy-tailed statistic of this
theory. A true `Proportion` whose probability is exactly at its limit can only end REFUTED or INCONCLUSIVE.
`Rate` is two Proportions a size and has no statistics of its own.

{table}

`Proof` and `Agreement` draw nothing: a proof ends in a normal form, a covering or a witness, and an agreement's bound
is derived from rounding and conditioning.
"""
