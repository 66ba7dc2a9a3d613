"""Homogeneity: scaling the weights scales everything by known powers of the variances, at every width.

For W, F, C multiplied by √ν_W, √ν_F, √ν_C:
    G^R_jk ↦ ν_F ν_W^{(j+k)/2} G^R_jk,   G^L_jk ↦ ν_C ν_W^{(j+k)/2} G^L_jk,   L_j ↦ √(ν_F ν_C) ν_W^{j/2} L_j.
So a simulator at variances ν has the law of n G_00/ν_F ~ χ²_n, n G_11/(ν_W G_00) ~ χ²_n, L_0/√(ν_C G_00) ~ N(0, 1).
Source: theory page, C.3; [E] (4), (9). Tolerances: chains of products, and two more roundings for each scaled factor.
"""

import math
from collections.abc import Callable

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from numeric.dense import grams_of, impulse_response, sample_grams
from numeric.grams import Grams, scaled
from numeric.rounding import SLACK, gamma
from numeric.streams import stream
from tests.laws import bounds, strategies
from tests.laws.profiles import law
from tests.laws.strategies import Network

Scale = Callable[..., Grams]
NU = {"nu_w": 0.6, "nu_f": 2.5, "nu_c": 0.3}


def excess(scale: Scale, network: Network, nu: tuple[float, float, float]) -> float:
    """Grams of scaled weights against scaled Grams of the weights."""
    W, F, C = network.weights
    nu_w, nu_f, nu_c = nu
    heavy = (math.sqrt(nu_w) * W, math.sqrt(nu_f) * F, math.sqrt(nu_c) * C)
    measured = grams_of(*heavy, network.T)
    predicted = scale(grams_of(W, F, C, network.T), nu_w=nu_w, nu_f=nu_f, nu_c=nu_c)
    right, left = bounds.gram_error(*heavy, network.T, more=4)
    magnitude = impulse_response(*map(np.abs, heavy), network.T)
    response = [SLACK * gamma((j + 2) * (len(W) + 6)) for j in range(network.T)] * magnitude.T
    return bounds.largest_share(
        (measured.right[0] - predicted.right[0], 2 * right),
        (measured.left[0] - predicted.left[0], 2 * left),
        (measured.impulse[0] - predicted.impulse[0], 2 * response.T),
    )


def share_of_law(sampler: Callable[..., Grams], n: int = 5, replicates: int = 4096) -> float:
    """The three exact laws of a simulator at generic variances, by their distance from uniform."""
    grams = sampler(n=n, T=2, replicates=replicates, rng=stream("homogeneity", n), **NU)
    first, second = grams.right[:, 0, 0, 0, 0], grams.right[:, 1, 1, 0, 0]
    parts = (
        special.gammainc(n / 2, n * first / NU["nu_f"] / 2),
        special.gammainc(n / 2, n * second / (NU["nu_w"] * first) / 2),
        special.ndtr(grams.impulse[:, 0, 0, 0] / np.sqrt(NU["nu_c"] * first)),
    )
    return max(map(bounds.uniform_share, parts))


@law
@given(network=strategies.networks(), nu=st.tuples(*[strategies.variances()] * 3))
def test_weights_of_other_variances(network: Network, nu: tuple[float, float, float]) -> None:
    assert excess(scaled, network, nu) <= 1


def test_a_simulator_at_other_variances(sampler: Callable[..., Grams]) -> None:
    assert share_of_law(sampler) <= 1


def test_the_law_fails_for_deviations_in_the_place_of_variances() -> None:
    """√ν for ν is invisible at ν = 1 and seen at once anywhere else."""

    def deviations(grams: Grams, **nu: float) -> Grams:
        return scaled(grams, **{name: math.sqrt(value) for name, value in nu.items()})

    ones = Network(W=np.ones((2, 2)), F=np.ones((2, 1)), C=np.ones((1, 2)), T=3)
    assert excess(deviations, ones, (1.0, 1.0, 1.0)) <= 1
    assert excess(deviations, ones, (2.0, 1.0, 1.0)) > 1


def test_the_law_fails_for_a_simulator_with_the_wrong_power() -> None:
    def wrong(**sizes: float) -> Grams:
        sizes["nu_w"] **= 2
        return sample_grams(**sizes)

    assert share_of_law(wrong) > 1
