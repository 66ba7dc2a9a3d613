"""Equal bytes: a block's draws depend on its own generator, not on the batch that it is computed in."""

from collections.abc import Callable

import pytest

from numeric import dense, krylov, krylov_numpy
from numeric.grams import Grams, RightGrams
from numeric.streams import stream, streams

pytestmark = pytest.mark.usefixtures("each_route")
Sampler = Callable[..., Grams | RightGrams]
SAMPLERS = {"dense": dense.sample_grams, "krylov": krylov.sample_grams, "one-sided": krylov.sample_right_grams}
every = pytest.mark.parametrize("sample", SAMPLERS.values(), ids=SAMPLERS)
SIZES = [(1, 1, 1, 1), (1, 4, 1, 1), (1, 1, 2, 3), (3, 6, 1, 1), (2, 3, 3, 1), (9, 4, 2, 2), (7, 3, 3, 4), (9, 5, 1, 4)]
WIDE = [(300, 12, 1, 1), (100, 32, 1, 1)]


def content(grams: Grams | RightGrams, part: slice = slice(None)) -> bytes:
    arrays = [getattr(grams, name) for name in ("right", "left", "impulse") if hasattr(grams, name)]
    return b"".join(array[part].tobytes() for array in arrays)


@every
@pytest.mark.parametrize("block", [1, 2, 3, 64])
@pytest.mark.parametrize("sizes", SIZES + WIDE, ids=str)
def test_blocks_one_by_one_or_together(sample: Sampler, block: int, sizes: tuple[int, int, int, int]) -> None:
    n, T, n_x, n_y = sizes
    number = 10 if n < 100 and sample is not dense.sample_grams else 2  # 10 blocks of 64 are more than one chunk
    together = sample(n=n, T=T, n_x=n_x, n_y=n_y, replicates=number * block, rng=streams(("bytes",), range(number)))
    for b in range(number):
        alone = sample(n=n, T=T, n_x=n_x, n_y=n_y, replicates=block, rng=stream("bytes", b))
        assert content(alone) == content(together, slice(b * block, (b + 1) * block))


@pytest.mark.parametrize("cache_bytes", [1, 2**20, 2**40])
def test_krylov_chunks_leave_no_trace(cache_bytes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """How many pieces NumPy works on at once."""

    def sample() -> bytes:
        return content(krylov.sample_grams(n=20, T=5, replicates=640, rng=streams(("chunks",), range(10))))

    expected = sample()
    monkeypatch.setattr(krylov_numpy, "CACHE_BYTES", cache_bytes)
    assert sample() == expected


@every
def test_different_blocks_get_different_numbers(sample: Sampler) -> None:
    grams = sample(n=5, T=3, replicates=128, rng=streams(("bytes",), range(2)))
    assert len({content(grams, slice(b, b + 1)) for b in range(128)}) == 128


def test_a_large_block_is_cut_into_pieces_that_differ() -> None:
    """One generator for 2,000 replicates is more than one chunk: no number may be used twice."""
    grams = krylov.sample_grams(n=5, T=3, replicates=2000, rng=stream("large"))
    assert len(set(grams.impulse[:, 0, 0, 0])) == 2000
