"""Simulates q_{t+1} = Σ_k A_k G_k(q_t, u_t) with the same random matrices A_k at every step, held in memory."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from numeric.errors import ArgumentError
from numeric.grams import Array, positive_integer
from numeric.streams import generators_of_blocks

__all__ = ["Path", "draw_matrices", "predicted_part", "run", "simulate"]

Transform = Callable[[Array, Array], Array]  # G(q [..., d], u [..., p]) -> [..., d], row by row
Start = Callable[[Generator, int, int], tuple[Array, Array]]  # (rng, B, n) -> q_0 [B, n, d], u [B, T, n, p]
Draw = Callable[[Generator, int, int, int], Array]  # (rng, B, K, n) -> entries of unit variance [B, K, n, n]
Memory = Callable[[int, Array, Array], Array]  # (t, q_t, x [K, t + 1, B, n, d]) -> what is added to q_{t+1}
GROUP_BYTES = 2**23  # chosen: the matrices of one group of replicates stay within a few caches


@dataclass(frozen=True, kw_only=True)
class Path:
    """q [T + 1, B, n, d], u [B, T, n, p], and for each transform x = G_k(q_t, u_t) and r = A_k x, [K, T, B, n, d]."""

    q: Array
    u: Array
    x: Array
    r: Array


def draw_matrices(rng: Generator, replicates: int, transforms: int, n: int) -> Array:
    """Return independent standard Gaussian entries [B, K, n, n]."""
    return rng.standard_normal((replicates, transforms, n, n))


def simulate(
    *, n: int, T: int, replicates: int, transforms: Sequence[Transform], variances: Sequence[float], start: Start,
    rng: Generator | Sequence[Generator], draw: Draw = draw_matrices, memory: Memory | None = None,
) -> Iterator[Path]:  # fmt: skip
    """Yield groups of replicates, in order, of T steps with A_k of entries N(0, variances[k]/n).

    Every group draws its start and then its matrices from its block's generator; B K n² random numbers, nearly all of
    the time. `draw` and `memory` are for recursions to which Lemma C.1 does not apply. Raises ArgumentError for sizes
    below 1 and where there is not one variance a transform. Source: [E] (68).
    """
    n, T, replicates = (positive_integer(*item) for item in (("n", n), ("T", T), ("replicates", replicates)))
    if len(variances) != len(transforms) or not transforms or min(variances) < 0:
        raise ArgumentError("the variances do not fit", list(variances), "one ≥ 0 a transform", "Give each its own.")
    generators = generators_of_blocks(rng, replicates)
    block = replicates // len(generators)
    group = max(1, GROUP_BYTES // (8 * len(transforms) * n * n))
    for generator in generators:
        for first in range(0, block, group):
            size = min(group, block - first)
            q, u = start(generator, size, n)
            matrices = draw(generator, size, len(transforms), n)
            yield run(matrices, q, u, transforms=transforms, variances=variances, T=T, memory=memory)


def run(
    matrices: Array, q: Array, u: Array, *, transforms: Sequence[Transform], variances: Sequence[float], T: int,
    memory: Memory | None = None,
) -> Path:  # fmt: skip
    """Run T steps from q [B, n, d] with inputs u [B, T, n, p] and entries of unit variance [B, K, n, n]."""
    n = matrices.shape[-1]
    states, queries, answers = [q], [], []
    for t in range(T):
        queries.append(np.stack([transform(q, u[:, t]) for transform in transforms]))
        scales = [math.sqrt(variance / n) for variance in variances]
        answers.append(np.stack([s * (matrices[:, k] @ queries[-1][k]) for k, s in enumerate(scales)]))
        q = answers[-1].sum(axis=0)
        if memory is not None:
            q = q + memory(t, states[-1], np.stack(queries, axis=1))
        states.append(q)
    return Path(q=np.stack(states), u=u, x=np.stack(queries, axis=1), r=np.stack(answers, axis=1))


def predicted_part(x: Array, r: Array) -> tuple[Array, Array, Array]:
    """Return (P, deterministic part, residual) of the last query after the earlier ones: x, r [T, B, n, d].

    P = (XᵀX)⁺Xᵀx [B, (T−1) d, d] with X = (x_0, …, x_{T−2}); the deterministic part of A x is (A X) P, and the
    residual x − X P is what A P_{ker} acts on. Source: [E] (83)–(100).
    """
    past, known = (np.concatenate(list(part[:-1]), axis=-1) for part in (x, r))
    coefficients: Array = np.linalg.pinv(past) @ x[-1]
    return coefficients, known @ coefficients, x[-1] - past @ coefficients
