"""Seed streams are named, reproducible and different for different keys."""

import itertools

import numpy as np
import pytest

from numeric.errors import ArgumentError
from numeric.streams import BLOCK, generators_of_blocks, stream, streams


def test_block_is_what_the_evidence_rules_say() -> None:
    assert BLOCK == 64


def test_same_key_same_numbers() -> None:
    key = (7, "exact-sampler", "law", "", "n=12,T=4", 3)
    assert stream(*key).standard_normal(9).tobytes() == stream(*key).standard_normal(9).tobytes()


def test_numbers_of_a_key_never_change() -> None:
    """A frozen value: changing the hash or the bit generator changes every recorded run."""
    assert stream(0, "claim", "check", "", "setting", 5).integers(2**63, size=2).tolist() == [
        3323759908988371105,
        3999590082972190669,
    ]


def test_different_keys_give_different_numbers() -> None:
    keys = [(1,), ("1",), (1, 1), (11,), ("a", "b"), ("ab",), ("a", "b", ""), ("a,b",), ('a", "b',), (1, "a"), ("a", 1)]
    firsts = [stream(*key).standard_normal() for key in keys]
    assert all(a != b for a, b in itertools.combinations(firsts, 2))


def test_neighbouring_blocks_are_uncorrelated() -> None:
    draws = np.stack([generator.standard_normal(4096) for generator in streams((0, "claim"), range(16))])
    correlation = np.corrcoef(draws) - np.eye(16)
    assert np.abs(correlation).max() < 6 / np.sqrt(4096)


def test_streams_are_the_blocks_of_a_prefix() -> None:
    numbers = [generator.standard_normal() for generator in streams((0, "claim"), range(3, 6))]
    assert numbers == [stream(0, "claim", block).standard_normal() for block in (3, 4, 5)]


@pytest.mark.parametrize("key", [(), (1.0,), (True,), (None,), (("a", "b"),)])
def test_refuses_keys_that_are_not_texts_and_integers(key: tuple) -> None:
    with pytest.raises(ArgumentError, match="stream key"):
        stream(*key)


def test_a_generator_alone_is_one_block() -> None:
    rng = stream(1)
    assert generators_of_blocks(rng, 100) == [rng]


def test_refuses_what_is_no_list_of_different_generators() -> None:
    rng = stream(1)
    for wrong in (None, 7, [], [rng, 3], "ab", np.random):
        with pytest.raises(ArgumentError, match="no source of randomness"):
            generators_of_blocks(wrong, 4)
    with pytest.raises(ArgumentError, match="repeats a Generator"):
        generators_of_blocks([rng, rng], 4)
    with pytest.raises(ArgumentError, match="equal blocks: got 5, allowed: a multiple of the 2"):
        generators_of_blocks(streams((1,), range(2)), 5)
