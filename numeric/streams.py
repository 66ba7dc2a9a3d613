"""The only file that knows where randomness comes from: named seed streams, and blocks of replicates."""

import hashlib
import json
from collections.abc import Sequence

from numpy.random import SFC64, Generator, SeedSequence

from numeric.errors import ArgumentError

__all__ = ["BLOCK", "generators_of_blocks", "stream", "streams"]

BLOCK = 64  # replicates that share one stream: chosen, large enough to amortise seeding, small enough for work sharing


def stream(*key: str | int) -> Generator:
    """Return the generator that belongs to this key, the same one on every machine and in every run.

    The key, for example (root seed, claim, check, control or "", setting, block), is hashed: SHA-256 over its JSON
    text, which tells 1 from "1" and ("a", "b") from ("ab",). Keys that differ give independent streams. SFC64 is the
    fastest of NumPy's bit generators that pass the standard batteries.
    Raises ArgumentError for an empty key or a part that is neither text nor an integer.
    """
    if not key or any(isinstance(part, bool) or not isinstance(part, (str, int)) for part in key):
        raise ArgumentError(
            "a stream key must be a non-empty list of texts and integers",
            repr(key),
            "str or int parts",
            "Write every other part as text.",
        )
    digest = hashlib.sha256(json.dumps(key).encode("ascii")).digest()
    return Generator(SFC64(SeedSequence(int.from_bytes(digest, "big"))))


def streams(key_prefix: Sequence[str | int], blocks: range) -> list[Generator]:
    """Return one stream per block: `stream(*key_prefix, block)` for each block of the range."""
    return [stream(*key_prefix, block) for block in blocks]


def generators_of_blocks(rng: Generator | Sequence[Generator], replicates: int) -> list[Generator]:
    """Return the generators of equal blocks of replicates; a single generator is one block.

    Raises ArgumentError unless `rng` is one Generator or a sequence of different ones whose number divides
    `replicates`: the numbers of a block must come from its own generator alone.
    """
    generators = [rng] if isinstance(rng, Generator) else list(rng) if isinstance(rng, Sequence) else []
    advice = "Pass numeric.streams.stream(...) or a list made by numeric.streams.streams(...)."
    if not generators or not all(isinstance(generator, Generator) for generator in generators):
        raise ArgumentError("rng is no source of randomness", repr(rng), "a Generator or a sequence of them", advice)
    if len({id(generator) for generator in generators}) != len(generators):
        raise ArgumentError("rng repeats a Generator", f"{len(generators)} entries", "one Generator per block", advice)
    if replicates % len(generators):
        limit = f"a multiple of the {len(generators)} generators in rng"
        raise ArgumentError("replicates do not split into equal blocks", replicates, limit, advice)
    return generators
