"""Break the four claims on purpose: a formula, a simulator, a margin, the draws; the verdict must follow every time."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy as sp

from numeric import dense, krylov, rounding
from numeric.grams import Grams
from numeric.parallel import SerialExecutor
from symbolic import conditioning, decay, rnn, scaling
from verify import pipeline, registry
from verify.checks import proportion
from verify.claims import eq_22_geometric_decay as eq_22
from verify.claims import exact_sampler
from verify.claims import prop_2_1a_same_map as prop_2_1a
from verify.claims import theorem_3_3b_ntk_limit as theorem
from verify.model import Claim, Config, Result, Setting, Verdict
from verify.proofs import Identity
from verify.store import Store

V, R, U, P, E = (Verdict[name] for name in ("VERIFIED", "REFUTED", "INCONCLUSIVE", "POWERLESS", "ERROR"))
Judge = Callable[..., Result]
Sampler = Callable[..., Grams]


@dataclass(frozen=True)
class Part:
    """One check of a claim, cut down to a setting and to some lines, with some of its rivals."""

    module: Any
    check: str
    controls: tuple[str, ...] = ()
    settings: tuple[Setting, ...] = ()
    labels: tuple[str, ...] = ()

    def claim(self, **fields: Any) -> Claim:  # noqa: ANN401 — whatever fields the check has
        """The claim with nothing but this part, and with `fields` of the check put in."""
        real: Claim = self.module.CLAIM
        check: Any = replace(real.check(self.check), **fields)
        if self.settings:
            check = replace(check, settings=self.settings)
        if self.labels:
            check = replace(check, lines=partial(self._some, check.lines))
        rivals = tuple(control for control in real.controls if control.name in self.controls)
        assert len(rivals) == len(self.controls)
        return replace(
            real, checks=(check,), controls=rivals, uses=(), figures=(), derivation=tuple, findings=tuple
        )  # fmt: skip

    def _some(self, lines: Callable[[Setting], Sequence[Any]], setting: Setting) -> list[Any]:
        kept = [line for line in lines(setting) if line.label in self.labels]
        assert len(kept) == len(self.labels)
        return kept


Case = tuple[Part, Any, str, Any]  # a part, and a name of a module with what is put in its place

UNROLLED = Part(prop_2_1a, "unrolled", ("one lag late",))
INDUCTION = Part(prop_2_1a, "induction")
OUTPUTS = Part(prop_2_1a, "outputs", ("transposed",), settings=prop_2_1a.SIZES[3:4])
HANKEL = Part(prop_2_1a, "hankel", ("left vectors from W",), settings=prop_2_1a.CUTS[1:2])
LEMMA = Part(exact_sampler, "lemma", ("projection onto the queries",))
WIDTH_FREE = Part(
    exact_sampler, "width-free", settings=exact_sampler.EXACT[:1],
    labels=(
        "below the diagonal", "on and above the diagonal", "impulse response", "left given right, diagonal",
    ),
)  # fmt: skip
DENSE_LAW = Part(
    exact_sampler, "dense", ("χ off by one in the law",), labels=("below the diagonal", "on and above the diagonal")
)
ONE_LAW = Part(exact_sampler, "one law", settings=exact_sampler.PAIRS[:1], labels=("Θ_22", "L_1"))
RECURSION = Part(theorem, "recursion")
HOMOGENEITY = Part(theorem, "homogeneity")
SCALED = Part(theorem, "scaled weights", ("ν_W^(j+k) on the same weights",), settings=theorem.CASES[:3])
IN_PROBABILITY = Part(theorem, "in probability", ("no paths through W",), settings=theorem.WIDE[3:])
SEVERAL = Part(theorem, "identity over outputs", ("all ones over the outputs",), settings=theorem.SEVERAL[1:])
SMALL = Part(theorem, "small widths", ("untied weights",), settings=theorem.SMALL[:1], labels=("Θ_00", "Θ_13", "Θ_22"))
GENERIC = Part(theorem, "three generic ν", ("deviations for variances",), settings=theorem.AT_NU[:1])
FORM_ONE = Part(eq_22, "form (i)")
FORM_TWO = Part(eq_22, "form (ii)")
BOX = Part(eq_22, "box")
ONSET = Part(eq_22, "onset")
FALLING = Part(eq_22, "width-free", ("a smaller K, simulated",), settings=(eq_22.FAST,))
WHOLE = {
    "prop 2.1(a) unrolled": UNROLLED, "prop 2.1(a) induction": INDUCTION, "prop 2.1(a) outputs": OUTPUTS,
    "prop 2.1(a) hankel": HANKEL, "sampler width-free": WIDTH_FREE,
    "sampler dense": DENSE_LAW, "sampler one law": ONE_LAW, "3.3(b) recursion": RECURSION,
    "3.3(b) homogeneity": HOMOGENEITY, "3.3(b) scaled weights": SCALED, "3.3(b) in probability": IN_PROBABILITY,
    "3.3(b) several": SEVERAL, "3.3(b) small widths": SMALL, "3.3(b) generic": GENERIC, "(22) form (i)": FORM_ONE,
    "(22) form (ii)": FORM_TWO, "(22) onset": ONSET, "(22) width-free": FALLING,
}  # fmt: skip


@pytest.fixture
def judge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Judge:
    """Runs one claim, given as an object, in the quick profile."""

    def result(claim: Claim) -> Result:
        monkeypatch.setattr(registry, "load", lambda _: claim)
        with Store(tmp_path / "results.sqlite", fingerprint="f", resume=False) as store:
            outcome = pipeline.run({claim.id: ""}, Config(profile="quick"), SerialExecutor(), store)
        return outcome.results[0]

    return result


@pytest.mark.parametrize("part", WHOLE.values(), ids=WHOLE.keys())
def test_what_is_not_broken_is_verified(part: Part, judge: Judge) -> None:
    result = judge(part.claim())
    assert result.verdict is V, [item.detail for item in result.evidence]
    assert [control.verdict for control in result.controls] == [R] * len(part.controls)


# --- the formula ---


def _twice(of: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *given: 2 * of(*given)


WRONG_FORMULAS: dict[str, Case] = {
    "the outputs are not normalised": (UNROLLED, rnn, "unroll", lambda x, f=rnn.unroll: [2 * y for y in f(x)]),
    "the response is not normalised": (
        INDUCTION, prop_2_1a, "stated_response", lambda j: rnn.ROOT**j * rnn.C * rnn.W**j * rnn.F,
    ),
    "nothing is projected": (LEMMA, conditioning, "projection", lambda X: sp.eye(X.rows)),
    "W is not moved": (
        RECURSION, scaling, "scaling_parts", lambda *given: (*scaling._generic_parts()[:2], sp.Integer(0 * len(given))),
    ),
    "F starts at 2": (RECURSION, scaling, "initial_covariance", lambda *_: sp.diag(scaling.NU_F, 2)),
    "a step forgets ΔW": (RECURSION, scaling, "covariance_step", lambda P, *_: scaling.NU_W * P),
    "b is halved": (FORM_ONE, decay, "linear_form", lambda f=decay.linear_form: (f()[0], f()[1] / 2)),
    "the peak is elsewhere": (FORM_TWO, decay, "maximiser", _twice(decay.maximiser)),
    "the onset is one lag late": (ONSET, decay, "onset", lambda f=decay.onset: f() + 1),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG_FORMULAS.values(), ids=WRONG_FORMULAS.keys())
def test_a_wrong_derivation_is_refuted(case: Case, judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    part, module, name, wrong = case
    monkeypatch.setattr(module, name, wrong)
    result = judge(replace(part, controls=()).claim())
    assert result.verdict is R, [item.detail for item in result.evidence]


WRONG_STATEMENTS: dict[str, tuple[Part, dict[str, Any]]] = {
    "C W^j F without its scale": (
        UNROLLED, {"prove": partial(prop_2_1a.prove_unrolled, lambda j: rnn.C * rnn.W**j * rnn.F)},
    ),
    "ρ of the wrong lag": (
        RECURSION, {"prove": partial(theorem.prove_recursion, lambda j, *nu: theorem.stated_factor(j + 1, *nu))},
    ),
    "ρ squared in probability": (
        IN_PROBABILITY,
        {"lines": partial(theorem.limit_lines, formula=lambda j, *nu: scaling.scaling_factor(j, *nu) ** 2)},
    ),
    "ones over the outputs": (SEVERAL, {"lines": partial(theorem.several_lines, off_identity=0.5)}),
    "one path too many at n = 8": (SMALL, {"lines": partial(theorem.mean_lines, formula=theorem.one_path_more)}),
    "√ν for ν": (GENERIC, {"lines": partial(theorem.mean_lines, formula=theorem.deviations)}),
    "one more degree of freedom": (WIDTH_FREE, {"lines": partial(exact_sampler.exact_lines, off_by=1)}),
    "(22) without j + 1": (FALLING, {"lines": partial(eq_22.bound_lines, polynomial=False)}),
    "a third of (22) on the box": (BOX, {"prove": partial(eq_22.enclose, "1/3")}),
}  # fmt: skip


@pytest.mark.parametrize(("part", "fields"), WRONG_STATEMENTS.values(), ids=WRONG_STATEMENTS.keys())
def test_a_wrong_statement_is_refuted(part: Part, fields: dict[str, Any], judge: Judge) -> None:
    result = judge(replace(part, controls=()).claim(**fields))
    assert result.verdict is R, [item.detail for item in result.evidence]


# --- the simulator ---


def _grams(change: Callable[[Grams], Grams], real: Sampler) -> Sampler:
    return lambda **sizes: change(real(**sizes))


def _right(grams: Grams) -> Grams:
    return replace(grams, right=1.2 * grams.right)


def _left(grams: Grams) -> Grams:
    return replace(grams, left=1.2 * grams.left)


def _impulse(grams: Grams) -> Grams:
    return replace(grams, impulse=1.2 * grams.impulse)


def _all(grams: Grams) -> Grams:
    return replace(grams, right=1.2 * grams.right, left=1.2 * grams.left)


def _narrow(real: Sampler) -> Sampler:
    """Draws at half the width and says that it was the whole."""
    return lambda **sizes: replace(real(**(sizes | {"n": sizes["n"] // 2})), n=sizes["n"])


def _other_seed_for_each_side(real: Sampler) -> Sampler:
    """The left vectors of one network with the right ones of another."""

    def draw(**sizes: Any) -> Grams:  # noqa: ANN401
        return replace(real(**sizes), left=real(**sizes).left)

    return draw


FAULTY: dict[str, Case] = {
    "outputs a billionth too large": (
        OUTPUTS, dense, "run_rnn", lambda *given, f=dense.run_rnn: (1 + 1e-9) * f(*given),
    ),
    "the network runs with W transposed": (
        OUTPUTS, dense, "run_rnn", lambda W, *rest, f=dense.run_rnn: f(W.T, *rest),
    ),
    "the response runs with W transposed": (
        OUTPUTS, dense, "impulse_response", lambda W, *rest, f=dense.impulse_response: f(W.T, *rest),
    ),
    "a lag is dropped": (
        HANKEL, dense, "impulse_response",
        lambda W, F, C, T, f=dense.impulse_response: np.concatenate([f(W, F, C, T)[1:], f(W, F, C, T)[:1]]),
    ),
    "right Grams too large, exact law": (WIDTH_FREE, krylov, "sample_grams", _grams(_right, krylov.sample_grams)),
    "left Grams too large, exact law": (WIDTH_FREE, krylov, "sample_grams", _grams(_left, krylov.sample_grams)),
    "response too large, exact law": (WIDTH_FREE, krylov, "sample_grams", _grams(_impulse, krylov.sample_grams)),
    "half the width, exact law": (DENSE_LAW, dense, "sample_grams", _narrow(dense.sample_grams)),
    "two networks in one": (WIDTH_FREE, krylov, "sample_grams", _other_seed_for_each_side(krylov.sample_grams)),
    "one sampler too large": (ONE_LAW, krylov, "sample_grams", _grams(_all, krylov.sample_grams)),
    "one sampler at half the width": (ONE_LAW, dense, "sample_grams", _narrow(dense.sample_grams)),
    "too large in probability": (IN_PROBABILITY, krylov, "sample_grams", _grams(_all, krylov.sample_grams)),
    "too large, several outputs": (SEVERAL, krylov, "sample_grams", _grams(_all, krylov.sample_grams)),
    "too large at n = 8": (SMALL, krylov, "sample_grams", _grams(_all, krylov.sample_grams)),
    "half the width at n = 8": (SMALL, krylov, "sample_grams", _narrow(krylov.sample_grams)),
    "too large at generic ν": (GENERIC, dense, "sample_grams", _grams(_all, dense.sample_grams)),
    "far too large under (22)": (
        FALLING, krylov, "sample_grams", _grams(lambda g: replace(g, right=3 * g.right), krylov.sample_grams),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", FAULTY.values(), ids=FAULTY.keys())
def test_a_faulty_simulator_is_refuted(case: Case, judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    part, module, name, faulty = case
    monkeypatch.setattr(module, name, faulty)
    result = judge(replace(part, controls=()).claim())
    assert result.verdict is R, [item.detail for item in result.evidence]


@pytest.mark.parametrize("part", [WIDTH_FREE, ONE_LAW, IN_PROBABILITY, SMALL, FALLING], ids=lambda part: part.check)
def test_a_simulator_that_returns_nan_is_never_verified(
    part: Part, judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    def holed(grams: Grams) -> Grams:
        right = grams.right.copy()
        right[::97] = math.nan
        return replace(grams, right=right)

    monkeypatch.setattr(krylov, "sample_grams", _grams(holed, krylov.sample_grams))
    assert judge(replace(part, controls=()).claim()).verdict in {E, R}


def test_the_transpose_is_the_blind_spot_of_laws_that_the_rules_name(
    judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """W and Wᵀ have one law: the law check passes, and only a comparison on the same weights sees the fault."""
    monkeypatch.setattr(dense, "_grams", lambda W, *rest, f=dense._grams: f(W.swapaxes(1, 2), *rest))
    assert judge(replace(DENSE_LAW, controls=()).claim()).verdict is V
    monkeypatch.setattr(dense, "run_rnn", lambda W, *rest, f=dense.run_rnn: f(W.T, *rest))
    assert judge(replace(OUTPUTS, controls=()).claim()).verdict is R


# --- the margin: a check that is too lenient is found out by a rival that survives it ---


def _coarse(part: Part, resolution: float) -> Claim:
    return part.claim(resolutions={"quick": resolution})


def _wide(part: Part, factor: float) -> Claim:
    """Every radius, the rivals' too, multiplied."""
    claim = part.claim()

    def widened(lines: Callable[[Setting], Sequence[Any]], setting: Setting) -> list[Any]:
        return [replace(line, radius=factor * line.radius) for line in lines(setting)]

    check: Any = claim.checks[0]
    controls = [
        replace(control, replace={**control.replace, "lines": partial(widened, control.replace["lines"])})
        for control in claim.controls
    ]
    return replace(claim, checks=(replace(check, lines=partial(widened, check.lines)),), controls=tuple(controls))


@pytest.mark.parametrize(
    ("claim", "fates"),
    [
        (lambda: _coarse(DENSE_LAW, 20.0), {E, P}),
        (lambda: _coarse(SMALL, 40.0), {E, P}),
        (lambda: _wide(IN_PROBABILITY, 1e6), {E}),
        (lambda: _wide(SEVERAL, 1e6), {E}),
        (lambda: _wide(FALLING, 1e6), {E}),
    ],
    ids=["law", "mean", "in probability", "several", "(22)"],
)
def test_a_margin_that_lets_a_rival_survive_costs_the_claim_its_verdict(
    claim: Callable[[], Claim], fates: set[Verdict], judge: Judge
) -> None:
    result = judge(claim())
    assert {item.verdict for item in result.evidence} == {V}  # the claim itself gains by the leniency
    assert result.verdict in fates


@pytest.mark.parametrize("name", ["recursion_error", "product_error", "kernel_error"])
@pytest.mark.parametrize(("factor", "fate"), [(1e20, E), (math.inf, E), (math.nan, E), (0.0, R)])
def test_a_rounding_bound_that_is_too_lenient_or_too_strict_is_found_out(
    name: str, factor: float, fate: Verdict, judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = {"recursion_error": OUTPUTS, "product_error": HANKEL, "kernel_error": SCALED}[name]
    real = getattr(rounding, name)
    monkeypatch.setattr(rounding, name, lambda *given: factor * real(*given))
    if name == "recursion_error":
        monkeypatch.setattr(rounding, "convolution_error", lambda *given: np.zeros(len(given[-1])))
    with np.errstate(invalid="ignore"):  # 0 · ∞
        assert judge(part.claim()).verdict is fate


@pytest.mark.parametrize("part", [UNROLLED, LEMMA], ids=lambda part: part.check)
def test_a_proof_that_proves_anything_is_found_out(part: Part, judge: Judge) -> None:
    """Every statement replaced by 0 = 0 of the same name, the rivals' too."""
    claim = part.claim()

    def empty(prove: Callable[[], Sequence[Any]]) -> list[Identity]:
        return [Identity(statement.label, sp.Integer(0)) for statement in prove()]

    check: Any = claim.checks[0]
    controls = [
        replace(control, replace={"prove": partial(empty, control.replace["prove"])}) for control in claim.controls
    ]
    result = judge(
        replace(claim, checks=(replace(check, prove=partial(empty, check.prove)),), controls=tuple(controls))
    )
    assert [item.verdict for item in result.evidence] == [V]
    assert result.verdict is E


# --- the draws ---


def _short(part: Part, looks: tuple[int, ...]) -> Claim:
    """The same plan with fewer draws."""
    claim = part.claim()
    check: Any = claim.checks[0]
    kind = type(check)

    def plan(self: Any, *given: Any) -> Any:  # noqa: ANN401
        return tuple(replace(family, looks=looks) for family in kind.plan(self, *given))

    fields = {field.name: getattr(check, field.name) for field in dataclasses.fields(check)}
    return replace(claim, checks=(type("Short", (kind,), {"plan": plan})(**fields),))


@pytest.mark.parametrize("part", [WIDTH_FREE, DENSE_LAW, ONE_LAW, SMALL, GENERIC], ids=lambda part: part.check)
def test_too_few_draws_decide_nothing(part: Part, judge: Judge) -> None:
    result = judge(_short(replace(part, controls=()), (64,)))
    assert result.verdict is U
    undecided = [item for item in result.evidence if item.verdict is U]
    assert undecided
    assert all("would decide" in item.detail for item in undecided)


@pytest.mark.parametrize("part", [IN_PROBABILITY, SEVERAL, FALLING], ids=lambda part: part.check)
def test_sixty_four_draws_are_too_few_for_a_quarter(part: Part, judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proportion, "LOOKS", (64,))
    result = judge(replace(part, controls=()).claim())
    assert {item.verdict for item in result.evidence} == {U}


def test_too_few_draws_make_a_claim_powerless_where_its_rival_is_left_undecided(judge: Judge) -> None:
    result = judge(_short(DENSE_LAW, (64,)))
    assert [control.verdict for control in result.controls] == [U]
    assert result.verdict is P
