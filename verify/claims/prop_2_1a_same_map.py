"""[E] Proposition 2.1(a): a linear RNN is a convolution with L_j = n^{-(j+1)/2} C W^j F."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from verify.checks import Agreement, Comparison, Proof
from verify.model import Claim, Control, Figure, Setting, Source, Step

if TYPE_CHECKING:
    import numpy as np
    import sympy as sp
    from numpy.random import Generator
    from numpy.typing import NDArray

    from verify.proofs import MatrixIdentity

    Array = NDArray[np.floating[Any]]
    Formula = Callable[[int], sp.Expr]

LONGEST_PROVED = 6
SMALL = 1e-12  # chosen: ten times what rounding explains at the sizes where rivals are off by it, or more
LARGEST = {"n": 120, "n_x": 6, "n_y": 6}  # of the random sizes


def stated_response(j: int) -> sp.Expr:
    """(9): L_j = n^{-(j+1)/2} C W^j F, with s = n^{-1/2}."""
    from symbolic import rnn

    return rnn.ROOT ** (j + 1) * rnn.C * rnn.W**j * rnn.F


def prove_unrolled(formula: Formula = stated_response) -> Iterator[MatrixIdentity]:
    """The recursion, unrolled, minus the convolution: zero for every T ≤ 6, for all weights and inputs."""
    import sympy as sp

    from symbolic import rnn
    from verify.proofs import MatrixIdentity

    x = rnn.inputs(LONGEST_PROVED)
    outputs = zip(rnn.unroll(x), rnn.convolve([formula(j) for j in range(LONGEST_PROVED)], x), strict=True)
    shapes = {**rnn.SHAPES, **{symbol.name: ("1", "1") for symbol in x}}
    for t, (recursion, convolution) in enumerate(outputs):
        yield MatrixIdentity(f"T={t + 1}", recursion - convolution, shapes, {rnn.ROOT: sp.Rational(1, 2)})


def state_coefficient(j: sp.Expr) -> sp.Expr:
    """What x_{t−j} contributes to h_t: M^j F with M = s W."""
    from symbolic import rnn

    return rnn.ROOT**j * rnn.W**j * rnn.F


def prove_induction(coefficient: Callable[[sp.Expr], sp.Expr] = state_coefficient) -> Iterator[MatrixIdentity]:
    """If h_t = Σ_j M^j F x_{t−j} then h_{t+1} is the same sum one step later, term by term, for every lag j ≥ 1."""
    import sympy as sp

    from symbolic import rnn
    from verify.proofs import MatrixIdentity

    j = sp.Symbol("j", integer=True, positive=True)
    witness = {rnn.ROOT: sp.Rational(1, 2), j: sp.Integer(2)}
    new_input = coefficient(sp.Integer(0)) - rnn.F
    yield MatrixIdentity("the new input enters by F", new_input, rnn.SHAPES, witness)
    step = rnn.ROOT * rnn.W * coefficient(j - 1) - coefficient(j)
    yield MatrixIdentity("an older input moves on by M", step, rnn.SHAPES, witness)
    output = rnn.ROOT * rnn.C * coefficient(j) - stated_response(j)
    yield MatrixIdentity("the output reads it by C", output, rnn.SHAPES, witness)


def draw_system(setting: Setting, rng: Generator, columns: int | None = None) -> tuple[Array, Array, Array]:
    """Gaussian W, F, C of the setting's sizes, random ones where it names none.

    ν_W lies between 0.2 and 1, so that long inputs stay finite.
    """
    import numpy as np

    n, n_x, n_y = (setting[name] if name in setting else int(rng.integers(2, most)) for name, most in LARGEST.items())
    W = np.sqrt(rng.uniform(0.2, 1.0)) * rng.standard_normal((n, n))
    return W, rng.standard_normal((n, columns or n_x)), rng.standard_normal((n_y, n))


def compare_outputs(
    setting: Setting, rng: Generator, *, response: Callable[..., Array] | None = None
) -> Iterator[Comparison]:
    """‖recursion − convolution‖ at its worst over time, against the rounding bound of both."""
    import numpy as np

    from numeric import rounding
    from numeric.dense import impulse_response, run_convolution, run_rnn

    W, F, C = draw_system(setting, rng)
    x = rng.standard_normal((setting["T"], F.shape[1]))
    impulse = (response or impulse_response)(W, F, C, setting["T"])
    difference = np.linalg.norm(run_rnn(W, F, C, x) - run_convolution(impulse, x), axis=1)
    bound = rounding.recursion_error(W, F, C, x) + rounding.convolution_error(W, F, C, x)
    worst = int(np.argmax(rounding.share(difference, bound)))
    yield Comparison(label="outputs", difference=difference[worst], bound=bound[worst], at={"T": setting["T"]})


def transposed_response(W: Array, F: Array, C: Array, T: int) -> Array:
    """The rival C (Wᵀ)^j F: the same law, another map."""
    from numeric.dense import impulse_response

    return impulse_response(W.T, F, C, T)


def nearly(W: Array, F: Array, C: Array, T: int) -> Array:
    """The rival that is off in the twelfth digit."""
    from numeric.dense import impulse_response

    return (1.0 + SMALL) * impulse_response(W, F, C, T)


def compare_hankel(
    setting: Setting, rng: Generator, *, transpose: bool = True, off: float = 0.0
) -> Iterator[Comparison]:
    """L_j = r_{j−a}ᵀ l_a/√n must not depend on where the product is cut; the left vectors use Wᵀ.

    Rivals have left vectors from W, or some that are `off` by a factor.
    """
    import numpy as np

    from numeric import rounding
    from numeric.dense import impulse_response

    W, F, C = draw_system(setting, rng)
    n, T = setting["n"], setting["T"]
    impulse = impulse_response(W, F, C, T)
    right = np.sqrt(n) * impulse_response(W, F, np.eye(n), T)  # [T, n, n_x]: r_j
    left = np.sqrt(n) * impulse_response(W.T if transpose else W, C.T, np.eye(n), T)  # [T, n, n_y]: l_a
    bound = 2.0 * rounding.product_error(W, F, C, T)
    for a in range(T):
        cut = (1.0 + off) * np.einsum("knx,ny->kyx", right[: T - a], left[a]) / np.sqrt(n)
        share = rounding.share(np.abs(impulse[a:] - cut), bound[a:])
        yield Comparison(label=f"cut after {a}", difference=float(share.max()), bound=1.0, at={"a": a})


def derive() -> Sequence[Step]:
    """The recursion unrolled for three steps, and the induction."""
    import sympy as sp

    from symbolic import rnn
    from symbolic.printing import plain

    x = rnn.inputs(3)
    steps = [
        Step(f"Unroll h_t = s W h_(t-1) + F x_t, y_t = s C h_t with s = 1/sqrt(n) to t = {t}.", sp.latex(y), plain(y))
        for t, y in enumerate(rnn.unroll(x))
    ]
    responses = rnn.response_to_impulse(3)
    steps += [
        Step(f"A unit input at time 0 alone reads off L_{j}.", f"L_{j} = {sp.latex(L)}", plain(L))
        for j, L in enumerate(responses)
    ]
    text = "Induction: x_(t-j) contributes M^j F to h_t; one step multiplies it by M, and the output by C."
    return [*steps, Step(text, r"M \cdot M^{j-1} F = M^{j} F,\quad M = n^{-1/2} W", "M M^(j-1) F = M^j F")]


def delayed(formula: Formula, j: int) -> sp.Expr:
    return formula(j + 1)


def unnormalised(j: int) -> sp.Expr:
    from symbolic import rnn

    return rnn.ROOT**j * rnn.C * rnn.W**j * rnn.F


def without_root(j: sp.Expr) -> sp.Expr:
    from symbolic import rnn

    return rnn.W**j * rnn.F


SIZES = (
    *(Setting(case=case, T=T) for case, T in enumerate((40, 100, 250, 500, 900, 2000))),
    Setting(n=1, n_x=1, n_y=1, T=50),
    Setting(n=3, n_x=2, n_y=1, T=120),
    Setting(n=7, n_x=1, n_y=4, T=300),
    Setting(n=24, n_x=3, n_y=2, T=600),
    Setting(n=65, n_x=2, n_y=3, T=1000),
    Setting(n=130, n_x=1, n_y=1, T=2000),
)
CUTS = tuple(
    Setting(n=n, n_x=n_x, n_y=n_y, T=T) for n, n_x, n_y, T in ((2, 1, 1, 6), (9, 2, 3, 8), (50, 3, 2, 8), (1, 1, 1, 6))
)

CLAIM = Claim(
    id="prop_2_1a_same_map",
    title="A linear RNN and a convolution are the same map",
    statement=r"y_t = \sum_{j \le t} L_j\, x_{t-j}, \qquad L_j = n^{-(j+1)/2}\, C\, W^j F "
    r"\qquad \text{for all inputs and all } T",
    plain="y_t = Σ_(j≤t) L_j x_(t−j) with L_j = n^(−(j+1)/2) C W^j F, for all inputs and all T",
    summary="The output of a linear recurrent network is the convolution of its input with the impulse response "
    "L_j = n^(-(j+1)/2) C W^j F, for every input and every length.",
    source=Source("E", "Proposition 2.1(a), (1), (2), (5), (9), (10)"),
    assumptions=("the state starts at 0",),
    checks=(
        Proof(
            name="unrolled",
            title="recursion minus convolution is 0 for every T ≤ 6, weights and inputs as non-commuting symbols",
            prove=prove_unrolled,
            microseconds=2e5,
        ),
        Proof(name="induction", title="the step from t to t + 1, for every lag", prove=prove_induction),
        Agreement(
            name="outputs",
            title="both maps give the same output, to rounding, for Gaussian systems and long inputs",
            settings=SIZES,
            compare=compare_outputs,
            microseconds=4e5,
        ),
        Agreement(
            name="hankel",
            title="L_j = r_(j-a)^T l_a / sqrt(n) for every a ≤ j",
            settings=CUTS,
            compare=compare_hankel,
        ),
    ),
    controls=(
        Control(
            name="one lag late",
            why="L_j = n^(-(j+2)/2) C W^(j+1) F forgets that x_t reaches h_t at once",
            check="unrolled",
            replace={"prove": partial(prove_unrolled, partial(delayed, stated_response))},
            line="T=2",
        ),
        Control(
            name="output not normalised",
            why="L_j = n^(-j/2) C W^j F drops the factor 1/sqrt(n) of the read-out",
            check="unrolled",
            replace={"prove": partial(prove_unrolled, unnormalised)},
            line="T=1",
        ),
        Control(
            name="powers of W, not of M",
            why="x_(t-j) contributes W^j F without its n^(-j/2)",
            check="induction",
            replace={"prove": partial(prove_induction, without_root)},
            line="an older input moves on by M",
        ),
        Control(
            name="transposed",
            why="C (W^T)^j F has the same law for Gaussian weights, so only a comparison on the same weights sees it",
            check="outputs",
            replace={"compare": partial(compare_outputs, response=transposed_response)},
            setting=SIZES[9],
            line="outputs",
        ),
        Control(
            name="left vectors from W",
            why="l_a = M^a C^T in the place of (M^T)^a C^T makes L_j depend on where it is cut",
            check="hankel",
            replace={"compare": partial(compare_hankel, transpose=False)},
            setting=CUTS[1],
            line="cut after 1",
        ),
        Control(
            name="response off by 10⁻¹²",
            why="an impulse response that is wrong in the twelfth digit; rounding explains less",
            check="outputs",
            replace={"compare": partial(compare_outputs, response=nearly)},
            setting=SIZES[6],  # one unit: y_0 = C F x_0 is no sum that may happen to cancel
            line="outputs",
        ),
        Control(
            name="left vectors off by 10⁻¹²",
            why="products that are wrong in the twelfth digit; rounding explains less",
            check="hankel",
            replace={"compare": partial(compare_hankel, off=SMALL)},
            setting=CUTS[3],  # one unit here, too
            line="cut after 1",
        ),
    ),
    derivation=derive,
    figures=(
        Figure(
            title="Distance of the two outputs, as a share of what rounding allows",
            check="outputs",
            x="T",
            x_label="length of the input T",
            y_label="difference / bound",
            show="margin",
            log_x=True,
            log_y=True,
        ),
    ),
)
