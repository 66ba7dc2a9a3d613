"""The compiled kernels. Arrays are C-contiguous and as long as the sizes ask for, room as its own function says."""

import numpy as np
from numpy.typing import NDArray

from numeric.grams import F64, Array

Room = NDArray[np.uint8]

SOURCES: int

def targets() -> list[tuple[str, int]]: ...
def sampler_room(sizes: tuple[int, ...], both: bool, target: str, /) -> int: ...
def sample(
    sizes: tuple[int, ...],
    factors: tuple[float, ...],
    size: int,
    both: bool,
    normals: F64,
    gammas: F64,
    right: F64,
    left: F64,
    impulse: F64,
    room: Room,
    target: str,
    /,
) -> None: ...
def convolution_room(sizes: tuple[int, ...], target: str, /) -> int: ...
def convolve(sizes: tuple[int, ...], left: Array, right: Array, out: Array, room: Room, target: str, /) -> None: ...
def krylov(sizes: tuple[int, ...], scale: float, W: Array, right: Array, left: Array, target: str, /) -> None: ...
