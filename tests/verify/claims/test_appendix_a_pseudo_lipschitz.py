"""The claim turns red when the code that it rests on is broken."""

from typing import Any

import numpy as np
import pytest
import sympy as sp

from numeric.dense import grams_of
from numeric.streams import stream
from symbolic import pseudo_lipschitz
from tests.verify.claims.judging import Judge
from verify.claims import appendix_a_pseudo_lipschitz as claim
from verify.model import Setting, Verdict

JUDGE = Judge(claim.__name__)


def test_the_statistics_are_averages_over_the_rows() -> None:
    rows = np.array([[[1.0, -2.0], [0.0, 3.0], [2.0, -1.0], [-1.0, 5.0]]])  # [B = 1, lag, row]
    found = {label: float(value[0]) for label, value in claim.averages(rows).items()}
    assert found == pytest.approx(
        {
            "x_2²": 2.5,
            "x_1 x_3": 7.5,
            "|x_3|": 3.0,
            "|x_0 + x_1 + x_2 + x_3|": 3.5,
            "max(x_1, x_2)": 2.5,
            "cos x_1": (1 + np.cos(3.0)) / 2,
            "|x_1|": 1.5,
        }
    )


def test_the_rows_are_those_of_a_network() -> None:
    """The same stream drawn again: W, then F; the Gram of the rows is that of `numeric.dense`."""
    setting = Setting(n=5, nu_W="1/2", nu_F="3")
    rows = claim.draw_rows(setting, [stream("rows")])
    rng = stream("rows")
    for replicate in rows[:3]:
        W = np.sqrt(0.5) * rng.standard_normal((5, 5))
        F = np.sqrt(3.0) * rng.standard_normal((5, 1))
        expected = grams_of(W, F, np.ones((1, 5)), 4).right[0, :, :, 0, 0]
        np.testing.assert_allclose(replicate @ replicate.T / 5, expected, rtol=1e-12, atol=1e-13)


def test_a_wrong_gaussian_integral_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """E |z| turned upside down: √(π/2) in the place of √(2/π)."""
    monkeypatch.setattr(pseudo_lipschitz, "absolute_mean", lambda: sp.sqrt(sp.pi / 2))
    found = JUDGE.verdicts("rows", lambda setting: setting["n"] == 256)
    assert {verdict for (_, label), verdict in found.items() if label == "max(x_1, x_2)"} == {Verdict.REFUTED}


def test_weights_that_are_not_scaled_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """ν_W doubled: quadratic, Lipschitz and joint functions all move, and so does their norm."""
    right = claim.draw_rows
    powers = np.sqrt(2.0) ** np.arange(4)[None, :, None]
    monkeypatch.setattr(claim, "draw_rows", lambda setting, rngs: right(setting, rngs) * powers)
    found = JUDGE.verdicts("rows", lambda setting: setting == Setting(n=256, nu_W="1", nu_F="1"))
    moved = {label for (_, label), verdict in found.items() if verdict is Verdict.REFUTED}
    assert moved >= {"x_2²", "|x_3|", "|x_0 + x_1 + x_2 + x_3|", claim.NORM}


def test_rows_that_share_a_sign_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows turned so that r_1 and r_3 agree in sign: no one-lag function sees it, the product does."""
    right = claim.draw_rows

    def turned(setting: Setting, rngs: Any) -> np.ndarray:  # noqa: ANN401
        rows = right(setting, rngs)
        rows[:, 3] = np.abs(rows[:, 3]) * np.sign(rows[:, 1])
        return rows

    monkeypatch.setattr(claim, "draw_rows", turned)
    found = JUDGE.verdicts("rows", lambda setting: setting == Setting(n=256, nu_W="1", nu_F="1"))
    assert found["n=256, nu_F=1, nu_W=1", "x_1 x_3"] is Verdict.REFUTED
    assert found["n=256, nu_F=1, nu_W=1", "|x_3|"] is Verdict.VERIFIED


def test_a_wrong_mixture_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """χ² with its degrees of freedom doubled."""
    right = pseudo_lipschitz.laplace_transform
    width = pseudo_lipschitz.WIDTH
    monkeypatch.setattr(pseudo_lipschitz, "laplace_transform", lambda t: right(t).subs(width, 2 * width))
    assert JUDGE.verdicts("finite width")["n=2, nu_F=2, nu_W=1", "cos x_1"] is Verdict.REFUTED
