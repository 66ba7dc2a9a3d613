"""`list` and `explain`: what is claimed, without sampling anything."""

from __future__ import annotations

from typing import Any

import click

from verify import registry
from verify.cli import names, output
from verify.cli.explain import explanation
from verify.cli.options import as_json as json_option
from verify.cli.options import traceback as traceback_option
from verify.model import Claim

__all__ = ["explain_one", "list_all"]


@click.command("list")
@json_option
@traceback_option
def list_all(*, as_json: bool) -> int:
    """List all claims: id, title, source, kinds of check.

    \b
    Examples:
      python -m verify list
      python -m verify list --json
    """
    claims = [registry.load(reference) for reference in registry.references().values()]
    if as_json:
        output.write_json([_record(claim) for claim in claims])
    else:
        rows = [(claim.id, claim.title, str(claim.source), ", ".join(_kinds(claim))) for claim in claims]
        output.write(output.column_lines([("ID", "TITLE", "SOURCE", "CHECKS"), *rows]))
    return 0


@click.command("explain")
@click.argument("name", metavar="ID")
@traceback_option
def explain_one(*, name: str) -> int:
    """Explain one claim: statement, assumptions, derivation, checks, the rivals they must refute, findings.

    \b
    Examples:
      python -m verify explain prop_2_1a_same_map
      python -m verify explain ./my_claim.py
    """
    output.write(explanation(names.claim_of(name)))
    return 0


def _record(claim: Claim) -> dict[str, Any]:
    return {
        "id": claim.id,
        "title": claim.title,
        "source": {"paper": claim.source.paper, "item": claim.source.item},
        "checks": [{"name": check.name, "kind": check.kind} for check in claim.checks],
        "controls": [control.name for control in claim.controls],
        "uses": list(claim.uses),
    }


def _kinds(claim: Claim) -> list[str]:
    """Each kind once, in the order of the checks."""
    return list(dict.fromkeys(check.kind for check in claim.checks))
