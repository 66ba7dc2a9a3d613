"""`Proof`: the worst of its statements, the one a control names, and no proof that states nothing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest

from verify.checks import Proof
from verify.model import ClaimError, Config, Evidence, Verdict

V, R, U = Verdict.VERIFIED, Verdict.REFUTED, Verdict.INCONCLUSIVE
Outcomes = Callable[..., list[Evidence]]


@dataclass(frozen=True)
class Told:
    label: str
    verdict: Verdict

    def decide(self) -> tuple[Verdict, str]:
        return self.verdict, f"{self.label} as told"


def proof(*verdicts: Verdict) -> Proof:
    return Proof(name="p", title="t", prove=lambda: (Told(f"s{i}", verdict) for i, verdict in enumerate(verdicts)))


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [((V,), V), ((V, V, V), V), ((V, U), U), ((R, U, V), R), ((V, U, R), R), ((U, V), U)],
)
def test_a_proof_is_as_good_as_its_worst_statement(
    verdicts: tuple[Verdict, ...], expected: Verdict, outcomes: Outcomes
) -> None:
    (found,) = outcomes(proof(*verdicts))
    assert found.verdict is expected
    several = f"{len(verdicts)} statements, e.g. " if expected is V and len(verdicts) > 1 else ""
    first = verdicts.index(expected)
    assert found.detail == f"{several}s{first}: s{first} as told"
    assert [point.label for point in found.points] == [f"s{i}" for i in range(len(verdicts))]
    assert (found.draws, found.look, found.line.alpha) == (1, 1, 0.0)


def test_a_proof_that_states_nothing_raises(outcomes: Outcomes) -> None:
    with pytest.raises(ValueError, match="states nothing"):
        outcomes(proof())


def observed(check: Proof, only: str) -> list[list[str]]:
    (family,) = check.plan("claim", "rival", Config())
    line = replace(family.lines[0], facts={"only": only})
    return check.observe(replace(family, lines=(line,)), [])["p"]


def test_a_control_decides_the_one_statement_at_which_it_must_fall() -> None:
    assert observed(proof(V, R, V), "s1") == [["s1", "REFUTED", "s1 as told"]]


def test_nothing_is_derived_after_the_statement_that_a_control_names() -> None:
    def prove() -> Iterator[Told]:
        yield Told("first", R)
        raise AssertionError("derived too much")

    assert observed(Proof(name="p", title="t", prove=prove), "first") == [["first", "REFUTED", "first as told"]]


def test_a_control_that_names_no_statement_is_told_which_there_are() -> None:
    with pytest.raises(ClaimError, match=r"claim: control 'rival' names the line 's7'; the check 'p' has s0, s1$"):
        observed(proof(V, R), "s7")
