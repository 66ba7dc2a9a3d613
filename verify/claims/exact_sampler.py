"""The conditioning lemma of [E] (81)–(100), and the sampler that draws Grams of a linear RNN exactly, without W."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from verify.checks import Law, LawLine, Proof, TwoSampleLaw, TwoSampleLine
from verify.checks.sampling import WIDTH_FREE_RESOLUTIONS
from verify.claims import _arnoldi_lines
from verify.claims._entries import sum_of_entries
from verify.claims._samplers import dense, width_free
from verify.model import Claim, Control, Figure, Setting, Source, Step

if TYPE_CHECKING:
    import numpy as np
    import sympy as sp
    from numpy.random import Generator
    from numpy.typing import NDArray

    from numeric.grams import Grams
    from verify.claims._samplers import Sampler
    from verify.proofs import Identity

    Array = NDArray[np.floating[Any]]


# --- the lemma ------------------------------------------------------------------------------------------------------


def prove_lemma(random_part: Callable[[sp.Matrix], sp.Matrix] | None = None) -> Iterator[Identity]:
    """(81)–(100) for symbolic matrices: three unknown directions, one and two queries, one- and two-sided."""
    from symbolic import conditioning as c
    from verify.proofs import Identity

    A = c.matrix("a", 2, 3)
    x = c.matrix("z", 3, 1)
    for queries in (1, 2):
        X = c.matrix("x", 3, queries)
        zeros = {
            "A = known + A P (81)": c.decomposition(A, X, (random_part or c.projection)(X)),
            **c.projection_laws(X),
            "A x = Σ (A x_s) p_s + A P x (83)–(93)": c.new_query(A, X, x),
            "‖P x‖² is the Schur complement (94)–(100)": c.schur_complement(X, x),
        }
        for name, zero in zeros.items():
            yield Identity(f"{queries} queries: {name}", sum_of_entries(zero))
    both = c.two_sided(A, c.matrix("x", 3, 1), c.matrix("u", 2, 1))
    yield Identity("queries from both sides leave P_U A P_X", sum_of_entries(both))


def onto_the_queries(X: sp.Matrix) -> sp.Matrix:
    """The rival projection: onto the span of the queries in the place of the kernel."""
    import sympy as sp

    from symbolic import conditioning

    return sp.eye(X.rows) - conditioning.projection(X)


# --- samplers -------------------------------------------------------------------------------------------------------


def symmetric(setting: Setting, rngs: Sequence[Generator]) -> Grams:
    """The rival ensemble W = (V + Vᵀ)/√2: symmetric, the same variance off the diagonal."""
    return _dense_with(setting, rngs, lambda W: (W + W.swapaxes(-1, -2)) / math.sqrt(2.0))


def _dense_with(setting: Setting, rngs: Sequence[Generator], change: Callable[[Array], Array]) -> Grams:
    import numpy as np

    from numeric.grams import Grams
    from numeric.streams import BLOCK

    n, T = setting["n"], setting["T"]
    numbers = np.concatenate([rng.standard_normal((BLOCK, n, n + 2)) for rng in rngs])
    M = change(numbers[:, :, :n]) / math.sqrt(n)
    right, left = [numbers[:, :, n]], [numbers[:, :, n + 1]]
    for _ in range(1, T):
        right.append(np.einsum("bik,bk->bi", M, right[-1]))
        left.append(np.einsum("bki,bk->bi", M, left[-1]))
    return _grams(Grams, n, np.stack(right, axis=1), np.stack(left, axis=1))


def _grams(build: type[Grams], n: int, right: Array, left: Array) -> Grams:
    """Grams from coordinates [B, T, axes] of the right and left vectors."""
    impulse = right @ left[:, 0, :, None] / math.sqrt(n)
    grams = [(v @ v.swapaxes(1, 2) / n)[..., None, None] for v in (right, left)]
    return build(n=n, right=grams[0], left=grams[1], impulse=impulse[..., None])


def deferred(setting: Setting, rngs: Sequence[Generator], *, fault: str = "") -> Grams:
    """Deferred decisions in their plain order, an axis a query (theory C.2), for n ≥ 2T; rivals put a fault in.

    "χ": one degree of freedom too many; "projection": answers on right-queried axes drawn afresh; "axes": every left
    answer opens the same new axis; "numbers": the last answer repeats the numbers of the one before it.
    """
    import numpy as np

    from numeric.grams import Grams
    from numeric.streams import BLOCK

    n, T = setting["n"], setting["T"]
    B = BLOCK * len(rngs)

    def normal(*shape: int) -> Array:
        return np.concatenate([rng.standard_normal((BLOCK, *shape)) for rng in rngs])

    def chi(degrees: int) -> Array:
        wrong = 1 if fault == "χ" else 0
        return np.asarray(np.sqrt(np.concatenate([rng.chisquare(degrees + wrong, BLOCK) for rng in rngs])))

    H = normal(T, T - 1)  # √n M on the axes of r_0 … r_{T−1}
    for i in range(T - 1):
        H[:, i + 1, i] = chi(n - 1 - i)
        H[:, i + 2 :, i] = 0.0
    if fault == "numbers":
        H[:, : T - 2, T - 2] = H[:, : T - 2, T - 3]
    right = np.zeros((B, T, 2 * T))
    right[:, 0, 0] = chi(n)
    for j in range(1, T):
        right[:, j, :T] = np.einsum("bik,bk->bi", H, right[:, j - 1, : T - 1]) / math.sqrt(n)

    left = np.zeros((B, T, 2 * T))
    left[:, 0, :T] = normal(T)
    left[:, 0, T] = chi(n - T)
    directions, answers = np.zeros((B, T, 2 * T)), np.zeros((B, T, 2 * T))
    for a in range(T - 1):
        known = np.einsum("bid,bd->bi", directions[:, :a], left[:, a])
        fresh = left[:, a] - np.einsum("bi,bid->bd", known, directions[:, :a])
        length = np.linalg.norm(fresh, axis=1)
        directions[:, a] = fresh / length[:, None]
        seen = T + 1 + a  # axes so far
        answers[:, a, T - 1 : seen] = normal(seen - T + 1)
        answers[:, a, T if fault == "axes" else seen] = chi(n - seen)
        by_right = np.einsum("bik,bi->bk", H, directions[:, a, :T])
        answers[:, a, : T - 1] = normal(T - 1) if fault == "projection" else by_right
        together = np.einsum("bi,bid->bd", known, answers[:, :a]) + length[:, None] * answers[:, a]
        left[:, a + 1] = together / math.sqrt(n)
    return _grams(Grams, n, right, left)


# --- exact laws -----------------------------------------------------------------------------------------------------


def exact_lines(setting: Setting, *, off_by: int = 0) -> list[LawLine]:
    """The exact laws of numeric.arnoldi at this n and T; `off_by` is a rival's error in the degrees of freedom."""
    from verify.statistics.laws import Chi, Normal

    n_chi, p = setting["n"] + off_by, (setting["T"] + 1) // 2
    return [
        *_arnoldi_lines.lines(setting, off_by=off_by),
        LawLine(
            label="left given right, diagonal",
            null="fresh part of l_a ~ χ_(n−p+1−a)",
            laws=tuple(Chi(n_chi - p + 1 - a) for a in range(p)),
        ),
        LawLine(
            label="left given right, below",
            null="fresh parts of l_a and l_b, a ≠ b ~ N(0,1)",
            laws=(Normal(),) * (p * (p - 1) // 2),
        ),
    ]


def exact_statistics(setting: Setting, rngs: Sequence[Generator], *, sampler: Sampler) -> Mapping[str, Array]:
    """The statistics of `exact_lines` from the Grams that a sampler returns, never from the numbers that it drew."""
    import numpy as np

    from numeric import arnoldi

    grams = sampler(setting, rngs)
    factor = arnoldi.krylov_factor(grams.right[..., 0, 0], grams.n)
    residual = arnoldi.left_residual(grams, factor)
    lower = np.tril_indices(residual.shape[-1], -1)
    return {
        **_arnoldi_lines.statistics(grams, factor),
        "left given right, diagonal": np.diagonal(residual, axis1=1, axis2=2),
        "left given right, below": residual[:, lower[0], lower[1]],
    }


def pair_lines(setting: Setting) -> list[TwoSampleLine]:
    """Θ_jj and L_j; counted after monotone maps to [0, 1], which change no distance.

    The map of L is fine near 0, where its density has a spike at small n.
    """
    from symbolic.evaluate import to_float
    from symbolic.scaling import scaling_factor
    from verify.statistics.laws import Fisk, SignedFisk

    lags = range(setting["T"])
    kernel = [
        TwoSampleLine(
            label=f"Θ_{j}{j}",
            null=f"Θ_{j}{j} has one law",
            spread=Fisk(to_float(scaling_factor(j, 1, 1, 1))),
            at={"n": setting["n"], "j": j},
        )
        for j in lags
    ]
    return kernel + [TwoSampleLine(label=f"L_{j}", null=f"L_{j} has one law", spread=SignedFisk(1.0)) for j in lags]


def pair_statistics(setting: Setting, rngs: Sequence[Generator], *, sampler: Sampler) -> Mapping[str, Array]:
    """Θ_jj and L_j of the first output and the last input."""
    from numeric.kernels import lag_ntk_diagonal

    grams = sampler(setting, rngs)
    kernel = lag_ntk_diagonal(grams)[:, :, 0, 0]
    impulse = grams.impulse[:, :, 0, -1]
    return {f"Θ_{j}{j}": kernel[:, j] for j in range(grams.T)} | {f"L_{j}": impulse[:, j] for j in range(grams.T)}


def derive() -> Sequence[Step]:
    """The conditional law of a Gaussian matrix, and what follows for a Krylov sequence."""
    import sympy as sp

    from symbolic import conditioning as c
    from symbolic.printing import plain

    X, x = c.matrix("x", 2, 1), c.matrix("z", 2, 1)
    P = c.projection(X).applyfunc(sp.factor)
    variance = sp.factor((x.T * c.projection(X) * x)[0, 0])
    return [
        Step(
            "Given A X = Y, the part of A that no query has seen is A P; for one query in the plane",
            f"P = {sp.latex(P)}",
            plain(P),
        ),
        Step(
            "A new query z is predicted from the old ones, plus a fresh Gaussian of variance",
            sp.latex(variance),
            plain(variance),
        ),
        Step(
            "A right query r_j is a new direction: its image has independent N(0,1) coordinates on the axes seen so "
            "far, and a chi with the remaining degrees of freedom on one new axis.",
            r"\sqrt{n}\,H_{ik} \sim N(0,1)\ (i \le k), \qquad \sqrt{n}\,H_{i+1,i} \sim \chi_{n-1-i}",
            "sqrt(n) H_ik ~ N(0,1) for i <= k, sqrt(n) H_(i+1,i) ~ chi_(n-1-i)",
        ),
        Step(
            "All right queries first: on their axes the left answers are already known, elsewhere they are fresh.",
            r"W^{\top} l = H^{\top} l \ \text{on queried axes}",
            "W^T l = H^T l on queried axes",
        ),
    ]


EXACT = (Setting(n=16, T=12), Setting(n=10**10, T=12))
PAIRS = (Setting(n=12, T=4), Setting(n=5, T=4, n_x=2, n_y=2), Setting(n=2, T=4, n_x=1, n_y=2))
FAULTY = Setting(n=16, T=8)

CLAIM = Claim(
    id="exact_sampler",
    title="Grams of a Gaussian linear RNN can be drawn exactly without its recurrent matrix",
    statement=r"A \mid \{A X = Y\} \ \overset{d}{=}\ Y (X^{\top}X)^{-1} X^{\top} + \tilde{A}\, P_X^{\perp}, \qquad "
    r"(G^R, G^L, L)_{\text{dense}} \ \overset{d}{=}\ (G^R, G^L, L)_{\text{width-free}}\ \text{at every } n",
    plain="A given A X = Y has the law of Y (X^T X)^(−1) X^T + Ã P, with P the projection onto the complement of X; "
    "the Grams and impulse responses of both samplers have one law at every n",
    summary="A Gaussian matrix that is known through queries is the known part plus an independent copy projected onto "
    "what no query has seen. Deferring the draws of W in this way gives Grams and impulse responses with the law of "
    "the dense RNN at every width, at a cost that does not depend on the width.",
    source=Source("E", "Lemma C.1, proof (79)–(100)"),
    assumptions=(
        "W, F, C have independent Gaussian entries; uncorrelated Gaussian parts are independent, also when a query is "
        "chosen by what earlier ones revealed",
    ),
    checks=(
        Proof(
            name="lemma",
            title="the conditional law (81)–(100) as identities of rational functions, A of 2 × 3, both sides",
            prove=prove_lemma,
            microseconds=5e5,
        ),
        Law(
            name="width-free",
            title="Arnoldi entries, impulse response and left vectors of the width-free sampler have their exact laws",
            settings=EXACT,
            lines=exact_lines,
            sample=partial(exact_statistics, sampler=width_free),
            microseconds=19.0,
            resolutions=WIDTH_FREE_RESOLUTIONS,
        ),
        Law(
            name="dense",
            title="the same statistics of the dense RNN have the same exact laws",
            settings=EXACT[:1],
            lines=exact_lines,
            sample=partial(exact_statistics, sampler=dense),
            microseconds=21.0,
        ),
        TwoSampleLaw(
            name="one law",
            title="Θ_jj and L_j of the dense and of the width-free sampler, also where the axes run out (n = 5, 2)",
            settings=PAIRS,
            lines=pair_lines,
            first=partial(pair_statistics, sampler=dense),
            second=partial(pair_statistics, sampler=width_free),
            microseconds=4.8,
        ),
    ),
    controls=(
        Control(
            name="projection onto the queries",
            why="the random part lives on the kernel of A ↦ A X, not on the span of the queries",
            check="lemma",
            replace={"prove": partial(prove_lemma, onto_the_queries)},
            line="1 queries: A = known + A P (81)",
        ),
        Control(
            name="χ off by one",
            why="a new axis has n − 1 − i degrees of freedom left, not n − i",
            check="width-free",
            replace={"sample": partial(exact_statistics, sampler=partial(deferred, fault="χ"))},
            setting=FAULTY,
            line="below the diagonal",
        ),
        Control(
            name="forgotten projection",
            why="on right-queried axes W^T l is H^T l; drawing it afresh makes the two sides disagree about W",
            check="width-free",
            replace={"sample": partial(exact_statistics, sampler=partial(deferred, fault="projection"))},
            setting=FAULTY,
            line="left given right, diagonal",
        ),
        Control(
            name="left axes reused",
            why="each left answer meets an axis of its own; one axis for all correlates them",
            check="width-free",
            replace={"sample": partial(exact_statistics, sampler=partial(deferred, fault="axes"))},
            setting=FAULTY,
            line="left given right, below",
        ),
        Control(
            name="numbers used twice",
            why="two answers that share their random numbers each have the right law and are not independent",
            check="width-free",
            replace={"sample": partial(exact_statistics, sampler=partial(deferred, fault="numbers"))},
            setting=FAULTY,
            line="vectors apart",
        ),
        Control(
            name="symmetric W",
            why="W = (V + V^T)/√2 has the same variance, but its Krylov matrix is tridiagonal",
            check="dense",
            replace={"sample": partial(exact_statistics, sampler=symmetric)},
            line="on and above the diagonal",
        ),
        Control(
            name="χ off by one in the law",
            why="the theory with n + 1 in the place of n against the right simulator",
            check="dense",
            replace={"lines": partial(exact_lines, off_by=1)},
            line="below the diagonal",
        ),
        Control(
            name="symmetric W against the sampler",
            why="an ensemble with the same variance of its entries off the diagonal has another kernel",
            check="one law",
            replace={"first": partial(pair_statistics, sampler=symmetric)},
            setting=PAIRS[0],
            line="Θ_22",
        ),
    ),
    derivation=derive,
    figures=(
        Figure(
            title="Sup-distance of the dense and the width-free law of Θ_jj, as a share of what chance allows",
            check="one law",
            x="j",
            x_label="lag j",
            y_label="D / ε",
            series="n",
            show="margin",
        ),
    ),
    not_shown=(_arnoldi_lines.NOT_SHOWN,),
)
