"""Numbers, times, verdicts and formulas as a reader sees them."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports import words
from reports.prose import prose, split_scripts
from verify.model import Verdict


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""), (0.0, "0"), (-0.0, "0"), (1, "1"), (1.0, "1"), (-3, "−3"), (2.5, "2.5"), (1 / 3, "0.3333"),
        (0.1 + 0.2, "0.3"), (-1 / 3, "−0.3333"), (1234, "1234"), (12340, "12\u202f340"), (999999, "999\u202f999"),
        (10**6, "10⁶"), (10**10, "10¹⁰"), (2.44140625e-10, "2.441·10⁻¹⁰"), (-1.5e-7, "−1.5·10⁻⁷"), (-1e-7, "−10⁻⁷"),
        (12345.67, "12\u202f346"), (123456.7, "1.235·10⁵"), (math.inf, "∞"), (-math.inf, "−∞"),
        (math.nan, "not a number"), (9.9999999e-4, "10⁻³"),
    ],
)  # fmt: skip
def test_numbers(value: float | None, shown: str) -> None:
    assert words.number(value) == shown


@given(st.floats(min_value=-1e300, max_value=1e300), st.sampled_from([2, 4]))
def test_a_number_reads_back_to_its_digits(value: float, digits: int) -> None:
    text = words.number(value, digits).replace("\u202f", "").replace("−", "-")
    found = re.fullmatch(r"(-?)(?:([\d.]+)·)?10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", text)
    back = {superscript: chr(plain) for plain, superscript in words.SUPERSCRIPTS.items()}
    back = {ord(superscript) if isinstance(superscript, str) else superscript: c for superscript, c in back.items()}
    read = float(f"{found[1]}{found[2] or 1}e{found[3].translate(back)}") if found else float(text)
    assert math.isclose(read, value, rel_tol=0.51 * 10.0 ** (1 - digits), abs_tol=1e-320)


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [(None, None, ""), (0.0, 1.0, "[0, 1]"), (None, 1.0, "[−∞, 1]"), (0.5, None, "[0.5, ∞]")],
)
def test_intervals(low: float | None, high: float | None, shown: str) -> None:
    assert words.interval(low, high) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0.0, "less than 0.1 s"), (0.1, "0.1 s"), (9.44, "9.4 s"), (9.6, "10 s"), (59.4, "59 s"), (59.6, "1 min 0 s"),
        (200.0, "3 min 20 s"), (7500.0, "2 h 5 min"),
    ],
)  # fmt: skip
def test_durations(seconds: float, shown: str) -> None:
    assert words.duration(seconds) == shown


def test_every_verdict_has_an_icon_of_its_own_and_a_word() -> None:
    assert set(words.ICONS) == set(Verdict)
    assert set(words.RIVALS) == set(Verdict) - {Verdict.MEASURED}  # an experiment has no rivals
    assert len(set(words.ICONS.values())) == len(Verdict)
    assert words.word(Verdict.NOT_RUN) == "not run"
    assert [v for v in words.RIVALS if words.rival(v) is Verdict.VERIFIED] == [Verdict.REFUTED]


def test_counts_put_the_worst_first() -> None:
    found = [Verdict.VERIFIED, Verdict.REFUTED, Verdict.VERIFIED, Verdict.NOT_RUN]
    assert words.counts_text(found) == "1 refuted, 2 verified, 1 not run"
    assert words.counts_text([]) == ""
    assert (words.plural(1, "line"), words.plural(0, "line")) == ("1 line", "0 lines")


def test_replay_is_a_command_for_any_shell() -> None:
    assert words.replay("prop_2", "full", 3) == "python -m verify run prop_2 --profile full --seed 3"
    assert words.replay("a; b", "full", 3) == "python -m verify run 'a; b' --profile full --seed 3"


@given(st.lists(st.tuples(st.text(max_size=4), st.text(max_size=4)), min_size=2, max_size=2, unique=True))
def test_anchors_are_legal_and_different(pairs: list[tuple[str, str]]) -> None:
    first, second = (words.anchor(*pair) for pair in pairs)
    assert first != second
    assert re.fullmatch(r"[A-Za-z0-9_.~-]*", first)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ρ_j = (ν_C + ν_F) ν_W^j", "ρ<sub>j</sub> = (ν<sub>C</sub> + ν<sub>F</sub>) ν<sub>W</sub><sup>j</sup>"),
        ("n^(-(j+1)/2) C", "n<sup>−(j+1)/2</sup> C"),
        ("r_(j-a)^T l_a", "r<sub>j−a</sub><sup>T</sup> l<sub>a</sub>"),
        ("δq_{j+1}, 10^6, ‖L_j‖_F^2", "δq<sub>j+1</sub>, 10<sup>6</sup>, ‖L<sub>j</sub>‖<sub>F</sub><sup>2</sup>"),
        ("G^R_jk", "G<sup>R</sup><sub>jk</sub>"),
        ("∫_0^y e^u", "∫<sub>0</sub><sup>y</sup> e<sup>u</sup>"),
        ("ρ_1 = r_1², σ_s²τ", "ρ<sub>1</sub> = r<sub>1</sub>², σ<sub>s</sub>²τ"),
        ("n^0.5·error is 10^6.", "n<sup>0.5</sup>·error is 10<sup>6</sup>."),
        ("[A^T r]_j^2", "[A<sup>T</sup> r]<sub>j</sub><sup>2</sup>"),
        ("prop_2_1a_same_map", "prop_2_1a_same_map"),
        ("theorem_3.x_y", "theorem_3.x_y"),
        ("snake_case and a_b_c", "snake_case and a_b_c"),
        ("x_() ^ _ a^", "x_() ^ _ a^"),
        ("a < b & x_j", "a &lt; b &amp; x<sub>j</sub>"),
        ("x_(<b>)", "x<sub>&lt;b&gt;</sub>"),
    ],
)
def test_prose_typesets_formulas_and_leaves_names_alone(text: str, shown: str) -> None:
    assert prose(text) == shown


@given(st.text(alphabet="x_^(){}1<&j -"))
def test_prose_drops_nothing_but_scripts_signs(text: str) -> None:
    dropped = str.maketrans("", "", "_^(){}")
    read = "".join(piece for _, piece in split_scripts(text)).replace("−", "-")
    assert read.translate(dropped) == text.translate(dropped)
    assert set(re.findall("<[^>]*>", prose(text))) <= {"<sub>", "</sub>", "<sup>", "</sup>"}
