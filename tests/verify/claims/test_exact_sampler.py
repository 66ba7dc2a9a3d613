"""The sampler that the rivals break is right when it is not broken, so that a rival falls by its fault alone."""

import dataclasses
from functools import partial

import pytest

from numeric.streams import stream
from verify.claims import exact_sampler
from verify.model import Config, Verdict


def outcomes(fault: str) -> dict[str, Verdict]:
    """The verdict of each line at n = 16, T = 8, at the first look that decides it."""
    sample = partial(exact_sampler.exact_statistics, sampler=partial(exact_sampler.deferred, fault=fault))
    check = dataclasses.replace(
        exact_sampler.CLAIM.check("width-free"), sample=sample, settings=(exact_sampler.FAULTY,)
    )
    (family,) = check.plan("exact_sampler", None, Config(profile="quick"))
    look = len(family.looks)
    rngs = [stream("deferred decisions", fault, block) for block in range(family.blocks(look))]
    sums = check.observe(family, rngs)
    found = {line.label: check.judge(family, line, sums[line.label], look) for line in family.lines}
    return {label: evidence.verdict for label, evidence in found.items() if evidence is not None}


def test_without_a_fault_every_line_is_verified() -> None:
    verdicts = outcomes("")
    assert len(verdicts) == len(exact_sampler.exact_lines(exact_sampler.FAULTY))
    assert set(verdicts.values()) == {Verdict.VERIFIED}


@pytest.mark.parametrize("fault", ["χ", "projection", "axes"])
def test_each_fault_is_seen_and_the_right_vectors_are_not_blamed_for_the_left(fault: str) -> None:
    verdicts = outcomes(fault)
    assert Verdict.REFUTED in verdicts.values()
    if fault != "χ":
        assert verdicts["on and above the diagonal"] is verdicts["below the diagonal"] is Verdict.VERIFIED
