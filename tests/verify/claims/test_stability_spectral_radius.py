"""Stability: broken code turns the claim red."""

from __future__ import annotations

import dataclasses
import itertools
import math
import re
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from numeric import dense, krylov
from numeric.dense import impulse_response
from numeric.streams import stream, streams
from symbolic import deferred_moments, stability
from tests.verify.claims.judging import Judge
from verify import tasks
from verify.claims import stability_spectral_radius as claim
from verify.model import Config, Setting, Verdict

JUDGE = Judge(claim.__name__)

RADII = st.sampled_from(["15/16", "1", "17/16", "3/4"])


@settings(max_examples=25, deadline=None)
@given(RADII, st.integers(0, 10**6), st.booleans())
def test_closed_form_is_the_recursion_in_rationals(radius: str, case: int, hidden: bool) -> None:
    """The oracle steps the state, with Fractions, in the basis that the system was drawn in."""
    setting = Setting(radius=radius, hidden=int(hidden), T=12, case=case)
    modes, (W, F, C) = claim.draw_system(setting, stream("oracle", case))
    M = [[Fraction(float(entry)) / 2 for entry in row] for row in W]
    f, c = [Fraction(float(entry)) for entry in F[:, 0]], [Fraction(float(entry)) / 2 for entry in C[0]]
    h = [Fraction(0)] * 4
    stated = claim.predicted(modes, 12)
    for t in range(12):
        x = (1, 0, -1, 0)[t % 4]
        h = [sum(m * value for m, value in zip(row, h, strict=True)) + b * x for row, b in zip(M, f, strict=True)]
        assert sum(a * b for a, b in zip(c, h, strict=True)) == stated[t]


@settings(max_examples=25, deadline=None)
@given(RADII, st.integers(0, 10**6))
def test_systems_have_the_modes_that_they_are_drawn_with(radius: str, case: int) -> None:
    modes, (W, F, C) = claim.draw_system(Setting(radius=radius, hidden=0, T=8, case=case), stream("modes", case))
    r, strength = float(modes.radius), complex(*modes.strength)
    expected = [
        (strength * (1j * r) ** t).real + sum(gamma * float(mu) ** t for mu, gamma in modes.real) for t in range(8)
    ]
    np.testing.assert_allclose(impulse_response(W, F, C, 8)[:, 0, 0], expected, rtol=1e-9, atol=1e-9)
    assert np.abs(np.linalg.eigvals(W / 2)).max() == pytest.approx(max(r, 0.5), rel=1e-6)
    assert modes.strength != (0, 0)


def test_the_bound_is_above_every_partial_sum() -> None:
    modes, (W, F, C) = claim.draw_system(claim.FIXED[0], stream("bound"))
    partial = np.abs(impulse_response(W, F, C, 600)).sum()
    assert partial <= modes.bound
    assert dataclasses.replace(modes, strength=(0, 0)).bound < modes.bound


def test_the_gain_of_a_constant_input_is_exceeded_by_every_system_that_can_be_drawn() -> None:
    """The output is linear in the strengths, so that four runs give those of all 3⁸ systems."""
    setting = claim.FIXED[0]
    plain = claim.Modes(radius=Fraction(setting["radius"]), strength=(0, 0), real=())
    parts = [dataclasses.replace(plain, strength=(1, 0)), dataclasses.replace(plain, strength=(0, 1))]
    parts += [dataclasses.replace(plain, real=((mu, 1),)) for mu in (Fraction(1, 2), Fraction(-1, 4))]
    runs = np.array([[float(y) for y in claim.predicted(modes, setting["T"])] for modes in parts])
    gains = {(c * f + d * g, c * g - d * f) for c, d, f, g in itertools.product((1, 2, 3), repeat=4)}
    products = {f * c for f, c in itertools.product((1, 2, 3), repeat=2)}
    for (a, b), first, second in itertools.product(gains, products, products):
        real = ((Fraction(1, 2), first), (Fraction(-1, 4), second))
        modes = dataclasses.replace(plain, strength=(a, b), real=real)
        largest = np.abs(np.array([a, b, first, second]) @ runs).max()
        assert 1.2 * modes.constant_gain < largest < modes.bound


def test_resonant_output_grows_and_the_hidden_one_does_not() -> None:
    loud, quiet = (next(s for s in claim.FIXED if s["radius"] == "1" and s["hidden"] == hidden) for hidden in (0, 1))
    sizes = []
    for setting in (loud, quiet):
        modes, _ = claim.draw_system(setting, stream("growth"))
        y = [abs(float(value)) for value in claim.predicted(modes, 400)]
        sizes.append((max(y[:100]), max(y)))
    assert sizes[0][1] > 3.5 * sizes[0][0]
    assert sizes[1][1] == sizes[1][0]


def test_every_setting_of_the_radius_can_decide_on_both_sides() -> None:
    """√ν_W (1 ± √(ln n/n)) does not contain 1, so that the stability line follows from the radius line."""
    for setting in claim.RANDOM:
        root, allowed = math.sqrt(claim._variance(setting)), math.sqrt(math.log(setting["n"]) / setting["n"])
        assert root * (1 + allowed) < 1 or root * (1 - allowed) > 1


def test_statistics_of_the_radius_are_those_of_the_matrix() -> None:
    setting = Setting(n=3, nu_W="2")
    values = claim.sample_radius(setting, streams(["radius"], range(1)))
    W = math.sqrt(2.0) * streams(["radius"], range(1))[0].standard_normal((64, 3, 3))
    radius = np.array([max(abs(np.roots(np.poly(w / math.sqrt(3.0))))) for w in W])
    np.testing.assert_allclose(values["radius"], radius / math.sqrt(2.0), rtol=1e-6)
    np.testing.assert_allclose(values["stability"] > 1.0, radius < 1.0)


def test_energies_without_their_root_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = dense.draw_weights

    def wrong(generator: object, sizes: object, room: object) -> tuple[np.ndarray, ...]:
        W, F, C = draw(generator, sizes, room)
        return math.sqrt(sizes.nu_w) * W, F, C

    monkeypatch.setattr(dense, "draw_weights", wrong)
    assert JUDGE.verdict("dense") is Verdict.REFUTED


def test_a_sampler_of_half_the_width_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    sample = krylov.sample_grams
    monkeypatch.setattr(krylov, "sample_grams", lambda **given: sample(**{**given, "n": given["n"] // 2}))
    assert JUDGE.verdict("width-free") is Verdict.REFUTED


def test_another_polynomial_is_seen_by_the_second_derivation(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = deferred_moments.right_gram_moment
    monkeypatch.setattr(deferred_moments, "right_gram_moment", lambda *pairs, n: moment(*pairs, n=n, too_many=1))
    assert JUDGE.verdict("energy") is Verdict.REFUTED


def test_a_wrong_strength_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    strength = stability.pole_strength
    monkeypatch.setattr(stability, "pole_strength", lambda system, value: strength(system, value) + 1)
    assert JUDGE.verdict("from 1 on") is Verdict.REFUTED
    assert JUDGE.verdict("hidden modes") is Verdict.REFUTED


def test_a_wrong_adjugate_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stability, "adjugate", lambda M, value: (value * sp.eye(M.rows) + M).adjugate())
    assert JUDGE.verdict("from 1 on") is Verdict.REFUTED


def test_a_block_without_its_off_diagonal_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    power = stability.block_power
    monkeypatch.setattr(stability, "block_power", lambda size, e: sp.diag(*[power(1, e)[0, 0]] * size))
    assert JUDGE.verdict("below 1") is Verdict.REFUTED


def test_a_recursion_that_leaks_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    run = dense.run_rnn
    monkeypatch.setattr(dense, "run_rnn", lambda W, F, C, x: run((1 - 1e-9) * W, F, C, x))
    assert JUDGE.verdict("fixed systems") is Verdict.REFUTED


@pytest.mark.parametrize("profile", ["quick", "standard", "full"])
def test_late_lags_are_run_in_the_full_profile_only(profile: str) -> None:
    families = tasks.plan(JUDGE.reference, "late lags", None, Config(profile=profile))
    assert [bool(family.skip) for family in families] == [profile != "full"] * 2
    assert {line.label for line in families[0].lines} == {"‖M^3 f‖²", "‖M^4 f‖²", "‖M^5 f‖²", "‖M^6 f‖²"}


def test_findings_print_what_they_computed() -> None:
    hidden, squares = claim.CLAIM.findings()
    assert "eigenvalues 1/2, 2" in hidden.counterexample
    assert "1, 1/2, 1/4, 1/8, 1/16" in hidden.counterexample
    energies = [float(value) for value in re.findall(r"([0-9.E+]+) at j", squares.counterexample)]
    assert energies[0] == 1.0
    assert min(energies) < 0.5
    assert energies[-1] > 1000
    assert all(finding.text.startswith("In the form restored here") for finding in (hidden, squares))
