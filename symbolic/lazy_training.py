"""Why a wide linear RNN stays near its linearisation at every step: the size of its curvature, and the sums it causes.

With s = n^{-1/2}, ‖W‖ ≤ m/s, ‖F‖ ≤ f/s, ‖C‖ ≤ c/s (m, f, c bounded in probability), the second derivatives of
L_j = s^{j+1} C W^j F are bounded by those of the product of norms: κ = O(s). Residuals of the linearised descent shrink
by q < 1 on the range of A, whatever the rank of A; up to an explicit κ they shrink by p ∈ [q, 1) in the RNN too, and
its distance from the linearised descent is at most κ times a geometric sum. One lag, T = 1, is solved exactly.
"""

from __future__ import annotations

import sympy as sp

from symbolic.errors import DerivationError
from symbolic.inverse_width import INVERSE_WIDTH

__all__ = [
    "INVERSE_WIDTH",
    "RATE",
    "SHAPES",
    "difference_recursion",
    "kernel_change",
    "lazy_ratio",
    "norm_hessian",
    "one_lag_deviation",
    "one_lag_step",
    "path_gap",
    "step_gap",
    "weighted_sum",
]

RATE, ROOT = sp.symbols("eta s", positive=True)  # s = n^{-1/2}
LAG = sp.Symbol("j", integer=True, positive=True)

# --- curvature ------------------------------------------------------------------------------------------------------


def norm_hessian(output: int = 1) -> dict[str, sp.Expr]:
    """Second derivatives of s^{output + j} c w^j f at w = m/s, f = φ/s, c = γ/s: bounds on those of L_j, by name.

    The output factor is n^{-output/2}: 1 for the RNN of [E], 2 for the mean-field scaling.
    """
    w, f, c = sp.symbols("w f c", positive=True)
    m, phi, gamma = sp.symbols("m phi gamma", positive=True)
    size = ROOT ** (output + LAG) * c * w**LAG * f
    at = {w: m / ROOT, f: phi / ROOT, c: gamma / ROOT}
    pairs = {"WW": (w, w), "WF": (w, f), "WC": (w, c), "FC": (f, c)}  # F and C enter once: no FF, no CC
    return {name: sp.powsimp(sp.expand(sp.diff(size, *pair).subs(at)), force=True) for name, pair in pairs.items()}


def lazy_ratio(output: int = 1) -> sp.Expr:
    """η κ up to constants: how far the kernel moves while the loss falls, at the rate η/s^{2(output−1)} that fits it.

    It is s for the RNN of [E], so training is lazy; a constant for the mean-field scaling.
    """
    slope = ROOT ** (2 * (output - 1))
    entry = norm_hessian(output)["FC"]
    return sp.powsimp(entry / entry.subs(ROOT, 1) / slope, force=True)


# --- the descent compared with that of the linearisation ------------------------------------------------------------

A, AT, K, K0, P, P0, E = (sp.Symbol(name, commutative=False) for name in ("A", "a", "K", "k", "p", "r", "e"))
H, HT, G, GT = (sp.Symbol(name, commutative=False) for name in ("H", "h", "G", "g"))
SHAPES = {**dict.fromkeys(("A", "a", "K", "k", "H", "h", "G", "g"), ("n", "n")), **dict.fromkeys("pre", ("n", "1"))}


def difference_recursion() -> sp.Expr:
    """(p⁺ − r⁺) − [(1 − η A Θ_0 A^T)(p − r) − η A (Θ − Θ_0) A^T p − A e]: 0.

    p is the residual of the RNN, p⁺ = p − A (η Θ A^T p + e) with e the quadratic part of a step; r is that of the NTK
    model, r⁺ = r − η A Θ_0 A^T r.
    """
    after = P - A * (RATE * K * AT * P + E)
    linear = P0 - RATE * A * K0 * AT * P0
    gap = P - P0
    return sp.expand(after - linear - (gap - RATE * A * K0 * AT * gap - RATE * A * (K - K0) * AT * P - A * E))


def kernel_change() -> sp.Expr:
    """(G + H)(G + H)^T − G G^T − [H G^T + G H^T + H H^T]: 0, so ‖Θ − Θ_0‖ ≤ κ d (2‖G‖ + κ d) at distance d of θ^0."""
    return sp.expand((G + H) * (GT + HT) - G * GT - _moved())


def _moved() -> sp.Expr:
    """Θ − Θ_0 where the Jacobian has moved by H."""
    return H * GT + G * HT + H * HT


def weighted_sum() -> dict[str, sp.Expr]:
    """Σ_{ℓ=1}^N ℓ p^{ℓ−1} = 1/(1 − p)² − m_N by induction, with m_N ≥ 0 for p = 1/(1 + t), t > 0.

    The first two entries are 0, the third is m_N/p^N. Σ_{s<ℓ} q^{ℓ−1−s} p^s ≤ ℓ p^{ℓ−1}, q ≤ p, bounds the distance of
    the residuals after ℓ steps, and the sum that of the responses at every step.
    """
    t = sp.Symbol("t", positive=True)
    p = 1 / (1 + t)

    def missing(lag: sp.Expr) -> sp.Expr:
        return ((lag + 1) * p**lag - lag * p ** (lag + 1)) / (1 - p) ** 2

    return {
        "start": sp.cancel(missing(sp.Integer(0)) - 1 / (1 - p) ** 2),
        "step": sp.simplify(missing(LAG) - missing(LAG + 1) - (LAG + 1) * p**LAG),
        "missing": sp.factor(sp.simplify(missing(LAG) / p**LAG)),
    }


SIZE, SLOPE, START, RADIUS, CURVATURE = sp.symbols("A G r D kappa", positive=True)  # ‖A‖, ‖G‖, ‖r^0‖, D, κ


def _contraction(q: sp.Expr) -> sp.Expr:
    """p = q + η‖A‖² κ D (2‖G‖ + κ D) + ½ κ η² ‖A‖³ (‖G‖ + κ D)² ‖r^0‖."""
    moved = CURVATURE * RADIUS
    kernel = RATE * SIZE**2 * moved * (2 * SLOPE + moved)
    return q + kernel + CURVATURE * RATE**2 * SIZE**3 * (SLOPE + moved) ** 2 * START / 2


def step_gap() -> sp.Expr:
    """p − (the factor by which a step can grow a residual p_ℓ) where θ^ℓ is within D of θ^0 and ‖p_ℓ‖ ≤ ‖r^0‖: ≥ 0.

    The factor is q + η‖A‖²‖Θ − Θ_0‖ + ‖A‖‖e‖/‖p_ℓ‖: `difference_recursion` in norms. Norms of `kernel_change` bound
    ‖Θ − Θ_0‖, the Jacobian having moved by at most κ d; Taylor bounds ‖e‖ by ½ κ times the square of the step
    η (‖G‖ + κ d)‖A‖‖p_ℓ‖. Here D = d + u, ‖r^0‖ = ‖p_ℓ‖ + v with u, v ≥ 0.
    """
    q, distance, u, v = sp.symbols("q d u v", nonnegative=True)
    residual = sp.Symbol("p", positive=True)
    norms = {H: CURVATURE * distance, HT: CURVATURE * distance, G: SLOPE, GT: SLOPE}
    step = RATE * (SLOPE + CURVATURE * distance) * SIZE * residual
    growth = q + RATE * SIZE**2 * _moved().subs(norms) + SIZE * CURVATURE * step**2 / (2 * residual)
    within = {RADIUS: distance + u, START: residual + v}
    return sp.expand(_contraction(q).subs(within, simultaneous=True) - growth)


def path_gap() -> tuple[sp.Expr, sp.Expr]:
    """(2 (1 − p) path − D (1 − q) h, 2 (1 − p) − (1 − q) h), h = 1 + κ D/‖G‖: the first is 0, the second ≥ 0.

    So p < 1, and the path Σ_ℓ η (‖G‖ + κ D)‖A‖ p^ℓ ‖r^0‖ of θ stays within D = 2 η‖G‖‖A‖‖r^0‖/(1 − q), which p assumes,
    for all κ ≤ κ_0 = ‖G‖(1 − q)/(D (8 η‖A‖²‖G‖² + 1 − q)). Here κ = κ_0/(1 + u), q = t/(1 + t) with t, u ≥ 0.
    """
    t, u = sp.symbols("t u", nonnegative=True)
    q, left = t / (1 + t), 1 / (1 + t)  # 1 − q
    first = RADIUS * left / (2 * RATE * SLOPE * SIZE)  # ‖r^0‖, by D
    speed = RATE * SIZE**2 * SLOPE**2
    largest = SLOPE * left / (RADIUS * (8 * speed + left))
    widened = left * (1 + CURVATURE * RADIUS / SLOPE)
    path = RATE * (SLOPE + CURVATURE * RADIUS) * SIZE * first  # times 1/(1 − p), the sum over p^ℓ
    gap = (2 * (1 - _contraction(q)) - widened).subs({START: first, CURVATURE: largest / (1 + u)})
    return sp.cancel(2 * path - RADIUS * widened), sp.cancel(sp.together(gap))


# --- one lag, exactly -----------------------------------------------------------------------------------------------


def one_lag_step(output: int = 1) -> tuple[sp.Expr, sp.Expr]:
    """(L⁺, Θ⁺) of a step for T = 1, in L = s C F, Θ = s² (C C^T + F^T F), e = ∂loss/∂L and x = 1/n: exact at every n.

    C⁺ = C − η e s F^T, F⁺ = F − η e s C^T. With output = 2 the factor of C F is 1/n; η is then n times as large, and Θ
    is counted n-fold.
    """
    e = sp.Symbol("e")
    factor, unit = ROOT**output, ROOT ** (2 * (output - 1))
    move = RATE / unit * e * factor
    C, CT, F, FT = (sp.Symbol(name, commutative=False) for name in ("C", "C'", "F", "F'"))
    C_next, CT_next, F_next, FT_next = C - move * FT, CT - move * F, F - move * CT, FT - move * C
    across, both = sp.symbols("L Theta")
    across, both = across / factor, both * unit / factor**2  # C F and C C^T + F^T F
    scalars = {C * F: across, FT * CT: across}

    def measured(products: sp.Expr) -> sp.Expr:
        """C C^T and F^T F stay in the combination that Θ is: coefficient by coefficient, both are the same."""
        value = sp.expand(products).subs(scalars)
        of_c, of_f = value.coeff(C * CT), value.coeff(FT * F)
        if sp.expand(of_c - of_f) != 0:
            raise DerivationError(f"{products} is no function of L and Θ: it has {of_c} C C^T, but {of_f} F^T F")
        return sp.expand(value - of_c * (C * CT + FT * F)) + of_c * both

    after = factor * measured(C_next * F_next), factor**2 * measured(C_next * CT_next + FT_next * F_next) / unit
    first, second = (sp.expand(sp.expand(part).subs(ROOT, sp.sqrt(INVERSE_WIDTH))) for part in after)
    return first, second


def one_lag_deviation(output: int = 1) -> tuple[sp.Expr, sp.Expr]:
    """(L⁺ − L̄⁺, Θ⁺ − Θ_0) after a step from L = L̄ + x u, Θ = Θ_0 + x v, e = a L − b: both vanish with x = 1/n.

    By induction the deviation from the NTK model, L̄⁺ = L̄ − η (a L̄ − b) Θ_0, is O(1/n) at every fixed step.
    """
    L, theta, e = sp.symbols("L Theta e")
    a, b, u, v, start, fixed = sp.symbols("a b u v Lbar Theta_0")
    response, kernel = one_lag_step(output)
    here = {L: start + INVERSE_WIDTH * u, theta: fixed + INVERSE_WIDTH * v}
    here[e] = a * here[L] - b
    linear = start - RATE * (a * start - b) * fixed
    moved = response.subs(here, simultaneous=True) - linear
    return sp.expand(moved), sp.expand(kernel.subs(here, simultaneous=True) - fixed)
