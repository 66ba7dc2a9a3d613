"""The variances that a setting names, as exact numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sympy as sp

    from verify.model import Setting

__all__ = ["row_variances", "variances"]


def variances(setting: Setting) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
    """ν_W, ν_F, ν_C of a setting as exact numbers; 1 where it names none."""
    import sympy as sp

    nu_w, nu_f, nu_c = (sp.Rational(setting.get(name, 1)) for name in ("nu_W", "nu_F", "nu_C"))
    return nu_w, nu_f, nu_c


def row_variances(setting: Setting) -> tuple[sp.Expr, sp.Expr]:
    """ν_W and ν_F, which are all that the rows of r_j = M^j F depend on."""
    nu_w, nu_f, _ = variances(setting)
    return nu_w, nu_f
