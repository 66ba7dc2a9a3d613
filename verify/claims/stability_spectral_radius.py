"""[E] stability: what the spectral radius of M = W/√n says about bounded inputs, where it lies, and how M^j f grows."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

from verify.checks import Agreement, Comparison, Mean, MeanLine, Proof, Proportion, ProportionLine
from verify.checks.sampling import WIDTH_FREE_RESOLUTIONS
from verify.claims._samplers import dense, width_free
from verify.claims._steps import derived
from verify.model import Claim, Control, Curve, Figure, Finding, Setting, Source, Step

if TYPE_CHECKING:
    import numpy as np
    import sympy as sp
    from numpy.random import Generator
    from numpy.typing import NDArray

    from verify.claims._samplers import Sampler
    from verify.proofs import Identity, Statement

    Array = NDArray[np.floating[Any]]
    Energy = Callable[[sp.Expr], sp.Expr]
    Strength = Callable[[tuple[sp.Matrix, sp.Matrix, sp.Matrix], sp.Expr], sp.Expr]
    Tail = Callable[[sp.Expr | int, sp.Expr, sp.Expr], sp.Expr]

LARGEST_BLOCK = 3  # Jordan blocks up to this size are multiplied out, beside the proof for blocks of any size
LARGEST_SYSTEM = 3  # systems of unknown entries up to this size
LARGEST_LAG = 6


# --- a fixed system, spectral radius below 1 ------------------------------------------------------------------------


def prove_below(simple: bool = False, *, tail: Tail | None = None) -> Iterator[Statement]:
    """Σ_j |L_j| < ∞: powers of a Jordan block; R_k(0) = Σ_j C(j, k) q^{j−k} = (1 − q)^{−(k+1)} for q = |λ| < 1.

    Blocks of size up to 3 are multiplied out, and their sums taken. For a block of any size the same is read off at a
    symbolic k, with Pascal's rule C(t+1, k) = C(t, k) + C(t, k−1). R_k(t) = Σ_{i≤k} C(t, i) w_i(t), so what multiplies
    C(t, i) in R_k(t) − R_k(t+1) is w_i(t) − w_i(t+1) − w_{i+1}(t+1) for i < k, and w_k(t) − w_k(t+1) for i = k.
    Rivals bound every sum by the geometric series of a `simple` eigenvalue, or have another `tail`.
    """
    import sympy as sp

    from symbolic import stability as s
    from verify.proofs import Identity

    q, t, tail = sp.Symbol("q", positive=True), s.TIME, tail or s.tail
    for size in range(1, LARGEST_BLOCK + 1):
        power = s.block_power(size, t)
        change = s.block_power(size, t + 1) - s.jordan_block(size) * power
        yield Identity(f"block of size {size}: J^0 = I", _sum_of_entries(power.subs(t, 0) - sp.eye(size)))
        yield Identity(f"block of size {size}: J^(t+1) = J J^t", _sum_of_entries(change))
    for k in range(LARGEST_BLOCK):
        whole = 1 / (1 - q) ** (1 if simple else k + 1)
        yield Identity(f"k = {k}: the sum over all j", tail(k, sp.Integer(0), q) - whole)
        term = tail(k, t, q) - tail(k, t + 1, q) - s.binomial(t, k) * q ** (t - k)
        yield Identity(f"k = {k}: R(t) − R(t+1) = C(t, k) q^(t−k)", sp.expand(sp.powsimp(term / q**t)))
    yield from _prove_below_for_any_block(q, simple, tail)


def _prove_below_for_any_block(q: sp.Symbol, simple: bool, tail: Tail) -> Iterator[Statement]:
    """The entries of J^t and the terms of R_k(t) as they stand in symbolic.stability, at symbolic k, i and t."""
    import sympy as sp

    from symbolic import stability as s
    from verify.proofs import Identity, NonNegative

    i, t = s.INDEX, s.TIME
    k = sp.Symbol("k", integer=True, positive=True)
    here, below = s.diagonal_entry(k, t), s.diagonal_entry(k - 1, t)
    change = (s.diagonal_entry(k, t + 1) - s.EIGENVALUE * here - below) / below
    yield Identity("any block: J^(t+1) = J J^t", sp.simplify(sp.combsimp(sp.expand(change))))
    pascal = (s.binomial(t + 1, i) - s.binomial(t, i) - s.binomial(t, i - 1)) / s.binomial(t, i)
    yield Identity("any block: C(t+1, i) = C(t, i) + C(t, i−1)", sp.simplify(sp.combsimp(sp.expand(pascal))))
    total = tail(k, t, q)
    ((index, first, last),) = total.limits
    yield Identity("any block: R_k has the terms i = 0 … k", first**2 + (last - k) ** 2)
    weight = sp.simplify(total.function / s.binomial(t, index))

    def w(at: sp.Expr, time: sp.Expr) -> sp.Expr:
        return weight.subs({index: at, t: time}, simultaneous=True)

    whole = (1 - q) ** (1 if simple else k + 1) * w(sp.Integer(0), sp.Integer(0))
    yield Identity("any block: the sum over all j", sp.simplify(whole) - 1)
    inner = (w(i, t) - w(i, t + 1) - w(i + 1, t + 1)) * (1 - q) ** (k - i) / q ** (t - i)
    yield Identity("any block: what multiplies C(t, i), i < k, cancels", sp.powsimp(sp.expand(inner)))
    outer = (w(k, t) - w(k, t + 1)) / q ** (t - k)
    yield Identity("any block: what multiplies C(t, k) is q^(t−k)", sp.simplify(outer) - 1)
    share = sp.Symbol("p", positive=True)  # q = p/(1 + p), and C(t, i) is ≥ 0
    yield NonNegative("any block: no term of R_k is negative", sp.simplify(weight.subs(q, share / (1 + share))))


def without_last(k: sp.Expr | int, start: sp.Expr, ratio: sp.Expr) -> sp.Expr:
    """The rival tail of large blocks: the sum over i < k, where k is neither 0, 1 nor 2."""
    import sympy as sp

    from symbolic import stability as s

    whole = s.tail(k, start, ratio)
    return sp.Sum(whole.function, (s.INDEX, 0, k - 1)) if isinstance(whole, sp.Sum) else whole


def _sum_of_entries(zero: sp.Matrix) -> sp.Expr:
    """Σ x^index entry: a polynomial in x that is 0 exactly when every entry is."""
    import sympy as sp

    x = sp.Symbol("x", positive=True)
    return sp.Add(*(x**index * sp.expand(entry) for index, entry in enumerate(zero)))


# --- a fixed system, spectral radius at least 1 ---------------------------------------------------------------------


def prove_above(*, shift: int = 0, marginal: bool = False, strength: Strength | None = None) -> Iterator[Statement]:
    """q(E) L_t = λᵗ B(λ), and the resonance of the input λᵗ: see symbolic.stability for how the steps join.

    Rivals multiply q by λ^`shift`, give a mode another `strength`, or take a mode with |λ| = 1 for `marginal`ly stable:
    u_t = λᵗ (u_0 + B), which is bounded.
    """
    import sympy as sp

    from symbolic import stability as s
    from verify.proofs import Bounded, Identity

    lam, t = s.EIGENVALUE, s.TIME
    for size in range(1, LARGEST_SYSTEM + 1):
        system = s.unknown_system(size)
        M = system[0]
        quotient = lam**shift * s.difference_quotient(M, lam)
        chi = s.characteristic(M, lam)
        at_matrix = sum((c * M**k for k, c in enumerate(reversed(chi.all_coeffs()))), sp.zeros(size, size))
        yield Identity(f"{size} units: χ(M) = 0", _sum_of_entries(at_matrix))
        yield Identity(f"{size} units: q(M) = adj(λI − M)", _sum_of_entries(s.adjugate(M, lam) - quotient))
        for steps in range(2):
            residual = s.mode(system, steps, strength or s.pole_strength)
            yield Identity(f"{size} units: q(E) L_{steps} = λ^{steps} B(λ)", residual)
    time = sp.Symbol("t", positive=True)
    L = sp.symbols("L:5", real=True)
    y = [sp.Add(*(L[j] * lam ** (time - j) for j in range(time + 1))) for time in range(5)]
    for now in range(4):
        yield Identity(f"input λ^t: y_{now + 1} = λ y_{now} + L_{now + 1}", y[now + 1] - lam * y[now] - L[now + 1])
    B, start = sp.Symbol("B", positive=True), sp.Symbol("u_0", nonnegative=True)
    u = lam**t * (start + B) if marginal else s.resonance(B, start)
    yield Identity("u_(t+1) = λ u_t + λ^(t+1) B", u.subs(t, t + 1) - lam * u - lam ** (t + 1) * B)
    grown = u.subs({lam: 1, start: -start}).subs(t, time)  # |u_t| is at least this where |λ| = 1
    yield Bounded("|u_t| grows at least like t", time / grown, time, sp.oo)
    yield from _witnesses()


def straight(system: tuple[sp.Matrix, sp.Matrix, sp.Matrix], value: sp.Expr) -> sp.Expr:  # noqa: ARG001
    """The rival strength C F of every mode."""
    _, F, C = system
    return (C * F)[0, 0]


def _witnesses() -> Iterator[Identity]:
    """Bounded inputs with unbounded outputs, run in rational arithmetic."""
    import sympy as sp

    from symbolic import stability as s
    from verify.proofs import Identity

    last = 24
    one, block = (sp.ones(1, 1),) * 3, (s.jordan_block(2).subs(s.EIGENVALUE, 1), sp.Matrix([0, 1]), sp.Matrix([[1, 0]]))
    yield Identity("λ = 1, input 1: y_t = t + 1", s.outputs(one, [sp.Integer(1)] * (last + 1))[last] - (last + 1))
    twice = s.outputs(block, [sp.Integer(1)] * (last + 1))[last] - sp.binomial(last + 1, 2)
    yield Identity("Jordan block at 1, input 1: y_t = t (t + 1)/2", twice)
    above = (sp.Matrix([[sp.Rational(5, 4)]]), *one[1:])
    impulse = s.outputs(above, [sp.Integer(1)] + [sp.Integer(0)] * last)[last]
    yield Identity("λ = 5/4, an impulse: y_t = (5/4)^t", impulse - sp.Rational(5, 4) ** last)
    cosine, sine = [sp.Integer(1)], [sp.Integer(0)]  # real and imaginary part of ((3 + 4i)/5)^t
    for _ in range(last + 1):
        before = cosine[-1], sine[-1]
        cosine.append((3 * before[0] - 4 * before[1]) / 5)
        sine.append((3 * before[1] + 4 * before[0]) / 5)
    rotation = sp.Matrix([[3, -4], [4, 3]]) / 5, sp.Matrix([1, 0]), sp.Matrix([[1, 0]])
    resonant = s.outputs(rotation, cosine[: last + 1])[last]
    stated = ((last + 1) * cosine[last] + sine[last + 1] / sine[1]) / 2
    yield Identity("λ = (3 + 4i)/5, input Re λ^t: y_t = ((t+1) Re λ^t + Im λ^(t+1)/Im λ)/2", resonant - stated)


# --- hidden modes ---------------------------------------------------------------------------------------------------


def prove_hidden(everything_seen: bool = False, *, alone: bool = False) -> Iterator[Identity]:
    """Eigenvalue 2, but L_t = 2^{−t}: not controllable or not observable; and why that has probability 0.

    B(λ_1) = (C v)(wᵀ F) Π (λ_1 − λ_k) for eigenvectors v, w; for M = diag(λ_1, λ_2, …), F = Cᵀ = (1, 1, …) it is the
    product alone. So the resultant of χ and B, a polynomial in the weights, is not identically 0, and it vanishes with
    probability 0. Rivals say that the output always grows like the largest eigenvalue (`everything_seen`), or that the
    strength of a mode is (C v)(wᵀ F) `alone`.
    """
    import sympy as sp

    from symbolic import conditioning
    from symbolic import stability as s
    from verify.proofs import Identity

    impulse = [sp.Integer(1)] + [sp.Integer(0)] * 9
    for name, system in s.HIDDEN.items():
        largest = max(system[0].eigenvals(), key=abs)
        yield Identity(f"{name}: the spectral radius is 2", abs(largest) - 2)
        yield Identity(f"{name}: B(2) = 0", s.pole_strength(system, largest))
        ratio = largest if everything_seen else sp.Rational(1, 2)
        for t, y in enumerate(s.outputs(system, impulse)):
            yield Identity(f"{name}: L_{t} = 2^(−{t})", y - ratio**t)
    a, b = sp.symbols("lambda_1 lambda_2", real=True)
    _, F, C = s.unknown_system(2)
    basis = conditioning.matrix("s", 2, 2)
    dual = basis.inv()
    factors = (C * basis[:, 0])[0, 0] * (dual[0, :] * F)[0, 0] * (1 if alone else a - b)
    strength = (C * s.adjugate(basis * sp.diag(a, b) * dual, a) * F)[0, 0]
    yield Identity("two units: B(λ_1) = (C v)(w^T F)(λ_1 − λ_2)", sp.together(strength - factors))
    for size in (2, 3, 4):
        values = sp.symbols(f"lambda_1:{size + 1}", real=True)
        plain = (sp.diag(*values), sp.ones(size, 1), sp.ones(1, size))
        stated = 1 if alone else sp.Mul(*(values[0] - value for value in values[1:]))
        yield Identity(f"diagonal M, {size} units: B(λ_1) = Π (λ_1 − λ_k)", s.pole_strength(plain, values[0]) - stated)


# --- fixed systems, simulated ---------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Modes:
    """L_t = Re(strength · (radius · i)ᵗ) + Σ γ μᵗ: a rotation by 90°, stretched, and real modes; all exact."""

    radius: Fraction
    strength: tuple[int, int]  # real and imaginary part
    real: tuple[tuple[Fraction, int], ...]  # (μ, γ)

    @property
    def bound(self) -> float:
        """Σ_t |L_t| ≤ |strength|/(1 − radius) + Σ |γ|/(1 − |μ|), for a radius below 1 or a strength of 0."""
        rotation = math.hypot(*self.strength)
        turning = rotation / float(1 - self.radius) if rotation else 0.0
        return turning + sum(abs(gamma) / float(1 - abs(mu)) for mu, gamma in self.real)

    @property
    def constant_gain(self) -> float:
        """|Σ_t L_t|, what a constant input is multiplied by in the end."""
        a, b = self.strength  # Σ Re((a + ib)(ri)ᵗ) = Re((a + ib)/(1 − ri)) = (a − b r)/(1 + r²)
        turning = (a - b * self.radius) / (1 + self.radius**2)
        return abs(float(turning + sum(gamma / (1 - mu) for mu, gamma in self.real)))


def geometric(ratio: Fraction, t: int) -> Fraction:
    """Σ_{j≤t} ratioʲ; it is t + 1 at ratio 1, which is the resonance."""
    return Fraction(t + 1) if ratio == 1 else (ratio ** (t + 1) - 1) / (ratio - 1)


def no_resonance(ratio: Fraction, t: int) -> Fraction:
    """The rival: a mode of absolute value 1 answers with its own amplitude, however long it is driven."""
    return Fraction(1) if ratio == 1 else geometric(ratio, t)


def predicted(modes: Modes, T: int, *, sums: Callable[[Fraction, int], Fraction] = geometric) -> list[Fraction]:
    """y_t for the input x_t = Re iᵗ in closed form, as rationals, with G = `sums`.

    Σ_j Re(γ (ri)ʲ) Re(i^{t−j}) = ½ Re(γ iᵗ) G(r, t) + ½ Re(γ i^{−t}) G(−r, t), and for a real mode
    Σ_j μʲ Re(i^{t−j}) = (Re iᵗ + μ Im iᵗ + μ^{t+2})/(1 + μ²).
    """
    a, b = modes.strength
    outputs = []
    for t in range(T):
        forward, backward = (a, -b, -a, b)[t % 4], (a, b, -a, -b)[t % 4]  # Re(γ iᵗ), Re(γ i^{−t})
        cosine, sine = (1, 0, -1, 0)[t % 4], (0, 1, 0, -1)[t % 4]
        rotation = (forward * sums(modes.radius, t) + backward * sums(-modes.radius, t)) / 2
        rest = (gamma * (cosine + mu * sine + mu ** (t + 2)) / (1 + mu**2) for mu, gamma in modes.real)
        outputs.append(rotation + sum(rest))
    return outputs


def draw_system(setting: Setting, rng: Generator) -> tuple[Modes, tuple[Array, Array, Array]]:
    """Modes with random strengths and a system that has them, in a random integer basis of determinant 1: exact floats.

    n = 4, so that n^{−1/2} = ½ is exact; `hidden` drives the rotation not at all, though it is there.
    """
    import numpy as np

    radius = Fraction(setting["radius"])
    r = float(radius)
    middle = np.zeros((4, 4))
    middle[:2, :2] = [[0.0, -r], [r, 0.0]]
    middle[2, 2], middle[3, 3] = 0.5, -0.25
    drive, read = rng.integers(1, 4, size=4), rng.integers(1, 4, size=4)
    if setting["hidden"]:
        drive[:2] = 0
    basis, inverse = np.eye(4), np.eye(4)
    for _ in range(6):
        i, k = rng.choice(4, size=2, replace=False)
        shear = np.eye(4)
        shear[i, k] = rng.choice([-1.0, 1.0])
        basis = basis @ shear
        shear[i, k] *= -1.0
        inverse = shear @ inverse
    # c_0 f_0 + … of the rotation: L_t = Re((c_0 − i c_1)(f_0 + i f_1)(ri)ᵗ)
    strength = (read[0] * drive[0] + read[1] * drive[1], read[0] * drive[1] - read[1] * drive[0])
    others = ((Fraction(1, 2), int(read[2] * drive[2])), (Fraction(-1, 4), int(read[3] * drive[3])))
    modes = Modes(radius=radius, strength=(int(strength[0]), int(strength[1])), real=others)
    M = basis @ middle @ inverse
    return modes, (2.0 * M, (basis @ drive)[:, None], 2.0 * (read @ inverse)[None])


def compare_fixed(
    setting: Setting,
    rng: Generator,
    *,
    sums: Callable[[Fraction, int], Fraction] = geometric,
    all_seen: bool = False,
    constant: bool = False,
    off: float = 0.0,
) -> Iterator[Comparison]:
    """The recursion against the closed form, and against the bound where there is one.

    Rivals: another geometric sum, a hidden mode that shows (`all_seen`), the gain of a `constant` input for a bound on
    all, or a system whose input weights are `off`.
    """
    from dataclasses import replace

    import numpy as np

    from numeric import rounding
    from numeric.dense import run_rnn

    modes, (W, F, C) = draw_system(setting, rng)
    T = setting["T"]
    x = np.array([(1.0, 0.0, -1.0, 0.0)[t % 4] for t in range(T)])[:, None]
    y = run_rnn(W, (1.0 + off) * F, C, x)[:, 0]
    at = {"radius": float(modes.radius)}
    if modes.radius < 1 or setting["hidden"]:
        largest = float(np.abs(y).max())
        allowed = modes.constant_gain if constant else modes.bound
        yield Comparison(label="sup |y| ≤ sup |x| Σ |L_t|", difference=largest, bound=allowed, at=at)
    if all_seen:
        modes = replace(modes, strength=(1, 0))
    exact = np.array([float(value) for value in predicted(modes, T, sums=sums)])
    bound = rounding.recursion_error(W, F, C, x) + rounding.gamma(1) * np.abs(exact)
    share = rounding.share(np.abs(y - exact), bound)
    yield Comparison(label="closed form", difference=float(share.max()), bound=1.0, at=at)


# --- the spectral radius of a random matrix -------------------------------------------------------------------------


def stable(nu_w: float) -> bool:
    return nu_w < 1.0


def stable_in_norm(nu_w: float) -> bool:
    """The rival threshold ν_W < 1/4, from the operator norm of M, which tends to 2 √ν_W."""
    return nu_w < 1.0 / 4.0


def radius_lines(setting: Setting, *, rule: Callable[[float], bool] = stable) -> list[ProportionLine]:
    """P(|ρ(M)/√ν_W − 1| > √(ln n/n)) ≤ ¼, and P(ρ(M) on the wrong side of 1) ≤ ¼."""
    n, nu_w = setting["n"], _variance(setting)
    allowed = math.sqrt(math.log(n) / n)
    expected = "< 1" if rule(nu_w) else "≥ 1"
    return [
        ProportionLine(
            label="radius", null=f"P(|ρ/√ν_W − 1| > {allowed:.3g}) ≤ 1/4", centre=1.0, radius=allowed, at={"n": n}
        ),
        ProportionLine(
            label="stability", null=f"P(not ρ {expected}) ≤ 1/4", centre=0.0, radius=1.0, one_sided=True, at={"n": n}
        ),
    ]


def sample_radius(
    setting: Setting,
    rngs: Sequence[Generator],
    *,
    scale: Callable[[float], float] = math.sqrt,
    rule: Callable[[float], bool] = stable,
) -> Mapping[str, Array]:
    """ρ over its predicted scale, and what is above 1 where ρ is on the wrong side of 1: ρ itself, or 2 − ρ."""
    import numpy as np

    from numeric.streams import BLOCK

    n, nu_w = setting["n"], _variance(setting)
    radii = []
    for rng in rngs:
        W = math.sqrt(nu_w) * rng.standard_normal((BLOCK, n, n))
        radii.append(np.abs(np.linalg.eigvals(W / math.sqrt(n))).max(axis=1))
    radius = np.concatenate(radii)
    return {"radius": radius / scale(nu_w), "stability": radius if rule(nu_w) else 2.0 - radius}


def _variance(setting: Setting) -> float:
    return float(Fraction(setting["nu_W"]))


# --- E ‖M^j f‖² -----------------------------------------------------------------------------------------------------


def unchanged(m: sp.Expr) -> sp.Expr:
    return m


def always_one(m: sp.Expr) -> sp.Expr:
    """The rival m_j = 1: the wide limit at finite n."""
    return 1 + 0 * m


def prove_energy(correction: Energy = unchanged, *, dies_out: bool = False) -> Iterator[Statement]:
    """E ‖M^j f‖²/n = ν_W^j m_j(n), f ~ N(0, I): m_j from trace words and from deferred decisions, j ≤ 6.

    m_j(n) ≥ (2j−1)!!/n^j: all coefficients are ≥ 0 and add up to (2j−1)!!, the value at n = 1. So for each fixed n and
    ν_W > 0 the energy tends to infinity with j: the ratio of successive bounds, ν_W (2j+1)/n, does.
    Rivals have another `correction`, or an energy that `dies_out` for ν_W < 1, like ν_W^j.
    """
    import sympy as sp

    from symbolic import rnn, wick
    from symbolic.deferred_moments import right_gram_moment
    from verify.proofs import Identity, MatrixIdentity, NonNegative

    n, p = sp.Symbol("n", integer=True, positive=True), sp.Symbol("p", nonnegative=True)
    w, lag = sp.Symbol("w", positive=True), sp.Symbol("j", integer=True, positive=True)
    step = w * rnn.W * w**lag * rnn.W**lag * rnn.F - w ** (lag + 1) * rnn.W ** (lag + 1) * rnn.F
    values = {w: sp.Rational(1, 2), lag: sp.Integer(2)}
    yield MatrixIdentity("√ν_W W: M^j f scales by √ν_W^j", step, rnn.SHAPES, values)
    for j in range(LARGEST_LAG + 1):
        m = wick.right_gram_mean(j, j, n)
        yield Identity(f"m_{j}(n), two derivations", m - correction(right_gram_moment((j, j), n=n)))
        above = m.subs(n, 1 + p) - sp.factorial2(2 * j - 1) / (1 + p) ** j
        yield NonNegative(f"m_{j}(n) ≥ (2·{j} − 1)!!/n^{j}", sp.factor(above))
    for j in range(13):
        yield Identity(f"m_{j}(1) = (2·{j} − 1)!!", wick.right_gram_mean(j, j, 1) - sp.factorial2(2 * j - 1))
    growth = 1 if dies_out else 2 * lag + 1  # (2j+1)!!/(2j−1)!!
    shrinking = sp.limit(n / (sp.Rational(1, 2) * growth), lag, sp.oo)
    yield Identity("ν_W = 1/2, any n: an energy over the next one tends to 0", shrinking)


def energy_lines(setting: Setting, *, correction: Energy = unchanged) -> list[MeanLine]:
    """E ‖M^j f‖²/n at this n and ν_W, with the exact variance from trace words."""
    import sympy as sp

    from symbolic import wick
    from symbolic.evaluate import to_float

    n, nu_w = setting["n"], sp.Rational(setting["nu_W"])
    first = setting.get("first", 0)
    lines = []
    for j in range(first, setting["T"]):
        m = wick.right_gram_mean(j, j, n)
        value = to_float(nu_w**j * correction(m))
        variance = nu_w ** (2 * j) * (wick.right_gram_second_moment(j, n) - m**2)
        lines.append(
            MeanLine(
                label=f"‖M^{j} f‖²",
                null=f"E ‖M^{j} f‖²/n = {value:.6g}",
                low=value,
                high=value,
                variance=to_float(variance),
                scale=value,
                at={"n": n, "j": j},
            )
        )
    return lines


def sample_energy(setting: Setting, rngs: Sequence[Generator], *, sampler: Sampler) -> Mapping[str, Array]:
    """‖M^j f‖²/n of the dense RNN, whose W carries its variance, or of the width-free sampler."""
    grams = sampler(setting, rngs)
    return {f"‖M^{j} f‖²": grams.right[:, j, j, 0, 0] for j in range(setting.get("first", 0), setting["T"])}


# --- derivation, findings, figures ----------------------------------------------------------------------------------


def derive() -> Sequence[Step]:
    """Both directions for a fixed system, and the exact energies."""
    import sympy as sp

    from symbolic import stability as s
    from symbolic import wick

    n = sp.Symbol("n", integer=True, positive=True)
    q = sp.Symbol("q", positive=True)
    strength, start = sp.symbols("B u_0")
    system = s.unknown_system(2)
    on_diagonal = s.block_power(3, s.TIME)[0, 2]
    return [
        derived(
            "Below 1: the powers of a Jordan block J = λI + N have C(t, k) λ^(t−k) on diagonal k, for example",
            r"(J^t)_{02}", "(J^t)_02", on_diagonal,
        ),
        derived(
            "and the sums of their entries over time are finite, for example",
            r"\sum_{t \ge 0} t\, q^{t-1}", "Σ_t t q^(t−1)", sp.factor(s.tail(1, sp.Integer(0), q)),
        ),
        Step("so Σ |L_t| is finite and |y_t| ≤ sup |x| Σ |L_t|: bounded inputs have bounded outputs."),
        derived(
            "From 1 on: q(z) = χ(z)/(z − λ) with the shift E for z leaves of L_t only the mode λ, q(E) L_t = λ^t B(λ), "
            "with B(λ) = C adj(λI − M) F; for two units",
            r"B(\lambda)", "B(λ)", s.pole_strength(system, s.EIGENVALUE),
        ),
        Step("If |λ| > 1 and B(λ) ≠ 0, the impulse response is unbounded, and an impulse is a bounded input."),
        derived(
            "If |λ| = 1 and B(λ) ≠ 0, the bounded input λ^t makes u = q(E) y grow like t",
            "u_t", "u_t", s.resonance(strength, start),
        ),
        Step(
            "B(λ) = 0 where the eigenvalue is not controllable or not observable; for Gaussian weights almost never."
        ),
        derived("At finite n the energy of M^j f has corrections", "m_4(n)", "m_4(n)", wick.right_gram_mean(4, 4, n)),
    ]  # fmt: skip


def findings() -> Sequence[Finding]:
    """A hidden mode, and the energies at a fixed width."""
    import sympy as sp

    from symbolic import stability as s
    from symbolic import wick

    name, (M, F, C) = next(iter(s.HIDDEN.items()))
    eigenvalues = ", ".join(map(str, sorted(M.eigenvals())))
    impulse = s.outputs((M, F, C), [sp.Integer(1)] + [sp.Integer(0)] * 4)
    hidden = Finding(
        text="In the form restored here, the sentence that a fixed system is stable if and only if the spectral radius "
        "of M is below 1, else a bounded input gives an unbounded output, is false if it is read for the map from "
        "inputs to outputs: an eigenvalue that is not controllable or not observable is not seen. It holds where one "
        "of the eigenvalues of absolute value at least 1 has B(λ) = C adj(λI − M) F ≠ 0, hence for Gaussian weights "
        "with probability 1.",
        counterexample=f"M = {M.tolist()}, F = {F.tolist()}, C = {C.tolist()} ({name}): eigenvalues {eigenvalues}, but "
        f"the impulse response is {', '.join(map(str, impulse))}, … = 2^(−t), so |y_t| ≤ 2 sup |x|.",
    )
    width, nu_w = 2, sp.Rational(1, 2)
    lags = (0, 1, 2, 4, 8, 12)
    energies = ", ".join(f"{sp.N(nu_w**j * wick.right_gram_mean(j, j, width), 3)} at j = {j}" for j in lags)
    squares = Finding(
        text="In the form restored here, stability for ν_W < 1 is a statement about wide networks and typical weights. "
        "In mean square it holds at no width: for every n and ν_W > 0 the energy E ‖M^j f‖²/n = ν_W^j m_j(n) tends to "
        "infinity with j, because m_j(n) ≥ (2j − 1)!!/n^j; the limits j → ∞ and n → ∞ do not commute.",
        counterexample=f"n = {width}, ν_W = {nu_w}: E ‖M^j f‖²/n = {energies}.",
    )
    return [hidden, squares]


def energy_curves() -> Sequence[Curve]:
    """ν_W^j of each setting: the wide limit."""
    curves = []
    for setting in DENSE:
        lags = range(setting["T"])
        values = tuple(_variance(setting) ** j for j in lags)
        curves.append(Curve(label=f"ν_W^j, ν_W = {setting['nu_W']}", x=tuple(map(float, lags)), y=values))
    return curves


def radius_curves() -> Sequence[Curve]:
    """1 ± √(ln n/n)."""
    widths = (64, 96, 128, 192, 256)
    allowed = [math.sqrt(math.log(n) / n) for n in widths]
    x = tuple(map(float, widths))
    return tuple(
        Curve(label=f"1 {sign} √(ln n/n)", x=x, y=tuple(1.0 + factor * value for value in allowed))
        for sign, factor in (("+", 1.0), ("−", -1.0))
    )


FIXED = tuple(
    Setting(radius=radius, hidden=hidden, T=T, case=case)
    for radius, hidden, T in (("15/16", 0, 400), ("1", 0, 600), ("17/16", 0, 400), ("17/16", 1, 200), ("1", 1, 400))
    for case in range(2)
)
RANDOM = (Setting(n=64, nu_W="1/2"), Setting(n=128, nu_W="2"), Setting(n=256, nu_W="3/4"))
DENSE = (Setting(n=8, T=4, nu_W="1/2"), Setting(n=16, T=5, nu_W="9/10"), Setting(n=32, T=7, nu_W="6/5"))
FREE = (Setting(n=8, T=3, nu_W="1"), Setting(n=16, T=5, nu_W="1"), Setting(n=32, T=7, nu_W="1"))
LATE = (Setting(n=8, T=7, nu_W="1", first=3), Setting(n=16, T=7, nu_W="1", first=5))

CLAIM = Claim(
    id="stability_spectral_radius",
    title="Stability is decided by the spectral radius, which tends to √ν_W",
    statement=r"\rho(M) < 1 \Rightarrow \text{bounded inputs have bounded outputs}, \qquad "
    r"|\lambda| \ge 1,\ C\,\mathrm{adj}(\lambda I - M) F \ne 0 \Rightarrow \text{not}, \qquad "
    r"P\!\left(\left|\tfrac{\rho(M)}{\sqrt{\nu_W}} - 1\right| > \sqrt{\tfrac{\ln n}{n}}\right) \le \tfrac14, \qquad "
    r"\tfrac1n\,\mathbb{E}\,\|M^j f\|^2 = \nu_W^{j}\, m_j(n)",
    plain="ρ(M) < 1 keeps bounded inputs bounded; an eigenvalue |λ| ≥ 1 with C adj(λI − M) F ≠ 0 does not; "
    "P(|ρ(M)/√ν_W − 1| > √(ln n/n)) ≤ 1/4 at n = 64, 128, 256; E ‖M^j f‖²/n = ν_W^j m_j(n), f ~ N(0, I)",
    summary="A fixed linear system with spectral radius below 1 answers bounded inputs with bounded outputs; from 1 on "
    "an explicit bounded input makes the output unbounded, if the eigenvalue is controllable and observable. The "
    "spectral radius of a Gaussian M is near √ν_W, so wide networks are stable for ν_W < 1; the mean energy of M^j f "
    "is ν_W^j times a known polynomial in 1/n.",
    source=Source("E", "(4), stability; m_j(n): theory page, C.3"),
    assumptions=(
        "one input and one output; the state starts at 0; the factor n^(−1/2) of the output is left out of the proofs",
        "below 1: the Jordan normal form",
        "from 1 on: an eigenvalue |λ| ≥ 1 with C adj(λI − M) F ≠ 0, which is controllable and observable; the "
        "identities are decided for unknown M, F, C up to 3 units and hold beyond by Cayley–Hamilton",
        "W and f have independent Gaussian entries; m_j(n) is proved for j ≤ 6",
    ),
    uses=("prop_2_1a_same_map", "exact_sampler"),
    checks=(
        Proof(
            name="below 1",
            title="Σ |L_t| is finite: powers of Jordan blocks, summed",
            prove=prove_below,
            microseconds=2e5,
        ),
        Proof(
            name="from 1 on",
            title="an explicit bounded input with unbounded output wherever C adj(λI − M) F ≠ 0",
            prove=prove_above,
            microseconds=2e5,
        ),
        Proof(
            name="hidden modes",
            title="an eigenvalue 2 that no output shows; for Gaussian weights this has probability 0",
            prove=prove_hidden,
            microseconds=5e4,
        ),
        Agreement(
            name="fixed systems",
            title="exact closed form of the output for spectral radius 15/16, 1, 17/16, against the recursion",
            settings=FIXED,
            compare=compare_fixed,
            microseconds=2e4,
        ),
        Proportion(
            name="spectral radius",
            title="ρ(M) is within √(ln n/n) of √ν_W, and on the right side of 1, at n = 64, 128, 256",
            settings=RANDOM,
            lines=radius_lines,
            sample=sample_radius,
            microseconds=7.9e3,
        ),
        Proof(
            name="energy",
            title="E ‖M^j f‖²/n = ν_W^j m_j(n) for j ≤ 6, by two derivations; m_j(n) ≥ (2j−1)!!/n^j",
            prove=prove_energy,
            microseconds=1.5e5,
        ),
        Mean(
            name="dense",
            title="E ‖M^j f‖²/n of the dense RNN at n = 8, 16, 32",
            settings=DENSE,
            lines=energy_lines,
            sample=partial(sample_energy, sampler=dense),
            microseconds=4.3,
            profiles={DENSE[2]: ("standard", "full")},
        ),
        Mean(
            name="width-free",
            title="E ‖M^j f‖²/n of the width-free sampler at n = 8, 16, 32",
            settings=FREE,
            lines=energy_lines,
            sample=partial(sample_energy, sampler=width_free),
            microseconds=0.93,
            resolutions=WIDTH_FREE_RESOLUTIONS,
        ),
        Mean(
            name="late lags",
            title="E ‖M^j f‖²/n up to lag 6 at n = 8 and 16, where the tails are heavy",
            settings=LATE,
            lines=energy_lines,
            sample=partial(sample_energy, sampler=width_free),
            microseconds=1.0,
            resolutions=WIDTH_FREE_RESOLUTIONS,
            profiles=dict.fromkeys(LATE, ("full",)),
        ),
    ),
    controls=(
        Control(
            name="every eigenvalue simple",
            why="a Jordan block adds powers of t; its sums are (1 − q)^(−(k+1)), not 1/(1 − q)",
            check="below 1",
            replace={"prove": partial(prove_below, simple=True)},
            line="k = 1: the sum over all j",
        ),
        Control(
            name="every eigenvalue simple, any block",
            why="the same for blocks of any size",
            check="below 1",
            replace={"prove": partial(prove_below, simple=True)},
            line="any block: the sum over all j",
        ),
        Control(
            name="a term dropped in large blocks",
            why="the sum for the k-th diagonal has k + 1 terms, also where no block of that size is multiplied out",
            check="below 1",
            replace={"prove": partial(prove_below, tail=without_last)},
            line="any block: R_k has the terms i = 0 … k",
        ),
        Control(
            name="marginally stable",
            why="a mode with |λ| = 1 that is driven at its own frequency grows like t",
            check="from 1 on",
            replace={"prove": partial(prove_above, marginal=True)},
            line="u_(t+1) = λ u_t + λ^(t+1) B",
        ),
        Control(
            name="another quotient",
            why="χ(z)/(z − λ) has degree n − 1; z χ(z)/(z − λ) is not the adjugate at M",
            check="from 1 on",
            replace={"prove": partial(prove_above, shift=1)},
            line="2 units: q(M) = adj(λI − M)",
        ),
        Control(
            name="strength C F",
            why="the strength of a mode is C adj(λI − M) F; C F is the response at lag 0 of all modes together",
            check="from 1 on",
            replace={"prove": partial(prove_above, strength=straight)},
            line="2 units: q(E) L_0 = λ^0 B(λ)",
        ),
        Control(
            name="every mode shows",
            why="an eigenvalue 2 that the input does not reach leaves the output at 2^(−t)",
            check="hidden modes",
            replace={"prove": partial(prove_hidden, everything_seen=True)},
            line="not controllable: L_1 = 2^(−1)",
        ),
        Control(
            name="strength (C v)(w^T F) alone",
            why="it has a factor λ_1 − λ_k for every other eigenvalue",
            check="hidden modes",
            replace={"prove": partial(prove_hidden, alone=True)},
            line="two units: B(λ_1) = (C v)(w^T F)(λ_1 − λ_2)",
        ),
        Control(
            name="no resonance",
            why="at |λ| = 1 the sum of t + 1 equal terms in the place of one term",
            check="fixed systems",
            replace={"compare": partial(compare_fixed, sums=no_resonance)},
            setting=FIXED[2],
            line="closed form",
        ),
        Control(
            name="hidden mode shows, simulated",
            why="the spectral radius is 17/16, but nothing drives that mode",
            check="fixed systems",
            replace={"compare": partial(compare_fixed, all_seen=True)},
            setting=FIXED[6],
            line="closed form",
        ),
        Control(
            name="gain of a constant input",
            why="|Σ L_t| bounds the answer to a constant, not to an input near the frequency of a mode",
            check="fixed systems",
            replace={"compare": partial(compare_fixed, constant=True)},
            setting=FIXED[0],
            line="sup |y| ≤ sup |x| Σ |L_t|",
        ),
        Control(
            name="input weights off by 10⁻¹²",
            why="the output is then off by as much, where rounding allows less",
            check="fixed systems",
            replace={"compare": partial(compare_fixed, off=1e-12)},
            setting=FIXED[0],
            line="closed form",
        ),
        Control(
            name="spectral radius ν_W",
            why="eigenvalues scale like W, so like √ν_W",
            check="spectral radius",
            replace={"sample": partial(sample_radius, scale=lambda nu_w: nu_w)},
            setting=RANDOM[0],
            line="radius",
        ),
        Control(
            name="threshold of the operator norm",
            why="‖M‖ → 2 √ν_W is above 1 from ν_W = 1/4 on, where the spectral radius is 1/2",
            check="spectral radius",
            replace={
                "lines": partial(radius_lines, rule=stable_in_norm),
                "sample": partial(sample_radius, rule=stable_in_norm),
            },
            setting=RANDOM[0],
            line="stability",
        ),
        Control(
            name="m_j = 1",
            why="the wide limit at finite n: m_2(n) = 1 + 2/n²",
            check="energy",
            replace={"prove": partial(prove_energy, always_one)},
            line="m_2(n), two derivations",
        ),
        Control(
            name="energy dies out for ν_W < 1",
            why="at fixed n it grows faster than any power: (2j−1)!! beats ν_W^j",
            check="energy",
            replace={"prove": partial(prove_energy, dies_out=True)},
            line="ν_W = 1/2, any n: an energy over the next one tends to 0",
        ),
        Control(
            name="m_j = 1, dense",
            why="at n = 8 and lag 3 the correction is 16 %",
            check="dense",
            replace={"lines": partial(energy_lines, correction=always_one)},
            setting=DENSE[0],
            line="‖M^3 f‖²",
        ),
        Control(
            name="m_j = 1, width-free",
            why="at n = 16 and lag 4 the correction is 12 %",
            check="width-free",
            replace={"lines": partial(energy_lines, correction=always_one)},
            setting=FREE[1],
            line="‖M^4 f‖²",
        ),
        Control(
            name="m_j = 1, late",
            why="at n = 16 and lag 6 the energy is 58 % above its limit",
            check="late lags",
            replace={"lines": partial(energy_lines, correction=always_one)},
            setting=LATE[1],
            line="‖M^6 f‖²",
        ),
    ),
    derivation=derive,
    findings=findings,
    figures=(
        Figure(
            title="Spectral radius over √ν_W (5, 50, 95 % quantiles) and 1 ± √(ln n/n)",
            check="spectral radius",
            x="n",
            x_label="width n",
            y_label="ρ(M)/√ν_W",
            show="quantiles",
            theory=radius_curves,
        ),
        Figure(
            title="E ‖M^j f‖²/n of the dense RNN, and ν_W^j",
            check="dense",
            x="j",
            x_label="lag j",
            y_label="E ‖M^j f‖²/n",
            series="n",
            theory=energy_curves,
        ),
    ),
    not_shown=(
        "almost sure convergence of the spectral radius (Bai and Yin): it is tested in probability, at three widths; "
        "no exponent is claimed, because the local slopes of |ρ − √ν_W| over n do not settle at widths within reach",
        "the spectral radius to better than √(ln n/n), 15 to 25 % at these widths: a radius 12 % too small is accepted",
    ),
)
