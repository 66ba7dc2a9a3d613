"""The only file that knows how many replicates are drawn at once: pieces of a block, which share one stream."""

from collections.abc import Iterable, Iterator, Sequence

from numpy.random import Generator

from numeric.krylov_axes import Axes
from numeric.krylov_draws import Numbers, Piece
from numeric.streams import BLOCK

__all__ = ["LANE_BYTES", "pieces", "together"]

# Chosen by measurement: the numbers of a piece are drawn, then read once, and stay in the cache in between. A block of
# 64 is one piece up to T = 62; smaller pieces than 8 would leave the widest instruction set idle.
DRAWN_BYTES, SMALLEST = 2**21, 8
LANE_BYTES = 2**28  # chosen: limit of the working arrays when T, n_x or n_y are large, whatever that costs


def pieces(axes: Axes, generators: Sequence[Generator], replicates: int) -> list[Piece]:
    """Cut the equal blocks of some generators into pieces.

    The cuts depend on the block size and on the axes alone, never on the other blocks, on the machine or on the route:
    they decide which number of a stream goes where.
    """
    block, size = replicates // len(generators), BLOCK
    number_bytes = 8 * (Numbers(axes=axes).normals + axes.inner + axes.outer)
    while size > SMALLEST and size * number_bytes > DRAWN_BYTES:
        size //= 2
    while size > 1 and size * axes.lane_bytes > LANE_BYTES:
        size //= 2
    return [(generator, min(size, block - start)) for generator in generators for start in range(0, block, size)]


def together(parts: Iterable[Piece], lanes: int) -> Iterator[list[Piece]]:
    """Yield runs of pieces of at most `lanes` replicates, or of one piece; the grouping leaves no trace."""
    run: list[Piece] = []
    for piece in parts:
        if run and sum(size for _, size in run) + piece[1] > lanes:
            yield run
            run = []
        run.append(piece)
    if run:
        yield run
