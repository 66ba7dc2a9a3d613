"""Grams of the RNN that a setting names, drawn by each of the simulators."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from verify.claims._variances import variances
from verify.model import Setting

if TYPE_CHECKING:
    from numpy.random import Generator

    from numeric.grams import Grams

    Sampler = Callable[[Setting, Sequence[Generator]], Grams]

__all__ = ["dense", "untied", "width_free"]


def dense(setting: Setting, rngs: Sequence[Generator]) -> Grams:
    """The dense RNN, whose weights carry their variances."""
    from numeric import dense as simulator

    return simulator.sample_grams(**_sizes(setting, rngs))


def width_free(setting: Setting, rngs: Sequence[Generator], *, each: int | None = None) -> Grams:
    """The same law, without W; `each` networks from a generator, a block unless told else."""
    from numeric import krylov as simulator

    return simulator.sample_grams(**_sizes(setting, rngs, each))


def untied(setting: Setting, rngs: Sequence[Generator]) -> Grams:
    """The rival with a fresh W at every lag, which has the same wide limit."""
    from numeric import untied as simulator

    return simulator.sample_grams(**_sizes(setting, rngs))


def _sizes(setting: Setting, rngs: Sequence[Generator], each: int | None = None) -> dict[str, Any]:
    """What a simulator is asked for: n and T, and n_x, n_y and ν, which are 1 where the setting names none."""
    from numeric.streams import BLOCK

    nu_w, nu_f, nu_c = map(float, variances(setting))
    columns = {name: setting.get(name, 1) for name in ("n_x", "n_y")}
    sizes = {"n": setting["n"], "T": setting["T"], "replicates": (each or BLOCK) * len(rngs), "rng": rngs, **columns}
    return {**sizes, "nu_w": nu_w, "nu_f": nu_f, "nu_c": nu_c}
