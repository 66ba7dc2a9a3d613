"""The command `python -m verify`: its sub-commands, and the one line on stderr that a mistake gets."""

from __future__ import annotations

import logging
import os
import platform
import sys
import traceback
from collections.abc import Sequence

import click

from verify.cli import output
from verify.cli.bench import bench
from verify.cli.calibrate import calibrate
from verify.cli.names import nearest
from verify.cli.options import traceback as traceback_option
from verify.cli.plan import plan_all
from verify.cli.run import run_all, run_named
from verify.cli.show import explain_one, list_all
from verify.cli.version import toolkit_version
from verify.judgement import EXIT, INTERRUPTED
from verify.model import ClaimError, Verdict
from verify.store import StoreError

__all__ = ["main"]

PROGRAM = "python -m verify"
USAGE = 2
BROKEN = EXIT[Verdict.ERROR]


class Commands(click.Group):
    """A group that, asked for a command it does not have, names the nearest that it has."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        found = super().get_command(ctx, cmd_name)
        if found is None and not cmd_name.startswith("-"):
            known = ", ".join(self.commands)
            raise click.ClickException(
                f"no command is called {cmd_name!r}{nearest(cmd_name, self.commands)}; use {known}"
            )
        return found


def _show_version(context: click.Context, parameter: click.Parameter, wanted: bool) -> None:  # noqa: ARG001
    if wanted:
        output.write([f"verify {toolkit_version()} (Python {platform.python_version()})"])
        context.exit()


COMMANDS = {
    "all": run_all,
    "run": run_named,
    "list": list_all,
    "explain": explain_one,
    "plan": plan_all,
    "calibrate": calibrate,
    "bench": bench,
}


@click.group("verify", cls=Commands, commands=COMMANDS, invoke_without_command=True)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version, help="Show it.")
@traceback_option
@click.pass_context
def commands(context: click.Context) -> None:
    """Verify what papers on linear recurrent networks claim, by exact proof and by sampling.

    A check counts only if rivals of the claim, known to be false, were refuted by the same check. `all` and `run` write
    a report and end with a summary. Data goes to stdout, progress to stderr.

    \b
    Examples:
      python -m verify list
      python -m verify explain prop_2_1a_same_map
      python -m verify plan --profile quick
      python -m verify all --profile quick --jobs 4
      python -m verify run ./my_claim.py --seed random

    \b
    Settings, in order of priority:
      1. flags
      2. environment: VERIFY_PROFILE, VERIFY_SEED, VERIFY_JOBS, VERIFY_EXECUTOR,
         VERIFY_SCHEDULER, VERIFY_WATCHDOG, VERIFY_OUT, VERIFY_ONLY, VERIFY_STRICT,
         VERIFY_RESUME, VERIFY_FORMAT, VERIFY_CONFIG
      3. [tool.verify] of ./pyproject.toml, or the file named by --config
      4. defaults

    \b
    Exit codes:
      0    every claim that was judged is verified
      1    a claim is refuted
      2    the command or a claim file is wrong
      3    a claim is powerless or inconclusive; with --strict also: not run
      4    the verification itself is broken
      5    nothing was judged
      130  interrupted: the report is partial, --resume continues the run
    """
    if context.invoked_subcommand is None:
        raise click.ClickException(f"name a command: {', '.join(COMMANDS)}")


def main(arguments: Sequence[str]) -> int:
    """Run a command and return its exit code. Whatever goes wrong, the user reads one line."""
    wants_traceback = "--traceback" in arguments or bool(os.environ.get("VERIFY_TRACEBACK"))
    _prepare_streams(wants_traceback)
    try:
        code = commands.main(list(arguments), prog_name=PROGRAM, standalone_mode=False)
    except (click.ClickException, ClaimError, StoreError) as error:
        return _say(_message(error), BROKEN if isinstance(error, StoreError) else USAGE)
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except SystemExit:  # click's answer to a broken pipe; only under --help is it certain that nothing was lost
        return 0 if "--help" in arguments else _say("unexpected end: a pipe was closed, or a claim quit", BROKEN)
    except Exception as error:  # the last resort
        from numeric.compiled import CompiledError

        if isinstance(error, CompiledError):  # an environment variable, or a build of other sources
            return _say(str(error), USAGE)
        if wants_traceback:
            output.note("".join(traceback.format_exception(error)).rstrip())
        hint = "" if wants_traceback else "; --traceback (or VERIFY_TRACEBACK=1) shows where"
        return _say(f"unexpected {type(error).__name__}: {error}{hint}", BROKEN)
    return code if isinstance(code, int) else 0


def _prepare_streams(wants_traceback: bool) -> None:
    """A terminal that has no ✓ gets a question mark, not an error. What claims raise is logged for --traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    if wants_traceback:
        logging.basicConfig(format="verify: %(message)s")
        logging.getLogger("verify").setLevel(logging.DEBUG)


def _message(error: Exception) -> str:
    """What was wrong; where click noticed it, also where the usage is explained."""
    if isinstance(error, click.UsageError) and error.ctx is not None:
        return f"{error.format_message().rstrip('.')}; see `{error.ctx.command_path} --help`"
    return error.format_message() if isinstance(error, click.ClickException) else str(error)


def _say(message: str, code: int) -> int:
    """The one line."""
    output.note(f"verify: {' '.join(message.split())}")
    return code
