"""Loop equations against the enumeration of all pairings of indices."""

from collections import Counter
from collections.abc import Callable, Iterator
from math import prod
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symbolic import trace_words
from symbolic.trace_words import WordError, canonical, trace_moment, transpose

word = st.text("WT", max_size=5)
collection = st.lists(word, max_size=3)
examples = settings(deadline=None, derandomize=True, database=None, max_examples=60)


def pairings(items: list[int]) -> Iterator[list[tuple[int, int]]]:
    if not items:
        yield []
    for i in range(1, len(items)):
        for others in pairings(items[1:i] + items[i + 1 :]):
            yield [(items[0], items[i]), *others]


def enumerated_moment(*words: str) -> tuple[int, ...]:
    """Every letter is W_{row, column}; each pairing identifies rows and columns and counts n^(indices left)."""
    letters, n_indices = [], 0
    for text in words:
        start, length = n_indices, max(len(text), 1)
        for i, letter in enumerate(text):
            indices = start + i, start + (i + 1) % length
            letters.append(indices if letter == "W" else indices[::-1])
        n_indices += length
    powers: Counter[int] = Counter()
    for pairing in pairings(list(range(len(letters)))):
        name = list(range(n_indices))
        for left, right in pairing:
            for one, other in zip(letters[left], letters[right], strict=True):
                name = [name[one] if current == name[other] else current for current in name]
        powers[len(set(name))] += 1
    if len(letters) % 2:
        return ()
    return tuple(powers[power] for power in range(max(powers) + 1))


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("",),
        ("", ""),
        ("W",),
        ("W", "T"),
        ("WT",),
        ("WW",),
        ("WWW", "W"),
        ("TTWW",),
        ("TWTW", ""),
        ("WTWT", "WW"),
        ("W", "W", "W", "T"),
        ("TTTWWW",),
        ("TTWW", "WWTT"),
        ("WWTWTWTT", "WT"),
        ("WTT", "WTT", "WWW", "T"),
        ("TTTWWWWTTTWW",),
        ("TTTWWW", "TTTWWW"),
    ],
)
def test_moment_is_the_enumeration_of_pairings(words: tuple[str, ...]) -> None:
    assert trace_moment(*words) == enumerated_moment(*words)


@examples
@given(collection)
def test_random_moment_is_the_enumeration_of_pairings(words: list[str]) -> None:
    words = [text[:4] for text in words]
    assert trace_moment(*words) == enumerated_moment(*words)


@examples
@given(collection, st.lists(st.integers(0, 4), min_size=3, max_size=3), st.randoms(use_true_random=False))
def test_moment_is_invariant(words: list[str], shifts: list[int], random: Random) -> None:
    moment = trace_moment(*words)
    rotated = [text[shift:] + text[:shift] for text, shift in zip(words, shifts, strict=False)]
    assert trace_moment(*rotated) == moment
    assert trace_moment(*(random.choice([text, transpose(text)]) for text in words)) == moment
    assert trace_moment(*random.sample(words, len(words))) == moment
    assert trace_moment(*(text.translate(str.maketrans("WT", "TW")) for text in words)) == moment


@examples
@given(collection)
def test_coefficients_add_up_to_the_number_of_pairings(words: list[str]) -> None:
    letters = sum(map(len, words))
    assert sum(trace_moment(*words)) == (0 if letters % 2 else prod(range(letters - 1, 0, -2)))


@examples
@given(st.text("WT", max_size=12))
def test_canonical_word_is_the_first_of_all_rotations(text: str) -> None:
    rotations = [either[i:] + either[:i] for either in (text, transpose(text)) for i in range(len(text))]
    assert canonical(text) == min(rotations, default="")


def test_unknown_letter_is_an_error() -> None:
    with pytest.raises(WordError, match=r"WxT.*other than W and T"):
        trace_moment("WxT", "W")


def test_too_many_pairings_are_an_error_before_any_counting() -> None:
    with pytest.raises(WordError, match="36 letters have too many pairings"):
        trace_moment("TW" * 18)
    with pytest.raises(WordError, match="5000 letters"):
        trace_moment("TW" * 2500)


def test_pairings_are_counted_up_to_the_last_that_fits() -> None:
    most = (2**64 - 1) // 3  # tr(WW) tr(WW) has three pairings
    assert trace_words.total_trace_moment({("WW", "WW"): most}) == (0, 0, 2**64 - 1)
    with pytest.raises(WordError, match="2 letters"):
        trace_words.total_trace_moment({("WW", "WW"): most, ("WT",): 1})


def merge_without_transposing(first: str, second: str) -> list[tuple[tuple[str, ...], int]]:
    return [((canonical(first[1:] + second[i + 1 :] + second[:i]),), 1) for i in range(len(second))]


def split_always(text: str) -> list[tuple[tuple[str, ...], int]]:
    return [((canonical(text[1:i]), canonical(text[i + 1 :])), 1) for i in range(1, len(text))]


def twist_without_transposing(text: str) -> list[tuple[tuple[str, ...], int]]:
    results: list[tuple[tuple[str, ...], int]] = []
    for i in range(1, len(text)):
        between, after = text[1:i], text[i + 1 :]
        split = canonical(between), canonical(after)
        results.append(((canonical(between + after),) if text[i] == text[0] else split, 1))
    return results


def transpose_without_reversing(text: str) -> str:
    return text.translate(str.maketrans("WT", "TW"))


def transpose_without_exchanging(text: str) -> str:
    return text[::-1]


def clear_caches() -> None:
    for name in ("canonical", "_exchanged", "_moment", "_pair_within", "_pair_between"):
        getattr(getattr(trace_words, name), "cache_clear", lambda: None)()


@pytest.mark.parametrize(
    ("rule", "broken"),
    [
        ("_pair_between", merge_without_transposing),
        ("_pair_within", split_always),
        ("_pair_within", twist_without_transposing),
        ("transpose", transpose_without_reversing),
        ("transpose", transpose_without_exchanging),
    ],
)
def test_broken_rule_is_noticed(rule: str, broken: Callable[..., object], monkeypatch: pytest.MonkeyPatch) -> None:
    words = "TTTWWW", "TWWT", "WT"
    with monkeypatch.context() as patch:
        patch.setattr(trace_words, rule, broken)
        clear_caches()
        wrong = trace_moment(*words)
    clear_caches()
    assert wrong != enumerated_moment(*words)
    assert trace_moment(*words) == enumerated_moment(*words)
