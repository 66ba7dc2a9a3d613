"""A setting that a profile has not the draws for is NOT_RUN there and says so; elsewhere it is like any other."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from numpy.random import Generator

from numeric.streams import BLOCK
from verify.checks import Mean, MeanLine, sampling
from verify.model import PROFILES, Config, Setting

NEAR, FAR = Setting(n=1), Setting(n=2)


def lines(setting: Setting) -> list[MeanLine]:
    return [MeanLine(label="x", null="E x = 0", low=0.0, high=0.0, variance=1.0, scale=1.0, at={"n": setting["n"]})]


def sample(setting: Setting, rngs: Sequence[Generator]) -> Mapping[str, np.ndarray]:  # noqa: ARG001
    return {"x": np.concatenate([rng.standard_normal(BLOCK) for rng in rngs])}


CHECK = Mean(name="means", title="", settings=(NEAR, FAR), lines=lines, sample=sample, microseconds=1.0)


@pytest.mark.parametrize("profile", PROFILES)
def test_every_profile_covers_a_setting_that_is_not_named(profile: str) -> None:
    assert [family.skip for family in CHECK.plan("toy", None, Config(profile=profile))] == ["", ""]


@pytest.mark.parametrize(("profile", "skipped"), [("quick", True), ("standard", False), ("full", False)])
def test_a_named_setting_is_skipped_outside_its_profiles(profile: str, skipped: bool) -> None:
    check = dataclasses.replace(CHECK, profiles={FAR: ("standard", "full")})
    near, far = check.plan("toy", None, Config(profile=profile))
    assert near.skip == ""
    assert far.skip == ("beyond the quick profile; covered by standard, full" if skipped else "")
    plain = CHECK.plan("toy", None, Config(profile=profile))[1]
    assert dataclasses.replace(far, skip="") == plain  # nothing else of the plan depends on the list


def test_profiles_are_looked_up_by_the_label_of_the_setting() -> None:
    reason = sampling.beyond({Setting(n=2): ("full",)}, "quick")
    assert reason(FAR) == "beyond the quick profile; covered by full"
    assert reason(NEAR) == ""
