"""The only file that knows which arrays a user may pass as weights, inputs and impulse responses."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from numeric.errors import ArgumentError
from numeric.grams import Array

__all__ = ["checked", "checked_weights", "real_dtype"]

REAL: tuple[type[np.floating[Any]], ...] = (np.float32, np.float64)


def checked(arrays: Mapping[str, tuple[object, str]], sizes: Mapping[str, int] | None = None) -> list[Array]:
    """Return the arrays in their common floating dtype; integers count as float64.

    `arrays` maps a name to the array and its shape in words, such as "n n_x": equal words are equal sizes, at least 1,
    and `sizes` fixes some of them beforehand.
    Raises ArgumentError that names the first array that is not real, not finite or of another shape.
    """
    known = dict(sizes or {})
    converted = {name: _real(name, array) for name, (array, _) in arrays.items()}
    for name, array in converted.items():
        words = arrays[name][1].split()
        wanted = [known.get(word, word) for word in words]
        if array.ndim != len(words) or 0 in array.shape or not _fits(array.shape, words, known):
            advice = "Sizes that share a letter must agree over all arguments."
            raise ArgumentError(f"{name} has the wrong shape", array.shape, f"[{', '.join(map(str, wanted))}]", advice)
    dtype = np.result_type(*(array.dtype if array.dtype.kind == "f" else np.float64 for array in converted.values()))
    return [array.astype(dtype, copy=False) for array in converted.values()]


def _fits(shape: Sequence[int], words: Sequence[str], known: dict[str, int]) -> bool:
    """Say whether every size agrees with what its word stood for before, and remember new words."""
    return all(known.setdefault(word, size) == size for word, size in zip(words, shape, strict=True))


def _real(name: str, value: object) -> Array:
    array = np.asarray(value)
    if array.dtype.kind not in "fiu":
        raise ArgumentError(f"{name} is not real", array.dtype, "floating or integer arrays", "Convert it first.")
    if not np.isfinite(array).all():
        raise ArgumentError(f"{name} is not finite", "nan or inf", "finite entries", "Find where it overflowed.")
    return array


def checked_weights(W: Array, F: Array, C: Array, **more: tuple[Array, str]) -> list[Array]:
    """Return W [n, n], F [n, n_x], C [n_y, n] and further arrays, given with their shapes, as `checked` does."""
    return checked({"W": (W, "n n"), "F": (F, "n n_x"), "C": (C, "n_y n"), **more})


def real_dtype(dtype: DTypeLike) -> np.dtype[np.floating[Any]]:
    """Return float32 or float64 as a dtype; raises ArgumentError for every other one: generators draw no other."""
    known: dict[object, np.dtype[np.floating[Any]]] = {np.dtype(kind): np.dtype(kind) for kind in REAL}
    try:
        return known[np.dtype(dtype) if dtype is not None else None]
    except (KeyError, TypeError):
        limit, advice = "float32 or float64", "Choose one of the two."
        raise ArgumentError("dtype is not supported", repr(dtype), limit, advice) from None
