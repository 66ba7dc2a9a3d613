"""The scaling factors ρ_j: as (21) states them, for claims to compare with, and as derived, for claims to build on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import sympy as sp
    from numpy.typing import NDArray

__all__ = ["derived_factors", "derived_values", "stated_factor", "without_w"]


def stated_factor(j: sp.Expr | int, nu_w: sp.Expr, nu_f: sp.Expr, nu_c: sp.Expr) -> sp.Expr:
    """(21): ρ_j = ν_C (j ν_F ν_W^{j−1} + ν_W^j) + ν_F ν_W^j."""
    return nu_c * (j * nu_f * nu_w ** (j - 1) + nu_w**j) + nu_f * nu_w**j


def without_w(j: sp.Expr | int, nu_w: sp.Expr, nu_f: sp.Expr, nu_c: sp.Expr) -> sp.Expr:
    """A rival: (21) without the paths through a perturbed W."""
    return (nu_c + nu_f) * nu_w**j


def derived_factors(T: int, nu: Sequence[sp.Expr], *, w_part: bool = True) -> list[sp.Expr]:
    """ρ_0 … ρ_{T−1} as derived for theorem_3_3b_ntk_limit, at (ν_W, ν_F, ν_C); without `w_part` for a W held fixed."""
    import sympy as sp

    from symbolic.scaling import scaling_parts

    return [sp.Add(*scaling_parts(j, *nu)[: 3 if w_part else 2]) for j in range(T)]


def derived_values(T: int, nu: Sequence[sp.Expr], *, w_part: bool = True) -> NDArray[np.floating[Any]]:
    """The same as floats, [T]."""
    import numpy as np

    from symbolic.evaluate import to_float

    return np.array([to_float(rho) for rho in derived_factors(T, nu, w_part=w_part)])
