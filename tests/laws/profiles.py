"""How many examples a law is tried on: the profiles `ci` and `deep`, selected by HYPOTHESIS_PROFILE."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, Phase, settings

__all__ = ["PROFILES", "law", "register"]

EXAMPLES = 30  # chosen: all laws together take a quarter of a minute on one core, and a minute on a busy one
DEPTH = 20  # what `deep` multiplies it by

_COMMON = {"deadline": None, "print_blob": True, "suppress_health_check": [HealthCheck.too_slow]}

PROFILES = {
    # the same examples in every run: a red build means that the code has changed
    "ci": settings(max_examples=EXAMPLES, derandomize=True, database=None, **_COMMON),
    # new examples in every run; the tolerances are derived bounds, so that a failure is a fault and never bad luck
    "deep": settings(max_examples=EXAMPLES * DEPTH, derandomize=False, phases=tuple(Phase), **_COMMON),
}


def register() -> None:
    """Make the profiles known to Hypothesis by their names, for tests outside this folder."""
    for name, profile in PROFILES.items():
        settings.register_profile(name, profile)


def law(test: object) -> object:
    """Decorate a test of a law, above `@given`: it runs on the examples of the profile selected."""
    selected = os.environ.get("HYPOTHESIS_PROFILE", "ci")
    if selected not in PROFILES:
        raise pytest.UsageError(f"HYPOTHESIS_PROFILE={selected!r} is no profile of the laws: {', '.join(PROFILES)}")
    return PROFILES[selected](test)
