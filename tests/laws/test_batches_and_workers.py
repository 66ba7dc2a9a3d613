"""Batches and workers: a replicate's bytes depend on its block's stream and on nothing else.

One call for all blocks, one for each, any grouping between, in this process or in another: the same bytes. It is what
makes a run repeatable on any machine with any number of workers. No tolerance at all.
Source: evidence page, "Budget, looks, determinism".
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from hypothesis import given

from numeric.dense import sample_grams
from numeric.grams import Grams
from numeric.parallel import executor
from numeric.streams import streams
from tests.laws import strategies
from tests.laws.profiles import law
from tests.laws.strategies import Sizes

Sampler = Callable[..., Grams]

BLOCKS, EACH = 4, 3  # replicates of a block
SHAPES = (Sizes(n=3, T=4, n_x=1, n_y=1), Sizes(n=20, T=6, n_x=2, n_y=1))


def content(grams: Grams) -> list[bytes]:
    """The bytes of each replicate."""
    return [
        grams.right[b].tobytes() + grams.left[b].tobytes() + grams.impulse[b].tobytes() for b in range(grams.replicates)
    ]


def arguments(size: Sizes, seed: int, blocks: range) -> dict[str, object]:
    """What a simulator is called with for these blocks; its streams are new ones every time."""
    names = {"n": size.n, "T": size.T, "n_x": size.n_x, "n_y": size.n_y, "nu_w": 0.9}
    return {**names, "replicates": EACH * len(blocks), "rng": streams(("batches", seed), blocks)}


def depends_on_the_cut(sampler: Sampler, size: Sizes, seed: int, parts: list[range]) -> bool:
    """Whether the parts, sampled one by one, differ from all blocks sampled at once."""
    whole = content(sampler(**arguments(size, seed, range(BLOCKS))))
    return whole != [replicate for part in parts for replicate in content(sampler(**arguments(size, seed, part)))]


@law
@given(size=strategies.sizes(n=12, T=5, columns=2), seed=strategies.seeds(), parts=strategies.partitions(BLOCKS))
def test_any_grouping_of_blocks(sampler: Sampler, size: Sizes, seed: int, parts: list[range]) -> None:
    assert not depends_on_the_cut(sampler, size, seed, parts)


def test_blocks_differ(sampler: Sampler) -> None:
    """No number is used twice: all replicates of all blocks are different."""
    for size in SHAPES:
        found = content(sampler(**arguments(size, 0, range(BLOCKS))))
        assert len(set(found)) == BLOCKS * EACH


def test_any_worker(sampler: Sampler) -> None:
    """Two processes, blocks in the order in which they finish, against this process."""
    with executor(2) as pool:
        for size in SHAPES:
            parts = [range(block, block + 1) for block in range(BLOCKS)]
            futures = [pool.submit(sampler, **arguments(size, 1, part)) for part in parts]
            found = [replicate for future in futures for replicate in content(future.result())]
            assert found == content(sampler(**arguments(size, 1, range(BLOCKS))))


def test_the_law_fails_for_one_stream_for_all() -> None:
    """A simulator that draws every block from the first stream."""

    def first_stream(**sizes: object) -> Grams:
        return sample_grams(**{**sizes, "rng": sizes["rng"][0]})

    parts = [range(2), range(2, 4)]
    assert not depends_on_the_cut(sample_grams, SHAPES[0], 0, parts)
    assert depends_on_the_cut(first_stream, SHAPES[0], 0, parts)


def test_the_law_fails_for_numbers_that_depend_on_the_neighbours() -> None:
    """A batch centred on its own mean, as a normalisation over the batch would do it."""

    def centred(**sizes: object) -> Grams:
        grams = sample_grams(**sizes)
        return replace(grams, impulse=grams.impulse - np.mean(grams.impulse, axis=0))

    assert depends_on_the_cut(centred, SHAPES[0], 0, [range(1), range(1, 4)])
