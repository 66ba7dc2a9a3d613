"""When the compiled kernels are used, what they refuse, and that they are to the bit what NumPy computes."""

import functools
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from numeric import compiled, convolutions, krylov, krylov_compiled
from numeric.compiled import CompiledError
from numeric.grams import Grams
from numeric.krylov_axes import Axes
from numeric.krylov_draws import Numbers, draw
from numeric.streams import stream, streams

_kernels = pytest.importorskip("numeric._kernels", reason="the compiled kernels were not built")

TARGETS = [name for name, _ in _kernels.targets()]
SIZES = [(100, 5, 1, 1), (1, 4, 2, 1), (1, 8, 1, 1), (2, 5, 2, 2), (3, 8, 1, 2), (5, 4, 2, 2), (6, 5, 1, 1)]
SIZES += [(9, 4, 1, 4), (9, 12, 1, 4), (4, 4, 1, 3), (10**12, 1, 1, 1), (10**12, 33, 1, 1), (100, 20, 2, 8)]
SIZES += [(40, 64, 1, 1), (1000, 6, 3, 2), (300, 150, 1, 1)]  # in the last, some vectors are in the span of the others
PLANES = [(1, 1, 1, 2), (2, 1, 1, 1), (33, 1, 1, 9), (6, 2, 3, 5), (9, 3, 1, 3)]
SAMPLERS = [krylov.sample_grams, krylov.sample_right_grams]


def fuses() -> bool:
    """Whether this NumPy rounds a product and a sum once: (1 + e)(1 - e) - 1 is then -e^2, and 0 else."""
    e = 2.0**-30
    return bool(np.einsum("db,db->b", [[-1.0] * 4, [1 + e] * 4], [[1.0] * 4, [1 - e] * 4]).any())


same_rounding = pytest.mark.skipif(fuses(), reason="NumPy was built with fused products and sums for this processor")


def content(grams: Any) -> bytes:  # noqa: ANN401 — Grams or RightGrams
    return b"".join(getattr(grams, name).tobytes() for name in ("right", "left", "impulse") if hasattr(grams, name))


def on(route: str, monkeypatch: pytest.MonkeyPatch, call: Callable[[], Any]) -> bytes:
    monkeypatch.setenv(compiled.VARIABLE, route)
    return content(call())


# --- the same bytes ---


@same_rounding
@pytest.mark.parametrize("sample", SAMPLERS)
@pytest.mark.parametrize("replicates", [1, 3, 8, 77])
@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_both_routes_sample_the_same_bytes(
    sizes: tuple[int, ...], replicates: int, sample: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    n, T, n_x, n_y = sizes

    def call() -> object:
        rng = streams(("routes", *sizes), range(2))
        return sample(n=n, T=T, n_x=n_x, n_y=n_y, nu_w=0.9, replicates=2 * replicates, rng=rng)

    assert on("0", monkeypatch, call) == on("1", monkeypatch, call)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_instruction_sets_give_the_same_bytes(
    target: str, sizes: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """None contracts products and sums, and 13 replicates leave a group of every width incomplete."""
    n, T, n_x, n_y = sizes
    monkeypatch.setenv(compiled.VARIABLE, "1")
    call = functools.partial(krylov.sample_grams, n=n, T=T, n_x=n_x, n_y=n_y, replicates=13)
    monkeypatch.setattr(krylov_compiled, "target_for", lambda _: TARGETS[-1])
    expected = content(call(rng=stream("targets")))
    monkeypatch.setattr(krylov_compiled, "target_for", lambda _: target)
    assert content(call(rng=stream("targets"))) == expected


@same_rounding
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("sums", [convolutions.before_lags, convolutions.before_diagonal, convolutions.up_to_lags])
@pytest.mark.parametrize("sizes", PLANES, ids=str)
def test_both_routes_convolve_to_the_same_bytes(
    sizes: tuple[int, ...], sums: Callable[..., Any], target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    T, n_x, n_y, B = sizes
    grams = krylov.sample_grams(n=50, T=T, n_x=n_x, n_y=n_y, replicates=B, rng=stream("convolved"))
    monkeypatch.setattr(compiled, "target_for", lambda _: target)
    results = {}
    for route in ("0", "1"):
        monkeypatch.setenv(compiled.VARIABLE, route)
        results[route] = sums(grams.left, grams.right)
    assert results["0"].shape == results["1"].shape
    assert results["0"].tobytes() == results["1"].tobytes()


def test_unsymmetric_planes_are_convolved_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """Against four loops in integers, where every order of summation is exact."""
    rng = stream("planes")
    left, right = (rng.integers(-9, 10, (3, 5, 5, 1, 1)).astype(float) for _ in range(2))
    monkeypatch.setenv(compiled.VARIABLE, "1")
    sums = convolutions.up_to_lags(left, right)
    for j, k in np.ndindex(5, 5):
        expected = sum(left[:, a, b] * right[:, j - a, k - b] for a in range(j + 1) for b in range(k + 1))
        assert np.array_equal(sums[:, j, k], expected)


def test_single_precision_stays_with_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(compiled.VARIABLE, "1")
    ones = np.ones((2, 3, 3, 1, 1), dtype=np.float32)
    assert convolutions.before_lags(ones, ones).dtype == np.float32
    assert np.array_equal(convolutions.before_lags(ones, ones), convolutions.before_lags(*[ones.astype(float)] * 2))


@pytest.mark.parametrize("order", ["F", "strided"])
def test_any_memory_layout_is_read(order: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(compiled.VARIABLE, "1")
    grams = krylov.sample_grams(n=50, T=6, n_x=2, replicates=4, rng=stream("layout"))
    if order == "F":
        other = [np.asfortranarray(array) for array in (grams.left, grams.right)]
    else:
        other = [np.repeat(array, 2, axis=1)[:, ::2] for array in (grams.left, grams.right)]
    assert np.array_equal(convolutions.before_lags(*other), convolutions.before_lags(grams.left, grams.right))


# --- which route ---


def test_the_variable_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(compiled.VARIABLE, raising=False)
    assert compiled.used()
    assert compiled.route() == f"compiled ({TARGETS[0]})"
    monkeypatch.setenv(compiled.VARIABLE, "0")
    assert not compiled.used()
    assert compiled.route() == "numpy"
    monkeypatch.setenv(compiled.VARIABLE, "yes")
    with pytest.raises(CompiledError, match="NUMERIC_COMPILED is not understood: got 'yes', allowed: 0, 1 or nothing"):
        compiled.used()


def test_the_route_taken_is_the_one_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each route is seen to be left alone by the other: what it calls fails here."""

    def refuse(*_: object) -> None:
        raise AssertionError

    grams = krylov.sample_grams(n=9, T=3, replicates=2, rng=stream("route"))
    compiled_ways = [(krylov_compiled, "fill"), (convolutions, "_by_compiled")]
    numpy_ways = [(krylov.krylov_numpy, "fill"), (convolutions, "_convolution")]
    for route, others in (("0", compiled_ways), ("1", numpy_ways)):
        with monkeypatch.context() as patch:
            patch.setenv(compiled.VARIABLE, route)
            for module, name in others:
                patch.setattr(module, name, refuse)
            krylov.sample_grams(n=9, T=3, replicates=2, rng=stream("route"))
            krylov.sample_right_grams(n=9, T=3, replicates=2, rng=stream("route"))
            convolutions.before_lags(grams.left, grams.right)


def test_without_a_build_numpy_does_the_work_unless_the_kernels_are_demanded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "MODULE", "numeric._no_such_kernels")
    monkeypatch.setattr(compiled, "_built_from", functools.cache(compiled._built_from.__wrapped__))
    monkeypatch.delenv(compiled.VARIABLE, raising=False)
    assert compiled.route() == "numpy"
    assert krylov.sample_grams(n=9, T=3, replicates=2, rng=stream("without")).replicates == 2
    monkeypatch.setenv(compiled.VARIABLE, "1")
    with pytest.raises(CompiledError, match=r"demanded: got no module numeric._no_such_kernels.*C compiler"):
        krylov.sample_grams(n=9, T=3, replicates=2, rng=stream("without"))


def test_a_build_of_other_sources_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(compiled.VARIABLE, raising=False)
    for path in compiled.HERE.glob("_kernels*.[ch]"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(compiled, "HERE", tmp_path)
    monkeypatch.setattr(compiled, "_sources", compiled._sources.__wrapped__)
    assert compiled.used()
    changed = tmp_path / "_kernels_sampler.h"
    changed.write_text(changed.read_text() + "\n")
    with pytest.raises(CompiledError, match=r"of other sources.*Build them again"):
        compiled.used()
    for path in tmp_path.iterdir():
        path.unlink()
    assert compiled.used()  # without sources there is nothing to be older than


def test_the_narrowest_instruction_set_that_takes_all_replicates() -> None:
    lanes = {name: wide for name, wide in _kernels.targets()}
    assert lanes[compiled.target_for(1)] == min(lanes.values())
    assert lanes[compiled.target_for(1000)] == max(lanes.values())
    for replicates in range(1, max(lanes.values()) + 1):
        chosen = lanes[compiled.target_for(replicates)]
        assert chosen >= replicates
        assert not any(replicates <= wide < chosen for wide in lanes.values())


# --- what the kernels refuse, so that no wrong size reads or writes beyond an array ---


def arguments(**change: object) -> list[object]:
    axes = Axes(n=10, T=3, n_x=2, n_y=1)
    numbers = Numbers(axes=axes)
    normals, gammas = np.empty((numbers.normals, 4)), np.empty((len(numbers.halves), 4))
    draw(stream("arguments"), numbers.halves, normals, gammas)
    sizes, target = krylov_compiled._sizes(axes), TARGETS[-1]
    named: dict[str, object] = {
        "sizes": sizes, "factors": (1 / math.sqrt(10), 0.1, 1e-13), "size": 4, "both": True, "normals": normals,
        "gammas": gammas, "right": np.empty((4, 36)), "left": np.empty((4, 9)), "impulse": np.empty((4, 6)),
        "room": np.empty(_kernels.sampler_room(sizes, True, target), dtype=np.uint8), "target": target,
    }  # fmt: skip
    assert set(change) <= set(named)
    return list((named | change).values())


def test_sizes_that_fit_are_accepted() -> None:
    assert _kernels.sample(*arguments()) is None


@pytest.mark.parametrize("name", ["normals", "gammas", "right", "left", "impulse"])
@pytest.mark.parametrize("off", [-1, 1])
def test_an_array_of_another_length_is_refused(name: str, off: int) -> None:
    names = ["sizes", "factors", "size", "both", "normals", "gammas", "right", "left", "impulse"]
    good = np.asarray(arguments()[names.index(name)])
    with pytest.raises(ValueError, match=rf"{name} has \d+ bytes, and the sizes ask for {good.size} doubles"):
        _kernels.sample(*arguments(**{name: np.zeros(good.size + off)}))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sizes": (0, 1, 1, 0, 1, 0)}, "no sizes of a Krylov frame"),
        ({"sizes": (3, 2, 1, 5, 6, 3)}, "no sizes of a Krylov frame"),  # five asked axes, and (T-1) n_x = 4
        ({"sizes": (3, 2, 1, 4, 7, 3)}, "no sizes of a Krylov frame"),
        ({"sizes": (3, 2, 1, 4, 3, 3)}, "no sizes of a Krylov frame"),
        ({"sizes": (3, 2, 1, 4, 6, 4)}, "no sizes of a Krylov frame"),
        ({"sizes": (3, 2, 1, -1, 6, 3)}, "no sizes of a Krylov frame"),
        ({"sizes": (2**31, 2**31, 1, 4, 6, 3)}, "no sizes of a Krylov frame"),
        ({"size": 0}, "no sizes of a piece"),
        ({"size": 2**60}, "no sizes of a piece"),
        ({"target": "mmx"}, "no instruction set of this processor is called mmx"),
        ({"room": np.empty(64, dtype=np.uint8)}, "the room has 64 bytes, and"),
    ],
)
def test_other_arguments_that_do_not_fit_are_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        _kernels.sample(*arguments(**change))


def test_results_must_be_writable_and_contiguous() -> None:
    fixed = np.empty((4, 36))
    fixed.flags.writeable = False
    with pytest.raises((BufferError, TypeError, ValueError)):
        _kernels.sample(*arguments(right=fixed))
    with pytest.raises((BufferError, TypeError, ValueError)):
        _kernels.sample(*arguments(right=np.empty((8, 36))[::2]))


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ((1, 3, 1, 1, 2, 0), "no sizes of lag Grams"),
        ((1, 3, 1, 1, 0, 3), "no sizes of lag Grams"),
        ((0, 3, 1, 1, 0, 0), "no sizes of lag Grams"),
        ((2**40, 2**31, 1, 1, 0, 0), "no sizes of lag Grams"),
        ((2, 3, 1, 1, 0, 0), "left has 72 bytes, and the sizes ask for 18 doubles"),
        ((1, 3, 1, 1, 0, 2), "out has 72 bytes, and the sizes ask for 3 doubles"),
    ],
)
def test_convolutions_refuse_sizes_that_do_not_fit(sizes: tuple[int, ...], message: str) -> None:
    plane = np.ones((1, 3, 3, 1, 1))
    room = np.empty(2**12, dtype=np.uint8)
    with pytest.raises(ValueError, match=message):
        _kernels.convolve(sizes, plane, plane, np.empty((1, 3, 3, 1, 1)), room, TARGETS[-1])


def room_at(offset: int, size: int) -> np.ndarray:
    """Room of that size, so many bytes behind a multiple of 64."""
    memory = np.empty(size + 128, dtype=np.uint8)
    start = -memory.ctypes.data % 64 + offset
    return memory[start : start + size]


def test_misaligned_room_is_aligned_and_one_byte_too_few_is_refused() -> None:
    aligned, shifted, short = arguments(), arguments(), arguments()
    needed = aligned[9].size - 64  # type: ignore[attr-defined]
    aligned[9], shifted[9], short[9] = room_at(0, needed), room_at(1, needed + 63), room_at(1, needed + 62)
    _kernels.sample(*aligned)
    _kernels.sample(*shifted)
    assert np.array_equal(aligned[7], shifted[7])  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="the room has"):
        _kernels.sample(*short)


def test_nothing_beyond_the_lags_asked_for_enters() -> None:
    """A kernel between early lags is that of a shorter run, even where later Grams are not finite."""
    grams = krylov.sample_grams(n=20, T=9, replicates=3, rng=stream("early"))
    early = Grams(n=20, right=grams.right[:, :5, :5], left=grams.left[:, :5, :5], impulse=grams.impulse[:, :5])
    left, right = grams.left.copy(), grams.right.copy()
    for array in (left, right):
        array[:, 5:] = array[:, :, 5:] = np.nan
    for sums, part in ((convolutions.before_lags, np.s_[:, :5, :5]), (convolutions.before_diagonal, np.s_[:, :5])):
        assert np.array_equal(sums(left, right)[part], sums(early.left, early.right))
