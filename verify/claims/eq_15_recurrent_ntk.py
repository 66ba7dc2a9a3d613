"""[E] (15): the NTK of a recurrent network at a random start tends to a fixed kernel, here for erf and ReLU."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from verify.checks import Agreement, Comparison, Proof, Rate
from verify.claims._factors import stated_factor, without_w
from verify.model import Claim, Control, Figure, Finding, Setting, Source, Step

if TYPE_CHECKING:
    import numpy as np
    import sympy as sp
    from numpy.random import Generator
    from numpy.typing import NDArray

    from symbolic.recurrent_ntk import Network
    from verify.proofs import Identity

    Array = NDArray[np.floating[Any]]
    Prediction = Callable[[str], Array]

SEQUENCES = (("1", "-1/2", "3/4"), ("1/2", "1", "-1"))  # x and x', one input a step
T = 3
DIGITS = 20
NAMES = ("erf", "ReLU")


# --- the limit ------------------------------------------------------------------------------------------------------


def network(name: str, *, straight: bool = False) -> Network:
    """ν_W = ν_F = ν_C = 1; a `straight` rival lets perturbations pass the activation unchanged, φ' = 1."""
    import sympy as sp

    from symbolic.recurrent_ntk import Network, Z

    one = sp.Integer(1)
    activation = {"erf": sp.erf(Z), "ReLU": sp.Max(0, Z)}[name]
    return Network(activation=activation, nu_w=one, nu_f=one, nu_c=one, slope=one if straight else None)


@lru_cache(maxsize=8)
def limit(name: str, *, tied: bool = True, straight: bool = False) -> Array:
    """lim K [2T, 2T] over both sequences; a rival is not `tied`, a fresh W at every step."""
    import numpy as np
    import sympy as sp

    from symbolic.recurrent_ntk import limit_ntk

    sequences = [[sp.Matrix([sp.Rational(value)]) for value in sequence] for sequence in SEQUENCES]
    kernel = limit_ntk(network(name, straight=straight), sequences, tied=tied, digits=DIGITS)
    return np.array(kernel, dtype=float)


# --- the linear network ---------------------------------------------------------------------------------------------


def prove_linear(factor: Callable[..., sp.Expr] = stated_factor) -> Iterator[Identity]:
    """For φ(z) = z the general kernel is that of Theorem 3.3, entry by entry, for symbolic inputs and variances."""
    import sympy as sp

    from symbolic.recurrent_ntk import Network, Z, limit_ntk
    from symbolic.scaling import NU_C, NU_F, NU_W
    from verify.proofs import Identity

    nu = (NU_W, NU_F, NU_C)
    x, y = ([sp.Symbol(f"{name}{t}", positive=True) for t in range(T)] for name in "xy")
    linear = Network(activation=Z, nu_w=NU_W, nu_f=NU_F, nu_c=NU_C)
    kernel = limit_ntk(linear, [[sp.Matrix([value]) for value in sequence] for sequence in (x, y)])
    for s in range(T):
        for t in range(T):
            stated = sum(factor(j, *nu) * x[s - j] * y[t - j] for j in range(min(s, t) + 1))
            yield Identity(f"K_{s}{t}(x, x')", kernel[s, T + t] - stated)


# --- the network itself ---------------------------------------------------------------------------------------------


def functions(name: str) -> tuple[Callable[[Array], Array], Callable[[Array], Array]]:
    """φ and φ'."""
    import numpy as np
    from scipy.special import erf

    if name == "erf":
        return erf, lambda z: 2.0 / math.sqrt(math.pi) * np.exp(-z * z)
    return lambda z: np.maximum(z, 0.0), lambda z: (z > 0.0).astype(z.dtype)


def inputs() -> Array:
    import numpy as np

    return np.array([[[float(Fraction(value))] for value in sequence] for sequence in SEQUENCES])


def weights(n: int, rngs: Sequence[Generator]) -> Iterator[tuple[Array, Array, Array]]:
    """(W, F, C) of a few networks at a time, a quarter of a million entries or one network."""
    from numeric.streams import BLOCK

    group = max(1, min(BLOCK, 2**18 // (n * n)))
    for rng in rngs:
        for first in range(0, BLOCK, group):
            size = min(group, BLOCK - first)
            numbers = rng.standard_normal((size, n * (n + 2)))
            yield numbers[:, : n * n].reshape(size, n, n), numbers[:, n * n : -n, None], numbers[:, -n:]


def errors(
    setting: Setting, rngs: Sequence[Generator], *, predict: Prediction = limit, names: Sequence[str] = NAMES
) -> Mapping[str, Array]:
    """K(n) − K over all distinct entries, and over those between different times."""
    import numpy as np

    from numeric.recurrent_ntk import recurrent_ntk

    rows, columns = np.triu_indices(2 * T)
    across = rows % T != columns % T
    found: dict[str, list[Array]] = {label: [] for label in coordinates(names)}
    for drawn in weights(setting["n"], rngs):
        for name in names:
            off = (recurrent_ntk(drawn, inputs(), *functions(name)) - predict(name))[:, rows, columns]
            found[name].append(off)
            found[f"{name}, across times"].append(off[:, across])
    return {label: np.concatenate(parts) for label, parts in found.items()}


def coordinates(names: Sequence[str] = NAMES) -> dict[str, int]:
    """The distinct entries of K(n), symmetric of size 2T = 6, and those of them between different times."""
    return {name + label: count for name in names for label, count in (("", 21), (", across times", 12))}


# --- the simulator --------------------------------------------------------------------------------------------------


def compare_tangents(setting: Setting, rng: Generator, *, straight: bool = False) -> Iterator[Comparison]:
    """Back-propagated vectors against the derivative along every single weight, forward in time.

    Both multiply the same numbers φ(z_t), φ'(z_t); a path from a weight to an output has T + 1 sums of at most n + 1
    products with at most five more roundings, the kernel multiplies two and adds up n (n + 2) weights. Hence γ of twice
    the operations, times the same in absolute values. A rival takes φ' = 1 in one of the two.
    """
    import numpy as np

    from numeric import rounding
    from numeric.recurrent_ntk import recurrent_ntk

    n, x = setting["n"], inputs()
    W, F, C = rng.standard_normal((1, n, n)), rng.standard_normal((1, n, 1)), rng.standard_normal((1, n))
    activation, slope = functions(setting["activation"])
    kernel = recurrent_ntk((W, F, C), x, activation, (lambda z: np.ones_like(z)) if straight else slope)[0]
    expected, size = _tangent_kernels(W[0], F[0], C[0], activation, slope)
    operations = 2 * (2 * (T + 1) * (n + 6) + n * (n + 2))
    share = rounding.share(np.abs(kernel - expected), rounding.SLACK * rounding.gamma(operations) * size)
    yield Comparison(label="K", difference=float(share.max()), bound=1.0, at={"n": n})


def _tangent_kernels(
    W: Array, F: Array, C: Array, activation: Callable[[Array], Array], slope: Callable[[Array], Array]
) -> tuple[Array, Array]:
    """Σ_p ∂y/∂θ_p ∂yᵀ/∂θ_p by one forward run a weight, and the same in absolute values."""
    import numpy as np

    from numeric.recurrent_ntk import states

    n = len(W)
    z = states(W[None], F[None], inputs(), activation)[0]
    h, slopes = activation(z), slope(z)
    kernels = []
    for sign in (lambda a: a, np.abs):
        rows = []
        for index in range(n * (n + 2)):
            unit = np.zeros(n * (n + 2))
            unit[index] = 1.0
            dW, dF, dC = unit[: n * n].reshape(n, n), unit[n * n : -n], unit[-n:]
            rows.append([_tangent(map(sign, (W, C, h[i], slopes[i])), (dW, dF, dC), sign(inputs()[i])) for i in (0, 1)])
        J = np.array(rows).reshape(n * (n + 2), 2 * T)
        kernels.append(J.T @ J)
    return kernels[0], kernels[1]


def _tangent(run: Iterator[Array], moves: tuple[Array, Array, Array], x: Array) -> list[float]:
    """δy_t of δz_t = (W (φ' δz)_{t−1} + ΔW h_{t−1})/√n + ΔF x_t, δy_t = (C (φ' δz)_t + ΔC h_t)/√n."""
    W, C, h, slopes = run
    dW, dF, dC = moves
    scale, moved, found = 1.0 / math.sqrt(len(W)), 0.0 * h[0], []
    for t in range(T):
        dz = scale * (W @ moved + (dW @ h[t - 1] if t else 0.0)) + dF * x[t, 0]
        moved = slopes[t] * dz
        found.append(float(scale * (C @ moved + dC @ h[t])))
    return found


# --- what the reader is told ----------------------------------------------------------------------------------------


def derive() -> Sequence[Step]:
    """The recursion given to the engine, and the kernel at time 0 for both activations."""
    import sympy as sp

    from symbolic.printing import equation
    from symbolic.recurrent_ntk import Network, Z, limit_ntk

    x, y = sp.symbols("x y", positive=True)
    one = sp.Integer(1)
    steps = [
        Step(
            "Perturb the weights by standard Gaussians (Lemma B.1). The rows of z and δz then follow a recursion (68)"
            " with two matrices, W and ΔW, and Gaussian inputs (F x, ΔF x).",
            r"\delta z_t = n^{-1/2}(W \varphi'(z_{t-1})\,\delta z_{t-1} + \Delta W \varphi(z_{t-1})) + \Delta F x_t",
            "δz_t = n^(-1/2) (W φ'(z_(t-1)) δz_(t-1) + ΔW φ(z_(t-1))) + ΔF x_t",
        ),
        Step(
            "Read out: the part of C is a covariance of φ, the rest a product of slopes and of perturbations.",
            r"K_{tt'} = \mathbb{E}\varphi(z_t)\varphi(z'_{t'})"
            r" + \nu_C\,\mathbb{E}[\varphi'(z_t)\varphi'(z'_{t'})]\,\mathbb{E}[\delta z_t\,\delta z'_{t'}]",
            "K_tt' = E φ(z_t) φ(z'_t') + ν_C E[φ'(z_t) φ'(z'_t')] E[δz_t δz'_t']",
        ),
    ]
    for name, activation in (("erf", sp.erf(Z)), ("ReLU", sp.Max(0, Z))):
        unit = Network(activation=activation, nu_w=one, nu_f=one, nu_c=one)
        first = limit_ntk(unit, [[sp.Matrix([x])], [sp.Matrix([y])]])[0, 1]
        steps.append(Step(f"At time 0 with {name} and all variances 1:", *equation("K_{00}(x, y)", sp.simplify(first))))
    return steps


def found() -> Sequence[Finding]:
    return [
        Finding(
            "Lemma C.1 asks for Lipschitz functions G, but the recursion behind the tangent kernel of a non-linear"
            " network has G = φ'(q) δq, which is none: for erf it is pseudo-Lipschitz of order two, for ReLU not even"
            " continuous. The limit is derived by the same rule and tested, not proved.",
            "φ = erf: |G(0, D) − G(1, D)| = (2/√π)(1 − 1/e) D for two points at distance 1, for every D",
        )
    ]


def rival(name: str, predict: Prediction = limit, *, size: int = 512) -> dict[str, Any]:
    """One activation at one size: at 32 times the pilot's even the smallest of the rivals' biases stands out."""
    changed = partial(errors, names=(name,), predict=predict)
    return {"errors": changed, "coordinates": coordinates((name,)), "sizes": (16, size)}


UNTIED = partial(limit, tied=False)
STRAIGHT = partial(limit, straight=True)
SETTING = Setting(T=T)
TANGENTS = tuple(Setting(activation=name, n=n) for name in NAMES for n in (1, 4))

CLAIM = Claim(
    id="eq_15_recurrent_ntk",
    title="The NTK of erf and ReLU recurrent networks tends to the kernel that state evolution gives",
    statement=r"K^{(n)}_{tt'}(x, x') \;\to\; \mathbb{E}\varphi(z_t)\varphi(z'_{t'})"
    r" + \nu_C\,\mathbb{E}[\varphi'(z_t)\varphi'(z'_{t'})]\,\mathbb{E}[\delta z_t\,\delta z'_{t'}]"
    r" \quad\text{in probability, with error of order } n^{-1/2}",
    plain="K_tt'(x, x') → E φ(z_t) φ(z'_t') + ν_C E[φ'(z_t) φ'(z'_t')] E[δz_t δz'_t'], error of order n^(-1/2)",
    summary="At a random start the tangent kernel of a wide recurrent network is close to a fixed one, also for"
    " non-linear activations; the same engine that gives Theorem 3.3 computes it.",
    source=Source("E", "Proposition 3.1 (15)"),
    assumptions=(
        "activations erf and ReLU; entries of W, F, C independent and Gaussian; three steps fixed, n → ∞",
        "the limit is by the rule of Lemma C.1, whose proof does not cover it",
    ),
    uses=("lemma_b_1_gaussian_sum", "lemma_c_1_state_evolution"),
    checks=(
        Proof(
            name="linear", title="for φ(z) = z the kernel is that of Theorem 3.3", prove=prove_linear, microseconds=2e6
        ),
        Agreement(
            name="tangents",
            title="the simulated kernel = the sum over all weights of products of derivatives",
            settings=TANGENTS,
            compare=compare_tangents,
            microseconds=2e4,
        ),
        Rate(
            name="dense network",
            title="the kernel of the network with W in memory is n^(-1/2) from the limit, from both sides",
            settings=(SETTING,),
            sizes=(16, 64, 256, 1024),
            profiles={1024: ("standard", "full")},
            coordinates=coordinates(),
            errors=errors,
            microseconds=6e3,
        ),
    ),
    controls=(
        Control(
            name="no paths through W",
            why="ρ_j without j ν_C ν_F ν_W^(j−1): what moving W contributes is left out",
            check="linear",
            replace={"prove": partial(prove_linear, without_w)},
            line="K_11(x, x')",
        ),
        Control(
            name="slopes of one in the simulator",
            why="back-propagation that passes the activation as if it were linear",
            check="tangents",
            replace={"compare": partial(compare_tangents, straight=True)},
            setting=TANGENTS[1],
            line="K",
        ),
        Control(
            name="fresh matrices",
            why="a W of its own for every step: the entries at one time are right, those between times are not",
            check="dense network",
            replace=rival("erf", predict=UNTIED),
            line="erf, across times: above",
        ),
        Control(
            name="slopes of one in the theory",
            why="the factors E[φ'φ'] are left out, as for a linear network",
            check="dense network",
            replace=rival("ReLU", predict=STRAIGHT, size=256),
            line="ReLU: above",
        ),
        Control(
            name="the error falls like 1/n",
            why="an average over n units fluctuates by n^(−1/2)",
            check="dense network",
            replace=rival("erf") | {"exponent": 1.0},
            line="erf: above",
        ),
    ),
    derivation=derive,
    findings=found,
    figures=(
        Figure(
            title="√n times the distance of the kernel from its limit (5, 50 and 95 % quantiles): a level band",
            check="dense network",
            x="n",
            x_label="width n",
            y_label="√n · ‖K(n) − K‖",
            show="quantiles",
            log_x=True,
        ),
    ),
    not_shown=("three steps, two sequences, one input and one output; tanh, for which only quadrature is known",),
)
