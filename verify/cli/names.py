"""The only file that knows how a claim is named on the command line, and what was meant by a name that is none."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

import click

from verify import registry
from verify.model import Claim

__all__ = ["Selection", "all_claims", "claim_of", "named", "nearest"]


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What is to be run: claim id → reference, and for a claim of which one check is wanted, id → check."""

    claims: Mapping[str, str]
    checks: Mapping[str, str] = field(default_factory=dict)


def nearest(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'all'?` or nothing, to be put behind what is wrong."""
    found = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {found[0]!r}?" if found else ""


def all_claims(only: Sequence[str] = ()) -> Selection:
    """Every claim of this installation, or those that a pattern matches; a pattern without a match is an error."""
    known = registry.references()
    for pattern in only:
        if not any(fnmatchcase(name, pattern) for name in known):
            hint = nearest(pattern.strip("*"), known)
            raise click.ClickException(f"--only {pattern!r} matches no claim{hint}; `python -m verify list` shows all")
    chosen = {
        name: reference
        for name, reference in known.items()
        if not only or any(fnmatchcase(name, pattern) for pattern in only)
    }
    for reference in chosen.values():
        registry.load(reference)
    return Selection(claims=chosen)


def named(words: Sequence[str]) -> Selection:
    """The claims for `id`, `id:check` and `path.py`; an error names the nearest that exists."""
    known = registry.references()
    claims: dict[str, str] = {}
    checks: dict[str, str | None] = {}
    for word in words:
        name, check = _split(word)
        ((claim, reference),) = _reference(name, known).items()
        if claims.get(claim, reference) != reference:
            raise click.ClickException(f"{name!r}: two claims are called {claim!r}; run them one after the other")
        if checks.get(claim, check) != check:
            raise click.ClickException(f"{word!r}: the claim is named twice; name one check, or the claim as a whole")
        loaded = registry.load(reference)
        if check is not None:
            _require_check(loaded, check)
        claims[claim], checks[claim] = reference, check
    return Selection(claims=claims, checks={claim: check for claim, check in checks.items() if check is not None})


def claim_of(word: str) -> Claim:
    """The one claim of that name or path."""
    (reference,) = _reference(word, registry.references()).values()
    return registry.load(reference)


def _split(word: str) -> tuple[str, str | None]:
    """`claim:check` → (claim, check); a path may hold colons of its own."""
    if word.endswith(".py") or ":" not in word:
        return word, None
    name, _, check = word.rpartition(":")
    return name, check


def _reference(name: str, known: Mapping[str, str]) -> dict[str, str]:
    if not name.endswith(".py") and name not in known:
        hint = nearest(name, known)
        raise click.ClickException(f"no claim is called {name!r}{hint}; `python -m verify list` shows all")
    return registry.select(known, [name])


def _require_check(claim: Claim, check: str) -> None:
    names = [found.name for found in claim.checks]
    if check not in names:
        raise click.ClickException(
            f"{claim.id} has no check {check!r}{nearest(check, names)}; it has {', '.join(names)}"
        )
