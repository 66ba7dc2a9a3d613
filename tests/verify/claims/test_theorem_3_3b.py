"""A wrong ρ_j is refuted by the width-free lines: the bias they allow comes from the exact moments, not from ρ_j."""

import pytest
import sympy as sp

from numeric.streams import stream
from verify.claims import theorem_3_3b_ntk_limit as claim
from verify.model import Config, Verdict


def test_a_wrong_factor_is_not_absorbed_by_the_bias(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symbolic.scaling.scaling_factor", lambda j, w, f, c: (f + c) * sp.sympify(w) ** j)
    check = claim.CLAIM.check("in probability")
    family = check.plan(claim.CLAIM.id, None, Config(profile="quick"))[-1]
    sums = check.observe(family, [stream("wrong factor", block) for block in range(family.blocks(2))])
    verdicts = {line.label: check.judge(family, line, sums[line.label], 2).verdict for line in family.lines}
    assert verdicts["Θ_66"] is verdicts["Θ_11"] is Verdict.REFUTED
    assert verdicts["Θ_00"] is Verdict.VERIFIED
