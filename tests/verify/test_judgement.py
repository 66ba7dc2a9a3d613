"""How verdicts combine, over all cases of up to three: written out once more as a list of rules."""

import itertools
from collections.abc import Sequence

import pytest

from verify.judgement import claim_verdict, control_verdict, exit_code, transitive, worst
from verify.model import Claim, ControlResult, Evidence, Line, Result, Source, Verdict

NAMES = ("VERIFIED", "REFUTED", "INCONCLUSIVE", "POWERLESS", "ERROR", "NOT_RUN", "MEASURED")
V, R, U, P, E, N, M = (Verdict[name] for name in NAMES)
OF_A_LINE = (V, R, U, E, N)
UP_TO_THREE = [case for size in (1, 2, 3) for case in itertools.combinations_with_replacement(OF_A_LINE, size)]
names = lambda value: "".join(v.name[0] for v in value) if isinstance(value, tuple) else None  # noqa: E731 — test ids


def evidence(*verdicts: Verdict) -> list[Evidence]:
    return [
        Evidence(
            check="c", control=None, kind="k", setting="", line=Line(label=str(i), null="n"), verdict=v, draws=1, look=1
        )
        for i, v in enumerate(verdicts)
    ]


def control(*verdicts: Verdict, shown: Verdict | None = None) -> ControlResult:
    lines = tuple(evidence(*verdicts))
    return ControlResult(name="r", why="w", check="c", verdict=shown or control_verdict(lines), evidence=lines)


def result(own: Sequence[Verdict], rivals: Sequence[Verdict] = ()) -> Result:
    controls = tuple(control(verdict) for verdict in rivals)
    claim = Claim(
        id="c", title="t", statement="s", plain="p", summary="s", source=Source("T", "1"), checks=(), controls=()
    )
    verdict = claim_verdict(evidence(*own), controls)
    return Result(
        claim=claim, verdict=verdict, transitive=verdict, evidence=tuple(evidence(*own)), controls=controls,
        steps=(), findings=(), curves=(), not_shown=(), seconds=0.0,
    )  # fmt: skip


@pytest.mark.parametrize("verdicts", UP_TO_THREE, ids=names)
def test_the_worst_verdict_wins_and_what_was_not_run_never_does(verdicts: tuple[Verdict, ...]) -> None:
    if E in verdicts:
        expected = E
    elif R in verdicts:
        expected = R
    elif U in verdicts:
        expected = U
    elif V in verdicts:
        expected = V
    else:
        expected = N
    assert worst(verdicts) is expected
    assert worst(reversed(verdicts)) is expected
    assert worst([*verdicts, P]) is (expected if expected in {E, R} else P)


def test_nothing_at_all_was_not_run() -> None:
    assert worst([]) is control_verdict([]) is claim_verdict([], []) is N


@pytest.mark.parametrize("verdicts", UP_TO_THREE, ids=names)
def test_a_rival_is_refuted_only_if_it_falls_wherever_it_is_asked(verdicts: tuple[Verdict, ...]) -> None:
    expected = next((v for v in (E, V, U, R) if v in verdicts), N)
    assert control_verdict(evidence(*verdicts)) is expected


@pytest.mark.parametrize("own", [(V,), (V, V), (U,), (R, V), (E,), (V, N)], ids=names)
@pytest.mark.parametrize("rivals", [(R,), (V,), (U,), (E,), (N,), (R, R), (R, V), (R, U), (V, U)], ids=names)
def test_an_accepted_rival_is_an_error_and_an_undecided_one_makes_a_claim_powerless(
    own: tuple[Verdict, ...], rivals: tuple[Verdict, ...]
) -> None:
    of_rivals = {R: V, V: E, U: P, E: E, N: V}  # what each outcome of a rival does to a claim
    expected = worst([worst(own), *(of_rivals[rival] for rival in rivals)])
    assert claim_verdict(evidence(*own), [control(rival) for rival in rivals]) is expected


@pytest.mark.parametrize(("verdicts", "expected"), [((R, V), E), ((R, U), P), ((R, R), V), ((R, E), E), ((R, N), V)])
def test_a_rival_that_survives_one_of_its_settings_has_survived(
    verdicts: tuple[Verdict, ...], expected: Verdict
) -> None:
    assert claim_verdict(evidence(V), [control(*verdicts, shown=worst(verdicts))]) is expected


@pytest.mark.parametrize("rival", [R, V, U, E])
def test_rivals_alone_judge_nothing(rival: Verdict) -> None:
    assert claim_verdict(evidence(N, N), [control(rival)]) is N


# --- what a claim rests on ---

GRAPH = {"top": ("middle", "side"), "middle": ("base",), "side": (), "base": ()}


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ({"top": V, "middle": V, "side": V, "base": V}, V),
        ({"top": V, "middle": V, "side": V, "base": R}, R),
        ({"top": V, "middle": U, "side": E, "base": V}, E),
        ({"top": R, "middle": V, "side": V, "base": V}, R),
        ({"top": V, "middle": V, "side": V}, N),  # `base` is outside this run
        ({"top": U, "middle": V, "side": V}, U),
        ({"top": V, "middle": N, "side": R, "base": V}, R),
    ],
)
def test_the_transitive_verdict_is_the_worst_below(verdicts: dict[str, Verdict], expected: Verdict) -> None:
    assert transitive(verdicts, GRAPH, "top") is expected
    assert transitive(verdicts, GRAPH, "side") is verdicts["side"]


def test_claims_that_rest_on_each_other_end() -> None:
    circle = {"a": ("b",), "b": ("a",)}
    assert transitive({"a": V, "b": R}, circle, "a") is transitive({"a": V, "b": R}, circle, "b") is R


# --- exit codes ---


@pytest.mark.parametrize(
    ("cases", "code", "strict_code"),
    [
        ([(V,)], 0, 0),
        ([(V, N)], 0, 3),
        ([(V,), (N,)], 0, 3),
        ([(V,), (U,)], 3, 3),
        ([(U,), (R,)], 1, 1),
        ([(R, N)], 1, 1),
        ([(R,), (E,), (U,)], 4, 4),
        ([(N,)], 5, 5),
        ([], 5, 5),
    ],
)
def test_exit_codes(cases: list[tuple[Verdict, ...]], code: int, strict_code: int) -> None:
    results = [result(own) for own in cases]
    assert exit_code(results, strict=False, interrupted=False) == code
    assert exit_code(results, strict=True, interrupted=False) == strict_code
    assert exit_code(results, strict=True, interrupted=True) == 130


@pytest.mark.parametrize(("rival", "code", "strict_code"), [(R, 0, 0), (U, 3, 3), (V, 4, 4), (N, 0, 3)])
def test_exit_codes_know_the_rivals(rival: Verdict, code: int, strict_code: int) -> None:
    results = [result((V,), (rival,))]
    assert exit_code(results, strict=False, interrupted=False) == code
    assert exit_code(results, strict=True, interrupted=False) == strict_code


def test_an_experiment_is_measured_unless_it_broke_down() -> None:
    assert claim_verdict(evidence(M, M), []) is M
    assert claim_verdict(evidence(M, N), []) is M
    assert claim_verdict(evidence(M, E), []) is E
    assert claim_verdict(evidence(M, V), []) is V


@pytest.mark.parametrize("own", [V, R, U, E, N])
def test_an_experiment_beside_a_claim_has_no_say_in_the_exit_code(own: Verdict) -> None:
    alone = exit_code([result([own])], strict=False, interrupted=False)
    beside = exit_code([result([own]), result([M])], strict=False, interrupted=False)
    assert beside == (0 if own is N else alone)  # where nothing is judged, an experiment is what was asked for
    assert exit_code([result([M])], strict=True, interrupted=False) == 0
