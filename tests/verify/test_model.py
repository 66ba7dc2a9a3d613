"""The nouns: what they refuse, what is frozen, what crosses the border between processes."""

import dataclasses
import math
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numeric.streams import BLOCK
from verify.checks import Proof
from verify.model import Claim, ClaimError, Config, Control, Family, Line, Result, Setting, Source, Verdict


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("profile", "fast", "profile 'fast' is not one of quick, standard, full"),
        ("seed", -1, "seed -1 is negative"),
        ("jobs", 0, "jobs 0 is below 1"),
        ("watchdog", 0.0, "watchdog 0.0 is no number of seconds"),
        ("watchdog", math.nan, "watchdog nan is no number of seconds"),
    ],
)
def test_a_config_names_what_is_wrong(field: str, value: Any, message: str) -> None:  # noqa: ANN401
    with pytest.raises(ClaimError, match=message):
        Config(**{field: value})


def test_a_config_looks_at_the_standard_profile_from_seed_0_in_one_process() -> None:
    assert dataclasses.astuple(Config()) == ("standard", 0, 1, 1e-6 / 4096, 600.0)
    assert Config(watchdog=0.5, jobs=7, seed=10**30).watchdog == 0.5


def test_a_line_is_exact_unless_it_says_otherwise() -> None:
    line = Line(label="x", null="n")
    assert (line.alpha, line.draws, line.resolution, line.resolution_text) == (0.0, 1, None, "exact")
    planned = family()
    assert (planned.looks, planned.chunk, planned.skip) == ((1,), 1, "")


def test_nouns_are_frozen_and_built_by_keyword() -> None:
    nouns = [Config, Line, Family, Claim, Control, Result]
    assert all(noun.__dataclass_params__.frozen for noun in nouns)
    assert all(field.kw_only for noun in nouns for field in dataclasses.fields(noun))
    with pytest.raises(dataclasses.FrozenInstanceError):
        Config().seed = 1  # type: ignore[misc]


def test_a_source_reads_as_in_the_papers() -> None:
    assert str(Source("E", "(22)")) == "[E] (22)"


# --- settings ---


@pytest.mark.parametrize(
    ("values", "label"),
    [
        ({"n": 16, "T": 12}, "n=16, T=12"),
        ({"n": 10**4}, "n=1e4"),
        ({"n": 10**12}, "n=1e12"),
        ({"n": 1000}, "n=1000"),
        ({"n": 10**4 + 1}, "n=10001"),
        ({"n": 20000}, "n=20000"),
        ({"nu_W": "1/2", "x": 0.5}, "nu_W=1/2, x=0.5"),
        ({}, ""),
    ],
)
def test_the_label_of_a_setting_is_short_and_exact(values: dict[str, Any], label: str) -> None:
    assert Setting(**values).label == label
    assert repr(Setting(**values)) == f"Setting({label})"


@given(st.integers(0, 10**15), st.integers(0, 10**15))
def test_different_widths_have_different_labels(first: int, second: int) -> None:
    assert (Setting(n=first).label == Setting(n=second).label) == (first == second)


@given(st.permutations(["n", "T", "nu_W", "N", "t"]))
def test_settings_that_differ_in_the_order_alone_are_one(names: list[str]) -> None:
    usual, other = Setting(n=1, T=2, nu_W=3, N=4, t=5), {"n": 1, "T": 2, "nu_W": 3, "N": 4, "t": 5}
    permuted = Setting(**{name: other[name] for name in names})
    assert (permuted, hash(permuted), permuted.label) == (usual, hash(usual), usual.label)
    assert list(permuted) == ["N", "n", "nu_W", "T", "t"]
    assert family(setting=permuted).key == family(setting=usual).key  # hence the same draws


def test_a_setting_is_an_immutable_mapping() -> None:
    setting = Setting(n=16, T=12)
    assert dict(setting) == {"n": 16, "T": 12}
    assert (len(setting), list(setting), setting["T"], setting.get("nu", 1)) == (2, ["n", "T"], 12, 1)
    assert {setting: 1}[Setting(n=16, T=12)] == 1
    with pytest.raises(TypeError):
        setting["n"] = 3  # type: ignore[index]


# --- families ---


def family(**fields: Any) -> Family:  # noqa: ANN401
    usual = {"claim": "c", "check": "k", "control": None, "kind": "Mean", "setting": Setting(n=2)}
    return Family(**(usual | {"lines": (Line(label="x", null="n"),)} | fields))


def test_a_stream_is_named_after_claim_check_control_and_setting() -> None:
    assert family().key == ("c", "k", "", "n=2")
    assert family(control="rival").key == ("c", "k", "rival", "n=2")


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=4, unique=True).map(sorted).map(tuple))
def test_blocks_of_a_look_hold_its_draws_and_no_whole_block_more(looks: tuple[int, ...]) -> None:
    planned = family(looks=looks)
    assert planned.blocks(0) == 0
    for number, draws in enumerate(looks, start=1):
        assert BLOCK * (planned.blocks(number) - 1) < draws <= BLOCK * planned.blocks(number)
    assert planned.draws_in(0, planned.blocks(len(looks))) == looks[-1] or looks[-1] % BLOCK == 0
    assert planned.draws_in(0, 1) == planned.draws_in(3, 4) == min(BLOCK, looks[-1])
    assert planned.draws_in(2, 5) == min(3 * BLOCK, looks[-1])


def test_the_cost_is_that_of_the_last_look() -> None:
    assert family(looks=(64, 256), microseconds=500.0).cost == pytest.approx(0.128)


def test_a_family_crosses_to_another_process_unchanged() -> None:
    planned = family(looks=(64, 256), lines=(Line(label="x", null="n", facts={"low": 0.5}, at={"j": 1}),))
    assert pickle.loads(pickle.dumps(planned)) == planned


# --- claims ---


def claim() -> Claim:
    return Claim(
        id="c", title="t", statement="s", plain="p", summary="s", source=Source("T", "1"),
        checks=(Proof(name="first", title="t", prove=tuple), Proof(name="second", title="t", prove=tuple)), controls=(),
    )  # fmt: skip


def test_a_claim_knows_its_checks_by_name() -> None:
    assert claim().check("second") is claim().checks[1] or claim().check("second").name == "second"
    with pytest.raises(ClaimError, match="c: no check is called 'third'; it has first, second"):
        claim().check("third")


def test_a_result_takes_the_verdict_of_what_it_rests_on_beside_its_own() -> None:
    result = Result(
        claim=claim(), verdict=Verdict.VERIFIED, transitive=Verdict.VERIFIED, evidence=(), controls=(), steps=(),
        findings=(), curves=(), not_shown=(), seconds=0.0,
    )  # fmt: skip
    assert result.on_top_of(Verdict.REFUTED).transitive is Verdict.REFUTED
    assert result.on_top_of(Verdict.REFUTED).verdict is Verdict.VERIFIED


def test_every_verdict_says_what_it_means_for_the_reader() -> None:
    assert len({verdict.value for verdict in Verdict}) == len(Verdict)
    assert all(len(verdict.value.split()) >= 5 for verdict in Verdict)
