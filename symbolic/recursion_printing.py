"""How a recursion and its limit are told: (68)–(72h) of [E] with the functions, variances and sizes it has."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from symbolic.printing import plain
from symbolic.recursion import FiniteInputs, GaussianInputs, Recursion

__all__ = ["Equation", "recursion_latex"]

WIDTH = sp.Symbol("n", positive=True)


@dataclass(frozen=True, kw_only=True)
class Equation:
    """A numbered equation as LaTeX and as one line of plain text."""

    number: str
    latex: str
    plain: str


def recursion_latex(recursion: Recursion) -> list[Equation]:
    """The recursion (68), (69), its start (70), and the limit (71), (72a–h), whose letters follow its words.

    G_k, ν_k, d, P_0 and the law of the inputs are those of `recursion`; M, m, P, S and R are defined for each k.
    """
    K, d = len(recursion.transforms), len(recursion.state)
    every = f"k = 1, …, {K}" if K > 1 else "k = 1"
    general = [
        ("72c", r"M_{t,k} = \mathbb{E}[X_{<t,k}^\mathsf{T} X_{<t,k}],\;"
         r" m_{t,k} = \mathbb{E}[X_{<t,k}^\mathsf{T} X_{t,k}]",
         f"M_(t,k) = E[X_(<t,k)^T X_(<t,k)], m_(t,k) = E[X_(<t,k)^T X_(t,k)], {every}"),
        ("72d", r"P_{t,k} = M_{t,k}^{+}\, m_{t,k}", "P_(t,k) = M_(t,k)⁺ m_(t,k)"),
        ("72e", r"S_{t,k} = \mathbb{E}[X_{t,k}^\mathsf{T} X_{t,k}] - m_{t,k}^\mathsf{T} P_{t,k}",
         "S_(t,k) = E[X_(t,k)^T X_(t,k)] - m_(t,k)^T P_(t,k)"),
    ]  # fmt: skip
    told = [
        ("68", *_steps(recursion, d)),
        ("69", *_rows(recursion, "[G_{k}(q, u)]_{{i,:}}", "row i of G_{k}(q, u)")),
        ("70", *_start(recursion)),
        ("71", r"(q_1, \dots, q_T) \xrightarrow{PL(2)} (Q_1, \dots, Q_T)",
         "rows of (q_1, …, q_T) → (Q_1, …, Q_T), PL(2)"),
        ("72a", rf"Q_0 \sim \mathcal{{N}}(0, {sp.latex(recursion.start)})", f"Q_0 ~ N(0, {recursion.start.tolist()})"),
        ("72b", *_rows(recursion, "X_{{t,{k}}}", "X_(t,{k})", limit=True)),
        *general,
        ("72f", *_fresh(recursion)),
        ("72g", r"R_{t,k} = \sum_{s<t} R_{s,k} P_{t,k}^{(s)} + \tilde R_{t,k}",
         "R_(t,k) = Σ_(s<t) R_(s,k) P_(t,k)^(s) + fresh R_(t,k)"),
        ("72h", "Q_{t+1} = " + " + ".join(f"R_{{t,{k}}}" for k in range(1, K + 1)),
         "Q_(t+1) = " + " + ".join(f"R_(t,{k})" for k in range(1, K + 1))),
    ]  # fmt: skip
    return [Equation(number=number, latex=latex, plain=text) for number, latex, text in told]


def _steps(recursion: Recursion, d: int) -> tuple[str, str]:
    """(68): the sum over k, the size of q, and the variance of the entries of each A_k."""
    spread = [sp.sympify(transform.variance) / WIDTH for transform in recursion.transforms]
    sums = " + ".join(f"A_{k} G_{k}(q_t, u_t)" for k in range(1, len(spread) + 1))
    laws = [rf"(A_{k})_{{ij}} \sim \mathcal{{N}}(0, {sp.latex(value)})" for k, value in enumerate(spread, 1)]
    words = [f"entries of A_{k} ~ N(0, {plain(value)})" for k, value in enumerate(spread, 1)]
    size = rf"q_t \in \mathbb{{R}}^{{n \times {d}}}"
    return ",\\; ".join([f"q_{{t+1}} = {sums}", size, *laws]), "; ".join(
        [f"q_(t+1) = {sums}", f"q_t is n × {d}", *words]
    )


def _rows(recursion: Recursion, latex: str, words: str, *, limit: bool = False) -> tuple[str, str]:
    """(69) and (72b): the entries of a row of each G_k, of q and u in row i, or in the `limit` of Q and U at time t."""
    symbols = (*recursion.state, *recursion.inputs) if limit else ()
    names = {symbol: sp.Symbol(f"{symbol.name[0].upper()}{symbol.name[1:]}_t", real=True) for symbol in symbols}
    rows = [[sp.sympify(entry).xreplace(names) for entry in transform.rows] for transform in recursion.transforms]
    told = [f"{latex.format(k=k)} = ({', '.join(map(sp.latex, row))})" for k, row in enumerate(rows, 1)]
    plainly = [f"{words.format(k=k)} = ({', '.join(map(plain, row))})" for k, row in enumerate(rows, 1)]
    return ",\\; ".join(told), "; ".join(plainly)


def _start(recursion: Recursion) -> tuple[str, str]:
    """(70), with the law of the inputs."""
    law, words = "", "no inputs"
    if isinstance(recursion.law, FiniteInputs):
        single = recursion.law.size == 1
        paths = [(p, tuple(step[0] for step in path) if single else path) for p, path in recursion.law.paths]
        law = "".join(rf",\; \mathbb{{P}}(U = {sp.latex(path)}) = {sp.latex(sp.sympify(p))}" for p, path in paths)
        words = "; ".join(f"P(U = {path}) = {p}" for p, path in paths)
    elif isinstance(recursion.law, GaussianInputs):
        law = rf",\; U \sim \mathcal{{N}}(0, {sp.latex(recursion.law.covariance)})"
        words = f"U ~ N(0, {recursion.law.covariance.tolist()})"
    every = r"(q_0, u_0, \dots, u_{T-1}) \xrightarrow{PL(2)} (Q_0, U_0, \dots, U_{T-1}), \; Q_0 \perp U"
    return every + law, f"rows of (q_0, u) → (Q_0, U), PL(2), Q_0 independent of U; {words}"


def _fresh(recursion: Recursion) -> tuple[str, str]:
    """(72f) for each k."""
    nu = [sp.sympify(transform.variance) for transform in recursion.transforms]
    laws = [rf"\tilde R_{{t,{k}}} \sim \mathcal{{N}}(0, {sp.latex(v)}\, S_{{t,{k}}})" for k, v in enumerate(nu, 1)]
    words = [f"fresh R_(t,{k}) ~ N(0, {plain(v)} S_(t,{k}))" for k, v in enumerate(nu, 1)]
    return ",\\; ".join(laws), "; ".join(words)
