"""Why averages of pseudo-Lipschitz functions of order 2 are close under measures that are close in W_2."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from verify.proofs import Statement

__all__ = ["averages_by_transport"]


def averages_by_transport(*, crossed: int = 1) -> Iterator[Statement]:
    """|μf − νf| ≤ c w (1 + m + m') for any coupling (x, y) of μ and ν, w² = E‖x − y‖², m² = E‖x‖², m'² = E‖y‖².

    By (26) the left side is at most c E‖x − y‖ (1 + ‖x‖ + ‖y‖), by Cauchy–Schwarz at most c w √E(1 + ‖x‖ + ‖y‖)²; and
    with E‖x‖ = m − s, E‖y‖ = m' − s', E‖x‖‖y‖ = m m' − s'', s ≥ 0, the root is at most 1 + m + m'.
    A rival forgets that the three terms of the sum are `crossed`.
    """
    import sympy as sp

    from symbolic import gaussian_transport as g
    from verify.proofs import Identity, NonNegative

    yield Identity("(E u v)² ≤ E u² E v², u = ‖x − y‖, v = 1 + ‖x‖ + ‖y‖", g.cauchy_schwarz())
    m, p, s, s1, s2 = sp.symbols("m m' s s' s''", nonnegative=True)
    square = 1 + m**2 + p**2 + 2 * (m - s) + 2 * (p - s1) + 2 * (m * p - s2)
    allowed = 1 + m**2 + p**2 + crossed * (2 * m + 2 * p + 2 * m * p)
    yield NonNegative("E (1 + ‖x‖ + ‖y‖)² ≤ (1 + m + m')²", sp.expand(allowed - square))
