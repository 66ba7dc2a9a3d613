"""Samplers that claims share give the bytes of the simulators, asked for what the setting names."""

from collections.abc import Callable
from types import ModuleType

import numpy as np
import pytest

from numeric import dense, krylov, untied
from numeric.grams import Grams
from numeric.streams import BLOCK, streams
from verify.claims import _samplers
from verify.model import Setting

SIMULATORS = [(_samplers.dense, dense), (_samplers.width_free, krylov), (_samplers.untied, untied)]
NAMED = Setting(n=6, T=3, n_x=2, n_y=3, nu_W="1/4", nu_F="9", nu_C="25")
each_simulator = pytest.mark.parametrize(("sampler", "simulator"), SIMULATORS, ids=["dense", "width-free", "untied"])


def assert_same(first: Grams, second: Grams) -> None:
    assert first.n == second.n
    for name in ("right", "left", "impulse"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))


@each_simulator
def test_what_a_setting_names_is_asked_for(sampler: Callable[..., Grams], simulator: ModuleType) -> None:
    found = sampler(NAMED, streams(["samplers"], range(2)))
    asked = {"n": 6, "T": 3, "n_x": 2, "n_y": 3, "nu_w": 0.25, "nu_f": 9.0, "nu_c": 25.0, "replicates": 2 * BLOCK}
    assert_same(found, simulator.sample_grams(**asked, rng=streams(["samplers"], range(2))))


@each_simulator
def test_what_it_does_not_name_is_one(sampler: Callable[..., Grams], simulator: ModuleType) -> None:
    found = sampler(Setting(n=6, T=3, first=1), streams(["samplers"], range(1)))
    assert_same(found, simulator.sample_grams(n=6, T=3, replicates=BLOCK, rng=streams(["samplers"], range(1))))


def test_a_generator_may_be_asked_for_fewer_networks_than_a_block() -> None:
    found = _samplers.width_free(NAMED, streams(["samplers"], range(3)), each=2)
    assert found.replicates == 6
