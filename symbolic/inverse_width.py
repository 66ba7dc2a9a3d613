"""The only file that reads the wide limit, and the orders beside it, off a moment that is a polynomial in x = 1/n."""

import sympy as sp

__all__ = ["INVERSE_WIDTH", "coefficient"]

INVERSE_WIDTH = sp.Symbol("x", positive=True)


def coefficient(moment: sp.Expr, power: int = 0) -> sp.Expr:
    """The coefficient of x^power of a polynomial in x: of power 0, its limit as n → ∞.

    Raises sympy.PolynomialError for a negative power of x, which would be a pole.
    """
    return sp.Poly(sp.expand(moment), INVERSE_WIDTH).coeff_monomial(INVERSE_WIDTH**power)
