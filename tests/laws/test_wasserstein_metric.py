"""W_2 is a metric on zero-mean Gaussians: symmetric, zero exactly for equal ones, with the triangle inequality.

Besides, it does not see rotations, W(Q Σ_1 Qᵀ, Q Σ_2 Qᵀ) = W(Σ_1, Σ_2), scales like a length, W(c Σ_1, c Σ_2) =
√c W(Σ_1, Σ_2), and lies between two multiples of ‖Σ_1 − Σ_2‖_F. Source: [E] Appendix A, (30)–(32).
Tolerances: `transport_error` of every distance involved; a rotated covariance is rounded, which by the same inequality
moves W by at most ‖δ‖_F/√λ_min, and every covariance drawn here has λ_min ≥ 1.
"""

import math
from collections.abc import Callable

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from numeric.rounding import SLACK, UNIT, gamma
from numeric.wasserstein import gaussian_w2, w2_formula
from numeric.wasserstein_error import transport_error
from tests.laws import strategies
from tests.laws.profiles import law
from tests.laws.strategies import Array

Distance = Callable[[Array, Array], Array]

ONE = np.array([[1.0]])
FOUR, NINE = 4 * ONE, 9 * ONE


@st.composite
def families(draw: strategies.Draw, members: int = 2) -> tuple[Array, ...]:
    """Covariances of one size."""
    d = draw(st.integers(1, 4))
    return tuple(draw(strategies.covariances(d)) for _ in range(members))


def asymmetry(distance: Distance, first: Array, second: Array) -> float:
    """|W(Σ_1, Σ_2) − W(Σ_2, Σ_1)|, less what rounding explains."""
    difference = abs(float(distance(first, second)) - float(distance(second, first)))
    return difference - transport_error(first, second) - transport_error(second, first)


def detour(distance: Distance, first: Array, second: Array, third: Array) -> float:
    """W(Σ_1, Σ_3) − W(Σ_1, Σ_2) − W(Σ_2, Σ_3), less what rounding explains."""
    pairs = ((first, third), (first, second), (second, third))
    direct, *legs = (float(distance(*pair)) for pair in pairs)
    return direct - sum(legs) - sum(transport_error(*pair) for pair in pairs) - 4 * UNIT * (direct + sum(legs))


def missed_zero(distance: Distance, first: Array, second: Array) -> bool:
    """Whether equal covariances are apart, or different ones are not as far apart as they must be."""
    tops = sum(
        math.sqrt(float(np.linalg.norm(matrix))) for matrix in (first, second)
    )  # ≥ √λ_max, without an eigensolver
    rounding = 1 - gamma(3 * first.size + 8)  # of three norms, two roots, a sum and a quotient
    least = float(np.linalg.norm(first - second)) / tops * rounding - transport_error(first, second)
    return float(distance(first, first)) != 0.0 or float(distance(first, second)) < least


@law
@given(pair=families())
def test_there_and_back(pair: tuple[Array, Array]) -> None:
    assert asymmetry(gaussian_w2, *pair) <= 0


@law
@given(three=families(members=3))
def test_no_detour_is_shorter(three: tuple[Array, Array, Array]) -> None:
    assert detour(gaussian_w2, *three) <= 0


@law
@given(pair=families())
def test_zero_exactly_for_equal_covariances(pair: tuple[Array, Array]) -> None:
    assert not missed_zero(gaussian_w2, *pair)


@law
@given(pair=families())
def test_no_further_than_the_covariances_allow(pair: tuple[Array, Array]) -> None:
    """W ≤ ‖Σ_1 − Σ_2‖_F/√λ_min(Σ_2), and λ_min ≥ 1 by construction."""
    change = float(np.linalg.norm(pair[0] - pair[1]))
    assert float(gaussian_w2(*pair)) <= change * (1 + gamma(pair[0].size + 2)) + transport_error(*pair)


@law
@given(data=st.data(), d=st.integers(1, 4))
def test_rotations_do_not_matter(data: st.DataObject, d: int) -> None:
    pair = tuple(data.draw(strategies.covariances(d), label="Σ") for _ in range(2))
    Q = data.draw(strategies.rotations(d), label="Q")
    turned = [0.5 * (rotated + rotated.T) for rotated in (Q @ matrix @ Q.T for matrix in pair)]
    omega = float(np.linalg.norm(Q.T @ Q - np.eye(d))) + 2 * d * gamma(d)
    moved = sum(SLACK * (2 * omega * (1 + omega) + 2 * d * gamma(2 * d + 2)) * np.linalg.norm(m) for m in pair)
    allowed = transport_error(*pair) + transport_error(*turned) + moved
    assert abs(float(gaussian_w2(*turned)) - float(gaussian_w2(*pair))) <= allowed


@law
@given(pair=families(), power=st.integers(-6, 6))
def test_distances_scale_like_lengths(pair: tuple[Array, Array], power: int) -> None:
    c = 2.0**power  # exact
    scaled = tuple(c * matrix for matrix in pair)
    difference = abs(float(gaussian_w2(*scaled)) - math.sqrt(c) * float(gaussian_w2(*pair)))
    allowed = transport_error(*scaled) + math.sqrt(c) * transport_error(*pair) + 2 * UNIT * float(gaussian_w2(*scaled))
    assert difference <= allowed


def test_the_triangle_fails_for_the_squared_distance() -> None:
    """On the line W = |√a − √b|: from 1 to 9 by way of 4 the squares are 1 + 1 < 4."""
    assert detour(gaussian_w2, ONE, FOUR, NINE) <= 0
    assert detour(lambda a, b: gaussian_w2(a, b) ** 2, ONE, FOUR, NINE) > 0


def test_symmetry_fails_for_a_relative_change() -> None:
    def relative(first: Array, second: Array) -> Array:
        return np.asarray(np.linalg.norm(first - second) / math.sqrt(np.linalg.eigvalsh(second)[0]))

    assert asymmetry(gaussian_w2, ONE, FOUR) <= 0
    assert asymmetry(relative, ONE, FOUR) > 0


def test_zero_fails_for_the_formula_in_floating_point() -> None:
    """(32) leaves rounding where the distance is 0."""
    matrix = np.array([[3.0, 1.0, 0.5], [1.0, 2.0, 0.25], [0.5, 0.25, 1.5]])
    assert not missed_zero(gaussian_w2, matrix, matrix)
    assert missed_zero(lambda a, b: np.sqrt(np.abs(w2_formula(a, b))), matrix, matrix)


def test_zero_fails_for_a_distance_of_spectra() -> None:
    """Different covariances with one spectrum are at distance 0 if only spectra are compared."""

    def spectra(first: Array, second: Array) -> Array:
        return np.asarray(np.linalg.norm(np.sqrt(np.linalg.eigvalsh(first)) - np.sqrt(np.linalg.eigvalsh(second))))

    assert missed_zero(spectra, np.diag([1.0, 4.0]), np.diag([4.0, 1.0]))
