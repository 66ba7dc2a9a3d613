"""The simulated recursion against a loop over rows, and the conditioning split against least squares."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from numeric.errors import ArgumentError
from numeric.recursion import Path, draw_matrices, predicted_part, run, simulate
from numeric.streams import stream, streams

Array = np.ndarray


def first(q: Array, u: Array) -> Array:
    return np.stack([np.tanh(q[..., 0]) + u[..., 0], q[..., 1]], axis=-1)


def second(q: Array, u: Array) -> Array:
    return np.stack([q[..., 0] * u[..., 0], np.maximum(q[..., 1], 0.0)], axis=-1)


def start(rng: np.random.Generator, replicates: int, n: int) -> tuple[Array, Array]:
    return rng.standard_normal((replicates, n, 2)), rng.standard_normal((replicates, 3, n, 1))


def paths(replicates: int = 4, blocks: int = 1, **more: object) -> list[Path]:
    fields = {"n": 5, "T": 3, "transforms": [first, second], "variances": [0.5, 2.0], "start": start} | more
    return list(simulate(replicates=replicates, rng=streams(("recursion",), range(blocks)), **fields))  # type: ignore[arg-type]


def test_every_step_is_the_sum_of_matrices_times_rows() -> None:
    """Entry by entry, with the same two matrices at every step."""
    n, rng = 5, stream("recursion", 0)
    (path,) = paths()
    q, u = start(rng, 4, n)
    matrices = draw_matrices(rng, 4, 2, n)
    assert np.array_equal(path.q[0], q)
    assert np.array_equal(path.u, u)
    for b in range(4):
        state = q[b]
        for t in range(3):
            after = np.zeros_like(state)
            for k, (function, nu) in enumerate(((first, 0.5), (second, 2.0))):
                for i in range(n):
                    for l_ in range(n):
                        row = function(state[l_], u[b, t, l_])
                        after[i] += math.sqrt(nu / n) * matrices[b, k, i, l_] * row
                        assert np.allclose(path.x[k, t, b, l_], row, rtol=0, atol=1e-13)
            state = after
            assert np.allclose(path.q[t + 1, b], state, rtol=1e-12, atol=1e-13)
            assert np.allclose(path.r[:, t, b].sum(axis=0), state, rtol=1e-12, atol=1e-13)


def test_bytes_do_not_depend_on_how_many_blocks_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = np.concatenate([path.q for path in paths(6, blocks=2)], axis=1)
    assert whole.shape == (4, 6, 5, 2)
    twice = np.concatenate([path.q for path in paths(6, blocks=2)], axis=1)
    assert whole.tobytes() == twice.tobytes()
    alone = np.concatenate([path.q for path in paths(3, blocks=1)], axis=1)
    assert np.array_equal(whole[:, :3], alone)
    monkeypatch.setattr("numeric.recursion.GROUP_BYTES", 1)
    assert len(paths(6, blocks=2)) == 6


def test_what_is_added_and_what_is_drawn_are_as_asked() -> None:
    def memory(t: int, q: Array, x: Array) -> Array:
        assert x.shape[:2] == (2, t + 1)
        return 10.0 * (t + 1) + 0.0 * q

    def ones(rng: np.random.Generator, B: int, K: int, n: int) -> Array:
        assert rng is not None
        return np.ones((B, K, n, n))

    (plain,), (added,) = paths(draw=ones), paths(draw=ones, memory=memory)
    assert np.allclose(added.q[1], plain.q[1] + 10.0)
    assert np.allclose(plain.q[1], plain.q[1][:, :1])  # equal rows of A give equal rows of A X
    q, u = start(stream("recursion", 0), 4, 5)
    again = run(np.ones((4, 2, 5, 5)), q, u, transforms=[first, second], variances=[0.5, 2.0], T=3)
    assert np.array_equal(again.q, plain.q)


@pytest.mark.parametrize("columns", [1, 2])
def test_the_split_is_least_squares_one_replicate_at_a_time(columns: int) -> None:
    rng = np.random.default_rng(0)
    x, A = rng.standard_normal((3, 4, 9, columns)), rng.standard_normal((4, 9, 9))
    coefficients, deterministic, residual = predicted_part(x, A @ x)
    for b in range(4):
        past = np.hstack([x[0, b], x[1, b]])
        wanted, *_ = np.linalg.lstsq(past, x[2, b], rcond=None)
        assert np.allclose(coefficients[b], wanted)
        assert np.allclose(deterministic[b], A[b] @ past @ wanted)
        assert np.allclose(residual[b], x[2, b] - past @ wanted)
        assert np.allclose(past.T @ residual[b], 0.0, atol=1e-12)
        assert np.allclose(A[b] @ x[2, b] - deterministic[b], A[b] @ residual[b])


def test_a_repeated_query_leaves_nothing() -> None:
    x = np.ones((3, 1, 4, 1))
    coefficients, _, residual = predicted_part(x, 2.0 * x)
    assert np.allclose(coefficients, 0.5)
    assert np.allclose(residual, 0.0, atol=1e-14)


@pytest.mark.parametrize(
    "change",
    [{"variances": [1.0]}, {"variances": [1.0, -1.0]}, {"transforms": [], "variances": []}, {"n": 0}, {"T": 0}],
)
def test_what_does_not_fit_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ArgumentError):
        paths(**change)


def test_one_unit_has_one_number_for_its_matrix() -> None:
    """At n = 1 a step is x·N(0, ν): its ratio to the query is one number, the same at every step."""
    single: Callable[[Array, Array], Array] = lambda q, u: q + u  # noqa: E731
    (path,) = simulate(
        n=1, T=2, replicates=3, transforms=[single], variances=[4.0], rng=stream("one"),
        start=lambda rng, B, n: (rng.standard_normal((B, n, 1)), np.ones((B, 2, n, 1))),
    )  # fmt: skip
    ratios = path.q[1:] / path.x[0]
    assert np.allclose(ratios[0], ratios[1])
