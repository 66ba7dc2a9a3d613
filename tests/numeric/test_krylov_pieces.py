"""What the width-free sampler draws at once, and how much memory it takes."""

import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from numeric import krylov
from numeric.errors import MemoryLimitError
from numeric.krylov_axes import Axes
from numeric.krylov_draws import Numbers
from numeric.krylov_pieces import DRAWN_BYTES, LANE_BYTES, SMALLEST, pieces, together
from numeric.streams import stream, streams

SAMPLERS = [krylov.sample_grams, krylov.sample_right_grams]
SATURATED = [(1, 4, 1, 1), (2, 3, 3, 1), (9, 4, 2, 2), (5, 12, 1, 3), (50, 7, 2, 2)]


def sizes_of(T: int, blocks: int, block: int) -> list[int]:
    axes = Axes(n=10**6, T=T, n_x=1, n_y=1)
    return [size for _, size in pieces(axes, streams(("pieces",), range(blocks)), blocks * block)]


def test_a_block_of_64_is_one_piece_at_ordinary_sizes() -> None:
    assert sizes_of(5, 3, 64) == [64, 64, 64]
    assert sizes_of(32, 2, 64) == [64, 64]
    assert sizes_of(32, 1, 200) == [64, 64, 64, 8]
    assert sizes_of(32, 2, 3) == [3, 3]


@pytest.mark.parametrize("T", [62, 63, 100, 256, 1024, 3000])
def test_long_runs_are_drawn_in_smaller_pieces(T: int) -> None:
    size = sizes_of(T, 1, 64)[0]
    numbers = Numbers(axes=Axes(n=10**6, T=T, n_x=1, n_y=1))
    drawn = 8 * size * (numbers.normals + len(numbers.halves))
    assert size <= SMALLEST or drawn <= DRAWN_BYTES
    assert size == 1 or size * numbers.axes.lane_bytes <= LANE_BYTES
    assert size == 64 or 2 * drawn > DRAWN_BYTES or 2 * size * numbers.axes.lane_bytes > LANE_BYTES
    assert sizes_of(T, 2, 64) == [size] * (128 // size)


def test_pieces_are_put_together_up_to_the_number_of_lanes() -> None:
    rng = stream("together")
    runs = [[size for _, size in run] for run in together([(rng, size) for size in (64, 64, 8, 64, 200)], 140)]
    assert runs == [[64, 64, 8], [64], [200]]


@pytest.mark.parametrize("T", [1, 5, 32])
def test_as_many_numbers_as_the_theory_says(T: int) -> None:
    """About T^2 from both sides, and half of it from one."""
    both, one = (Numbers(axes=Axes(n=1000, T=T, n_x=1, n_y=1, left=left)) for left in (True, False))
    assert both.normals + len(both.halves) == T * T + 3 * T - 1
    assert one.normals + len(one.halves) == T * (T - 1) // 2 + 2 * T


@pytest.mark.parametrize(("n", "T", "n_x", "n_y"), SATURATED)
def test_the_count_of_normals_is_that_of_the_places(n: int, T: int, n_x: int, n_y: int) -> None:
    numbers = Numbers(axes=Axes(n=n, T=T, n_x=n_x, n_y=n_y))
    for triangle in (numbers.right, numbers.outer):
        assert triangle.normals == len(np.tril_indices(triangle.columns, -1, triangle.rows)[0])
        assert (triangle.freedoms >= 1).all()


@pytest.mark.usefixtures("each_route")
@pytest.mark.parametrize("sample", SAMPLERS)
@pytest.mark.parametrize(("T", "replicates"), [(32, 640), (100, 64), (160, 4)])
def test_memory_stays_within_max_bytes(sample: Callable[..., Any], T: int, replicates: int) -> None:
    """What is refused at one byte less is what is taken, and the bytes are not overestimated more than threefold."""
    sizes = {"n": 10**4, "T": T, "replicates": replicates, "nu_w": 0.9}
    with pytest.raises(MemoryLimitError, match="fewer replicates") as refusal:
        sample(**sizes, rng=stream("memory"), max_bytes=1)
    needed = int(str(refusal.value.seen).split()[0])
    with pytest.raises(MemoryLimitError):
        sample(**sizes, rng=stream("memory"), max_bytes=needed - 1)
    sample(**sizes, rng=stream("memory"), max_bytes=needed)  # what is imported on first use is no array
    tracemalloc.start()
    sample(**sizes, rng=stream("memory"), max_bytes=needed)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert needed / 3 <= peak <= needed + 2**16  # chosen: room for the interpreter's own objects
