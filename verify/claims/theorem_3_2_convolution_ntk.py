"""[E] Theorem 3.2: the NTK of a scaled convolution is [T(x)^T D(ρ) T(x')] ⊗ I, at any parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from verify.checks import Agreement, Comparison, Proof
from verify.claims._entries import sum_of_entries
from verify.model import Claim, Control, Figure, Setting, Source, Step

if TYPE_CHECKING:
    import numpy as np
    import sympy as sp
    from numpy.random import Generator
    from numpy.typing import NDArray

    from numeric.grams import Grams
    from verify.proofs import Identity

    Array = NDArray[np.floating[Any]]
    Columns = Sequence[sp.Matrix]
    Block = Callable[[str, sp.Expr, sp.Expr, sp.Expr], sp.Expr]
    Stated = Callable[[Sequence[sp.Symbol], Columns, Columns, int], sp.Matrix]
    NumericStated = Callable[[Array, Array, Array, int], Array]


# --- what is claimed, for given sizes, and rivals of it -------------------------------------------------------------


def stated_kernel(r: Sequence[sp.Symbol], x: Columns, z: Columns, n_y: int) -> sp.Matrix:
    """(17): [T(x)^T D(ρ) T(x')] ⊗ I_{n_y}, with ρ_j = r_j²."""
    import sympy as sp

    return sp.kronecker_product(over_time([root**2 for root in r], x, z), sp.eye(n_y))


def over_time(rho: Sequence[sp.Expr], x: Columns, z: Columns, *, circulant: bool = False) -> sp.Matrix:
    """T(x)^T D(ρ) T(x'), (18), (19): block (j, t) of T(x) is x_{t−j}, and 0 for t < j unless a rival wraps it round."""
    import sympy as sp

    T, n_x = len(x), x[0].rows

    def toeplitz(columns: Columns) -> sp.Matrix:
        def block(j: int, t: int) -> sp.Matrix:
            return columns[(t - j) % T] if t >= j or circulant else sp.zeros(n_x, 1)

        return sp.Matrix.vstack(*(sp.Matrix.hstack(*(block(j, t) for t in range(T))) for j in range(T)))

    scaling = sp.diag(*(factor * sp.eye(n_x) for factor in rho))
    return toeplitz(x).T * scaling * toeplitz(z)


def identity_first(r: Sequence[sp.Symbol], x: Columns, z: Columns, n_y: int) -> sp.Matrix:
    import sympy as sp

    return sp.kronecker_product(sp.eye(n_y), over_time([root**2 for root in r], x, z))


def other_power(power: int, r: Sequence[sp.Symbol], x: Columns, z: Columns, n_y: int) -> sp.Matrix:
    import sympy as sp

    return sp.kronecker_product(over_time([root**power for root in r], x, z), sp.eye(n_y))


def wrapped(r: Sequence[sp.Symbol], x: Columns, z: Columns, n_y: int) -> sp.Matrix:
    import sympy as sp

    return sp.kronecker_product(over_time([root**2 for root in r], x, z, circulant=True), sp.eye(n_y))


# --- proofs ---------------------------------------------------------------------------------------------------------

PROVED = ((1, 1, 1), (2, 1, 1), (4, 1, 1), (3, 2, 1), (3, 1, 2), (2, 2, 3), (4, 2, 2))  # T, n_x, n_y


def prove_jacobian(formula: Stated = stated_kernel) -> Iterator[Identity]:
    """J(x) J(x')^T of the unrolled convolution, J by differentiation at symbolic θ, minus the stated kernel."""
    from symbolic import scaled_convolution as c
    from verify.proofs import Identity

    for T, n_x, n_y in PROVED:
        theta, x, z = c.parameters(T, n_x, n_y), c.inputs("x", T, n_x), c.inputs("z", T, n_x)
        residual = c.tangent_kernel(theta, x, z) - formula(c.roots(T), x, z, n_y)
        yield Identity(f"T={T}, n_x={n_x}, n_y={n_y}", sum_of_entries(residual))


def causal(name: str, time: sp.Expr, lag: sp.Expr, b: sp.Expr) -> sp.Expr:
    """Entry b of block (lag, time) of the block Toeplitz matrix: x_{time−lag}, 0 before the start."""
    import sympy as sp

    return sp.IndexedBase(name)[time - lag, b] if (time - lag).is_nonnegative else sp.Integer(0)


def anti_causal(name: str, time: sp.Expr, lag: sp.Expr, b: sp.Expr) -> sp.Expr:
    """The rival block x_{lag−time}: later inputs act on earlier outputs."""
    import sympy as sp

    return sp.IndexedBase(name)[lag - time, b] if (lag - time).is_nonnegative else sp.Integer(0)


def hankel(name: str, time: sp.Expr, lag: sp.Expr, b: sp.Expr) -> sp.Expr:
    """The rival block x_{time+lag}."""
    import sympy as sp

    return sp.IndexedBase(name)[time + lag, b]


def prove_all_lengths(block: Block = causal) -> Iterator[Identity]:
    """What lag j and input b contribute to K_{(t,a),(t',a')}, at symbolic t, t', j, b, a, a', n_x, n_y.

    The derived contribution is Σ_α of a product of derivatives, the stated one T_{(j,b),t} ρ_j T'_{(j,b),t'} δ_{aa'};
    both kernels are the sum over all lags j < T and inputs b, so equal contributions prove (17) for every T.
    """
    import sympy as sp

    from symbolic import scaled_convolution as c
    from verify.proofs import Identity

    j, d, e, a, more, b = sp.symbols("j d e a m b", integer=True, nonnegative=True)
    cases = {
        "j ≤ t, j ≤ t'": (j + d, j + e),
        "j ≤ t, t' < j": (j + d, j - 1 - e),
        "t < j, j ≤ t'": (j - 1 - d, j + e),
        "t < j, t' < j": (j - 1 - d, j - 1 - e),
    }
    for name, (t, t2) in cases.items():
        for outputs, row in (("same output", a), ("other output", a + 1 + more)):
            stated = block("x", t, j, b) * sp.IndexedBase("r")[j] ** 2 * block("z", t2, j, b) * int(row == a)
            residual = c.kernel_summand((t, t2), j, (a, row), b) - stated
            yield Identity(f"{name}, {outputs}", c.plain_symbols(residual))


# --- numbers --------------------------------------------------------------------------------------------------------


def compare_jacobian(setting: Setting, rng: Generator, *, stated: NumericStated | None = None) -> Iterator[Comparison]:
    """Jacobian products at random θ and ρ (some ρ_j = 0) against the Toeplitz form, over the rounding bound."""
    import numpy as np

    from numeric import rounding
    from numeric import scaled_convolution as c

    T, n_x, n_y = setting["T"], setting["n_x"], setting["n_y"]
    theta, x, x2 = 3.0 * rng.standard_normal((T, n_y, n_x)), *rng.standard_normal((2, T, n_x))
    rho = rng.gamma(1.5, size=T)
    rho[2::5] = 0.0  # never the last lag of a setting
    kernel, error = c.jacobian_kernel(rho, theta, x, x2)
    difference = np.abs(kernel - (stated or c.toeplitz_kernel)(rho, x, x2, n_y))
    share = rounding.share(difference, error + c.toeplitz_error(rho, x, x2, n_y))
    yield Comparison(label="K(x, x')", difference=float(share.max()), bound=1.0, at={"T": T})


def reversed_lags(rho: Array, x: Array, x2: Array, n_y: int) -> Array:
    from numeric.scaled_convolution import toeplitz_kernel

    return toeplitz_kernel(rho[::-1], x, x2, n_y)


def deviations(rho: Array, x: Array, x2: Array, n_y: int) -> Array:
    import numpy as np

    from numeric.scaled_convolution import toeplitz_kernel

    return toeplitz_kernel(np.sqrt(rho), x, x2, n_y)


def wide_grams(T: int, n_x: int, n_y: int, nu: Sequence[float]) -> Grams:
    """The Grams of the wide limit, δ_jk ν_F ν_W^j I and δ_jk ν_C ν_W^j I: then Θ_jk = δ_jk ρ_j I."""
    import numpy as np

    from numeric.grams import Grams

    nu_w, nu_f, nu_c = nu
    powers = np.diag([nu_w**j for j in range(T)])[None, :, :, None, None]
    return Grams(
        n=1, right=nu_f * powers * np.eye(n_x), left=nu_c * powers * np.eye(n_y), impulse=np.zeros((1, T, n_y, n_x))
    )


def nearly(rho: Array, x: Array, x2: Array, n_y: int) -> Array:
    """The rival that is off in the eleventh digit."""
    from numeric.scaled_convolution import toeplitz_kernel

    return toeplitz_kernel((1.0 + SMALL) * rho, x, x2, n_y)


def compare_wide(
    setting: Setting, rng: Generator, *, without_w: bool = False, off: float = 0.0
) -> Iterator[Comparison]:
    """The RNN's kernel at wide-limit Grams, by both of its contractions, against (17) with the derived ρ_j.

    Every sum has at most T² + 2 T n_x terms, of products of at most eight rounded numbers; a power counts T roundings.
    """
    import numpy as np
    import sympy as sp

    from numeric import rounding
    from numeric import scaled_convolution as c
    from numeric.kernels import lag_ntk, ntk_of_grams
    from symbolic.scaling import LAG, NU_C, NU_F, NU_W, scaling_parts

    T, n_x, n_y = setting["T"], setting["n_x"], setting["n_y"]
    nu = [float(value) for value in np.exp(rng.uniform(-1.5, 0.5, size=3))]
    x, x2 = rng.standard_normal((2, T, n_x))
    variables = (LAG, NU_W, NU_F, NU_C)
    parts = scaling_parts(*variables)
    derived = sp.lambdify(variables, sp.Add(*(parts[:2] if without_w else parts)), modules="math")
    rho = np.array([derived(j, *nu) for j in range(T)])
    grams = wide_grams(T, n_x, n_y, nu)
    expected = c.toeplitz_kernel((1.0 + off) * rho, x, x2, n_y)
    size = ntk_of_grams(grams, np.abs(x), np.abs(x2))[0]
    bound = rounding.SLACK * rounding.gamma(2 * (T**2 + 2 * T * n_x + 2 * T + 16)) * size
    routes = {
        "hidden states": ntk_of_grams(grams, x, x2)[0],
        "lag by lag": contract(lag_ntk(grams)[0], x, x2, n_y),
    }
    for name, kernel in routes.items():
        share = rounding.share(np.abs(kernel - expected), bound)
        yield Comparison(label=name, difference=float(share.max()), bound=1.0, at={"T": T})


def contract(theta: Array, x: Array, x2: Array, n_y: int) -> Array:
    """K_{(t,a),(t',a')} = Σ_jk Σ_bb' x_{t−j,b} Θ_{jk,(a,b),(a',b')} x'_{t'−k,b'}."""
    import numpy as np

    from numeric.scaled_convolution import block_toeplitz

    T, n_x = x.shape
    by_lag = theta.reshape(T, T, n_y, n_x, n_y, n_x)
    first, second = (block_toeplitz(z).reshape(T, n_x, T) for z in (x, x2))
    half = np.tensordot(first, by_lag, axes=([0, 1], [0, 3]))  # [t, k, a, a', b']
    kernel = np.tensordot(half, second, axes=([1, 4], [0, 1]))  # [t, a, a', t']
    return kernel.transpose(0, 1, 3, 2).reshape(T * n_y, T * n_y)


# --- derivation -----------------------------------------------------------------------------------------------------


def derive() -> Sequence[Step]:
    """Outputs, Jacobian and kernel for two steps, and the contribution of one lag in general."""
    import sympy as sp

    from symbolic import scaled_convolution as c
    from symbolic.printing import equation

    theta, x, z = c.parameters(2, 1, 1), c.inputs("x", 2, 1), c.inputs("z", 2, 1)
    outputs, jacobian, kernel = c.output(theta, x), c.parameter_jacobian(theta, x), c.tangent_kernel(theta, x, z)
    j, d, e, a, b = sp.symbols("j d e a b", integer=True, nonnegative=True)
    summand = c.plain_symbols(c.kernel_summand((j + d, j + e), j, (a, a), b))
    return [
        Step("Unroll y_t = Σ_j r_j θ_j x_(t-j), r_j² = ρ_j, for T = 2.", *equation("y_1", outputs[1])),
        Step("Differentiate by (θ_0, θ_1); no θ is left.", *equation("J", jacobian)),
        Step("K = J(x) J(z)^T has the entries, at time 0,", *equation("K_{00}", kernel[0, 0])),
        Step("between times 0 and 1", *equation("K_{01}", sp.expand(kernel[0, 1]))),
        Step("and at time 1", *equation("K_{11}", sp.expand(kernel[1, 1]))),
        Step(
            "At any t = j + d, t' = j + e, lag j and input b add to equal outputs, and to no others,",
            *equation("k", summand),
        ),
        Step(
            "and nothing where j > t or j > t'. The sum over j and b is an entry of [T(x)^T D(ρ) T(z)] ⊗ I.",
            r"K_{(t,a),(t',a')} = \delta_{aa'} \sum_{j \le \min(t,t')} \rho_j\, x_{t-j}^{\top} z_{t'-j}",
            "K_(t,a),(t',a') = δ_aa' Σ_(j ≤ min(t,t')) ρ_j x_(t-j)^T z_(t'-j)",
        ),
    ]


SMALL = 1e-11  # chosen: ten times what rounding explains at the sizes where rivals are off by it, or more
SIZES = tuple(
    Setting(T=T, n_x=n_x, n_y=n_y)
    for T, n_x, n_y in ((1, 1, 1), (2, 2, 3), (7, 3, 2), (16, 1, 4), (32, 4, 1), (64, 2, 2))
)
LIMITS = tuple(Setting(T=T, n_x=n_x, n_y=n_y) for T, n_x, n_y in ((1, 2, 2), (4, 1, 1), (6, 2, 3), (10, 3, 2)))

CLAIM = Claim(
    id="theorem_3_2_convolution_ntk",
    title="The NTK of a scaled convolution, at any parameters",
    statement=r"K(x,x') = \left[\mathcal{T}(x)^{\top} D(\rho)\, \mathcal{T}(x')\right] \otimes I_{n_y}"
    r"\quad \text{at every } \theta, \qquad L_j = \sqrt{\rho_j}\,\theta_j",
    plain="K(x, x') = [T(x)^T D(ρ) T(x')] ⊗ I_(n_y) at every θ, for the convolution with L_j = sqrt(ρ_j) θ_j",
    summary="The tangent kernel of the convolution with L_j = sqrt(ρ_j) θ_j does not depend on θ. It weights the inner "
    "products of inputs delayed by j with ρ_j: K = [T(x)^T D(ρ) T(x')] ⊗ I, T(x) being the block Toeplitz matrix of "
    "the input and D(ρ) = blockdiag(ρ_j I). The wide limit of the RNN's kernel is the same contraction.",
    source=Source("E", "Theorem 3.2, (6), (7), (13), (17)–(19)"),
    assumptions=(
        "ρ_j ≥ 0; both inputs have the same length",
        "that the RNN's Grams tend to δ_jk ν_F ν_W^j I and δ_jk ν_C ν_W^j I is the subject of theorem_3_3b_ntk_limit",
    ),
    checks=(
        Proof(
            name="jacobian",
            title="J(x) J(x')^T by differentiation at symbolic θ, for seven sizes with T ≤ 4",
            prove=prove_jacobian,
            microseconds=1e5,
        ),
        Proof(
            name="all lengths",
            title="what one lag and one input contribute, at symbolic times, lag, output, n_x and n_y: every T",
            prove=prove_all_lengths,
            microseconds=1e5,
        ),
        Agreement(
            name="jacobian products",
            title="one parameter moved after the other at random θ, some ρ_j = 0, T up to 64",
            settings=SIZES,
            compare=compare_jacobian,
            microseconds=2e4,
        ),
        Agreement(
            name="wide limit",
            title="the RNN's kernel at the Grams of the wide limit is (17) with the derived ρ_j",
            settings=LIMITS,
            compare=compare_wide,
            microseconds=2e4,
        ),
    ),
    controls=(
        Control(
            name="identity on the other side",
            why="I ⊗ [T^T D T'] orders the entries by output first, not by time",
            check="jacobian",
            replace={"prove": partial(prove_jacobian, identity_first)},
            line="T=3, n_x=1, n_y=2",
        ),
        Control(
            name="ρ_j squared",
            why="the factor sqrt(ρ_j) enters once by each of the two derivatives, so ρ_j enters once",
            check="jacobian",
            replace={"prove": partial(prove_jacobian, partial(other_power, 4))},
            line="T=1, n_x=1, n_y=1",
        ),
        Control(
            name="circulant",
            why="without the zero blocks the end of the input acts on its beginning",
            check="jacobian",
            replace={"prove": partial(prove_jacobian, wrapped)},
            line="T=2, n_x=1, n_y=1",
        ),
        Control(
            name="anti-causal",
            why="blocks x_(j-t) in the place of x_(t-j)",
            check="all lengths",
            replace={"prove": partial(prove_all_lengths, anti_causal)},
            line="t < j, t' < j, same output",
        ),
        Control(
            name="Hankel",
            why="blocks x_(t+j) in the place of x_(t-j)",
            check="all lengths",
            replace={"prove": partial(prove_all_lengths, hankel)},
            line="j ≤ t, j ≤ t', same output",
        ),
        Control(
            name="lags in reversed order",
            why="ρ_(T-1-j) at lag j",
            check="jacobian products",
            replace={"compare": partial(compare_jacobian, stated=reversed_lags)},
            setting=SIZES[2],
            line="K(x, x')",
        ),
        Control(
            name="sqrt(ρ_j)",
            why="the factor of the parameter in the place of its square",
            check="jacobian products",
            replace={"compare": partial(compare_jacobian, stated=deviations)},
            setting=SIZES[3],
            line="K(x, x')",
        ),
        Control(
            name="ρ_j without what W contributes",
            why="an RNN with trained W is not the convolution with ρ_j = (ν_C + ν_F) ν_W^j",
            check="wide limit",
            replace={"compare": partial(compare_wide, without_w=True)},
            setting=LIMITS[1],
            line="hidden states",
        ),
        Control(
            name="ρ_j off by 10⁻¹¹",
            why="a kernel that is wrong in the eleventh digit; rounding explains less",
            check="jacobian products",
            replace={"compare": partial(compare_jacobian, stated=nearly)},
            setting=SIZES[0],  # one input and one output: no sum that may happen to cancel
            line="K(x, x')",
        ),
        Control(
            name="ρ_j off by 10⁻¹¹ in the limit, hidden states",
            why="a kernel that is wrong in the eleventh digit; rounding explains less",
            check="wide limit",
            replace={"compare": partial(compare_wide, off=SMALL)},
            setting=LIMITS[1],  # K_00 = ρ_0 x_0 x'_0 for one input
            line="hidden states",
        ),
        Control(
            name="ρ_j off by 10⁻¹¹ in the limit, lag by lag",
            why="the same by the other contraction",
            check="wide limit",
            replace={"compare": partial(compare_wide, off=SMALL)},
            setting=LIMITS[1],
            line="lag by lag",
        ),
    ),
    derivation=derive,
    figures=(
        Figure(
            title="Distance of Jacobian products from the Toeplitz form, as a share of what rounding allows",
            check="jacobian products",
            x="T",
            x_label="length of the input T",
            y_label="difference / bound",
            show="margin",
            log_x=True,
            log_y=True,
        ),
    ),
)
