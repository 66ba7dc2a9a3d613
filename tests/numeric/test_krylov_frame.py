"""The Krylov frame itself: orthonormal, consistent with one matrix W, finite, of a size that does not grow with n."""

from collections.abc import Callable

import numpy as np
import pytest

from numeric import krylov
from numeric.krylov_axes import Axes, Coordinates
from numeric.krylov_draws import place, read
from numeric.krylov_vectors import fill_left, fill_right
from numeric.streams import stream

SATURATED = [(1, 4, 2, 1), (1, 8, 1, 1), (2, 5, 2, 2), (3, 8, 1, 2), (5, 4, 2, 2), (6, 5, 1, 1), (9, 4, 1, 4)]
SATURATED += [(9, 12, 1, 4), (4, 4, 1, 3)]
LONG = [(256, 256, 1, 1), (300, 256, 1, 1), (513, 256, 1, 1), (1000, 256, 1, 1), (10**12, 256, 1, 1)]
WIDE = [(1000, 12, 1, 1), (1000, 6, 3, 2), (10**12, 32, 1, 1), (100, 20, 2, 8)]


def coordinates(n: int, T: int, n_x: int, n_y: int) -> tuple[Axes, Coordinates]:
    axes = Axes(n=n, T=T, n_x=n_x, n_y=n_y)
    filled = Coordinates.zeros(axes, 3)
    with np.errstate(all="raise", under="ignore"):
        place(axes, *read(axes, [(stream("frame", n, T, n_x, n_y), 3)], 3), filled)
        fill_right(axes, filled)
        fill_left(axes, filled)
    return axes, filled


@pytest.mark.parametrize(("n", "T", "n_x", "n_y"), SATURATED + LONG + WIDE)
def test_left_query_directions_are_orthonormal(n: int, T: int, n_x: int, n_y: int) -> None:
    _, filled = coordinates(n, T, n_x, n_y)
    assert np.isfinite(filled.left).all()
    for frame in np.moveaxis(filled.frame, -1, 0):
        used = frame[frame.any(axis=1)]
        assert 1 <= len(used) <= min(n, len(frame))
        np.testing.assert_allclose(used @ used.T, np.eye(len(used)), rtol=0, atol=1e-12)


@pytest.mark.parametrize(("n", "T", "n_x", "n_y"), SATURATED + WIDE)
def test_directions_span_the_left_vectors(n: int, T: int, n_x: int, n_y: int) -> None:
    """Nothing is lost where a direction is dropped: the queried left vectors lie in the span of the frame."""
    _, filled = coordinates(n, T, n_x, n_y)
    for frame, left in zip(np.moveaxis(filled.frame, -1, 0), np.moveaxis(filled.left, -1, 0), strict=True):
        queried = left[: len(frame)]
        residual = queried - queried @ frame.T @ frame
        size = np.linalg.norm(queried, axis=1)
        assert (np.linalg.norm(residual, axis=1) <= 1e-12 * size).all()


@pytest.mark.parametrize(("n", "T", "n_x", "n_y"), SATURATED + WIDE)
def test_both_sides_belong_to_one_matrix(n: int, T: int, n_x: int, n_y: int) -> None:
    """Hankel identity: l_j^T r_k depends on j + k alone, since both are C M^(j+k) F."""
    axes, filled = coordinates(n, T, n_x, n_y)
    left = filled.left[:, : axes.inner].reshape(T, n_y, axes.inner, -1)
    right = filled.right.reshape(T, n_x, axes.inner, -1)
    for j in range(1, T):
        for k in range(T - j):
            shifted = np.einsum("adz,bdz->abz", left[j], right[k])
            plain = np.einsum("adz,bdz->abz", left[0], right[j + k])
            size = np.sqrt((left[j] ** 2).sum(axis=1)[:, None] * (right[k] ** 2).sum(axis=1))
            size += np.sqrt((left[0] ** 2).sum(axis=1)[:, None] * (right[j + k] ** 2).sum(axis=1))
            assert (np.abs(shifted - plain) <= 1e-13 * j * size).all()


@pytest.mark.parametrize("T", [4, 8])
def test_width_one_is_a_scalar(T: int) -> None:
    """At n = 1: r_j = w^j f and l_j = w^j c, so that L_j^2 = left_00 right_jj and right_jk = right_00 L_{j+k} / L_0."""
    grams = krylov.sample_grams(n=1, T=T, replicates=50, rng=stream("scalar"))
    right, left, impulse = grams.right[..., 0, 0], grams.left[..., 0, 0], grams.impulse[..., 0, 0]
    w = impulse[:, 1] / impulse[:, 0]
    for j in range(T):
        np.testing.assert_allclose(impulse[:, j] ** 2, left[:, 0, 0] * right[:, j, j], rtol=1e-12)
        np.testing.assert_allclose(impulse[:, j], impulse[:, 0] * w**j, rtol=1e-12)
        for k in range(T):
            np.testing.assert_allclose(right[:, j, k], right[:, 0, 0] * w ** (j + k), rtol=1e-12)
            np.testing.assert_allclose(left[:, j, k], left[:, 0, 0] * w ** (j + k), rtol=1e-12)


@pytest.mark.parametrize(("n", "T"), [(2, 6), (3, 8)])
def test_small_widths_obey_cayley_hamilton(n: int, T: int) -> None:
    """Any n + 1 successive rows of the Hankel matrix of L are dependent: its rank is at most n."""
    grams = krylov.sample_grams(n=n, T=T, replicates=20, rng=stream("hankel"))
    rows = T - n
    for impulse in grams.impulse[..., 0, 0]:
        hankel = np.array([impulse[i : i + rows] for i in range(n + 1)])
        singular = np.linalg.svd(hankel, compute_uv=False)
        assert singular[-1] <= 1e-12 * singular[0]


def test_cost_does_not_depend_on_the_width() -> None:
    wide = [Axes(n=n, T=32, n_x=2, n_y=1).shapes for n in (256, 10**6, 10**12)]
    assert wide[0] == wide[1] == wide[2]


@pytest.mark.usefixtures("each_route")
@pytest.mark.parametrize(
    ("sample", "normals", "chis"),
    [(krylov.sample_grams, 12 * 12 + 12 - 1, 24), (krylov.sample_right_grams, 12 * 11 // 2 + 12, 12)],
)
def test_one_call_for_all_normals_and_one_for_all_chis_of_a_block(
    sample: Callable[..., object], normals: int, chis: int
) -> None:
    """As many numbers as the law needs: T^2 + 3T - 1 from both sides, half of their squares from one."""

    class Counting(np.random.Generator):
        drawn: list[tuple[str, int]]

        def standard_normal(self, *args: object, **kwargs: np.ndarray) -> np.ndarray:
            self.drawn.append(("normal", kwargs["out"].size))
            return super().standard_normal(*args, **kwargs)

        def standard_gamma(self, *args: object, **kwargs: np.ndarray) -> np.ndarray:
            self.drawn.append(("gamma", kwargs["out"].size))
            return super().standard_gamma(*args, **kwargs)

    rng = Counting(np.random.SFC64(1))
    rng.drawn = []
    sample(n=1000, T=12, replicates=64, rng=rng)
    assert rng.drawn == [("normal", 64 * normals), ("gamma", 64 * chis)]
