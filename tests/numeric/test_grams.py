"""What both samplers accept and return: shapes, limits, messages, exact scaling in the variances."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from numeric import dense, krylov
from numeric.errors import ArgumentError, MemoryLimitError
from numeric.grams import Grams
from numeric.rounding import gamma
from numeric.streams import stream

Sampler = Callable[..., Grams]
both = pytest.mark.parametrize("sample", [dense.sample_grams, krylov.sample_grams], ids=["dense", "krylov"])
SIZES: dict[str, Any] = {"n": 6, "T": 3, "replicates": 4, "n_x": 2, "n_y": 3}


@both
def test_shapes_and_dtype(sample: Sampler) -> None:
    grams = sample(**SIZES, rng=stream(0))
    assert (grams.n, grams.T, grams.replicates, grams.n_x, grams.n_y) == (6, 3, 4, 2, 3)
    assert grams.right.shape == (4, 3, 3, 2, 2)
    assert grams.left.shape == (4, 3, 3, 3, 3)
    assert grams.impulse.shape == (4, 3, 3, 2)
    for array in (grams.right, grams.left, grams.impulse):
        assert array.dtype == np.float64
        assert array.flags.c_contiguous


@both
@pytest.mark.parametrize("n", [1, 4, 50])
def test_grams_are_symmetric_to_the_bit(sample: Sampler, n: int) -> None:
    """right_kj is the transpose of right_jk: the kernels compute one half and copy it."""
    grams = sample(**(SIZES | {"n": n}), rng=stream(0))
    assert np.array_equal(grams.right, grams.right.transpose(0, 2, 1, 4, 3))
    assert np.array_equal(grams.left, grams.left.transpose(0, 2, 1, 4, 3))


def test_one_stream_gives_exactly_scaled_draws_without_w() -> None:
    sample = krylov.sample_grams
    nu_w, nu_f, nu_c = 0.8, 1.7, 0.3
    unit = sample(**SIZES, rng=stream(0))
    grams = sample(**SIZES, nu_w=nu_w, nu_f=nu_f, nu_c=nu_c, rng=stream(0))
    for j in range(3):
        impulse = math.sqrt(nu_f) * math.sqrt(nu_c) * nu_w ** (j / 2) * unit.impulse[:, j]
        assert np.array_equal(grams.impulse[:, j], impulse)
        for k in range(3):
            assert np.array_equal(grams.right[:, j, k], nu_f * nu_w ** ((j + k) / 2) * unit.right[:, j, k])
            assert np.array_equal(grams.left[:, j, k], nu_c * nu_w ** ((j + k) / 2) * unit.left[:, j, k])


def test_the_dense_weights_have_their_variances_so_that_scaling_holds_only_to_rounding() -> None:
    nu_w, nu_f, nu_c = 0.8, 1.7, 0.3
    unit = dense.sample_grams(**SIZES, rng=stream(0))
    grams = dense.sample_grams(**SIZES, nu_w=nu_w, nu_f=nu_f, nu_c=nu_c, rng=stream(0))
    n, T = SIZES["n"], SIZES["T"]
    # each entry is a product of at most 2T matrices; absolute values in it exceed its size by n^T at the most
    reach = gamma(4 * T * (n + 4)) * n**T
    for j in range(T):
        for k in range(T):
            expected = nu_f * nu_w ** ((j + k) / 2) * unit.right[:, j, k]
            np.testing.assert_allclose(grams.right[:, j, k], expected, rtol=0, atol=reach * np.abs(unit.right).max())
    assert not np.array_equal(grams.right[:, 1, 1], nu_f * nu_w * unit.right[:, 1, 1])


@both
@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"n": 0}, "n is out of range: got 0, allowed: integers"),
        ({"n": 2.5}, "n is out of range: got 2.5"),
        ({"n": 4.0}, "n is out of range: got 4.0"),
        ({"n": True}, "n is out of range: got True"),
        ({"n": "4"}, "n is out of range: got '4'"),
        ({"T": 0}, "T is out of range: got 0"),
        ({"T": -1}, "T is out of range: got -1"),
        ({"replicates": 0}, "replicates is out of range: got 0"),
        ({"n_x": 0}, "n_x is out of range"),
        ({"n_y": None}, "n_y is out of range"),
        ({"nu_w": 0.0}, "nu_w is no variance: got 0.0, allowed: finite numbers > 0"),
        ({"nu_f": -1.0}, "nu_f is no variance"),
        ({"nu_c": math.nan}, "nu_c is no variance: got nan"),
        ({"nu_w": math.inf}, "nu_w is no variance: got inf"),
        ({"nu_w": "1"}, "nu_w is no variance: got '1'"),
        ({"nu_w": 1e200, "T": 4}, "would leave the range of doubles: got nu_w=1e\\+200"),
        ({"nu_f": 1e300}, "would leave the range of doubles"),
        ({"rng": None}, "rng is no source of randomness: got None"),
    ],
)
def test_bad_arguments_are_named(sample: Sampler, wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        sample(**(SIZES | {"rng": stream(0)} | wrong))


def test_krylov_refuses_what_it_is_not_made_for() -> None:
    for wrong in ({"n": 10**12 + 1}, {"n_x": 65}, {"n_y": 65}):
        with pytest.raises(ArgumentError, match=r"out of range.*from 1 to"):
            krylov.sample_grams(**(SIZES | wrong), rng=stream(0))


@both
def test_numpy_integers_count_as_integers(sample: Sampler) -> None:
    grams = sample(n=np.int64(6), T=np.int32(3), replicates=np.int64(4), rng=stream(0))
    assert grams.right.tobytes() == sample(n=6, T=3, replicates=4, rng=stream(0)).right.tobytes()


def test_dense_refuses_a_matrix_beyond_memory_before_drawing() -> None:
    with pytest.raises(MemoryLimitError, match=r"got 80\d{9} bytes, allowed: max_bytes=1073741824.*numeric.krylov"):
        dense.sample_grams(n=10**5, T=2, replicates=1, rng=stream(0))
    with pytest.raises(MemoryLimitError, match="max_bytes=1000000"):
        dense.sample_grams(n=400, T=2, replicates=1, rng=stream(0), max_bytes=10**6)
    assert dense.sample_grams(n=300, T=2, replicates=3, rng=stream(0), max_bytes=10**6).replicates == 3


def test_krylov_refuses_grams_beyond_memory() -> None:
    with pytest.raises(MemoryLimitError, match="fewer replicates"):
        krylov.sample_grams(n=100, T=32, replicates=10**6, rng=stream(0))


def test_grams_refuse_shapes_that_do_not_belong_together() -> None:
    good = krylov.sample_grams(**SIZES, rng=stream(0))
    with pytest.raises(ArgumentError, match="right has the wrong shape"):
        Grams(n=6, right=good.left, left=good.left, impulse=good.impulse)
    with pytest.raises(ArgumentError, match="left has the wrong shape"):
        Grams(n=6, right=good.right, left=good.left[:1], impulse=good.impulse)
    with pytest.raises(ArgumentError, match="impulse has the wrong shape"):
        Grams(n=6, right=good.right, left=good.left, impulse=good.impulse[0])
    with pytest.raises(ArgumentError, match="impulse has the wrong shape"):
        Grams(n=6, right=good.right[:0], left=good.left[:0], impulse=good.impulse[:0])
