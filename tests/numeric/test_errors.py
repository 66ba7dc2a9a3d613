"""Refusals say what was wrong, the value seen, the limit and what to do next, also across processes."""

import pickle

import pytest

from numeric.errors import ArgumentError, MemoryLimitError, NumericError


@pytest.mark.parametrize("kind", [NumericError, ArgumentError, MemoryLimitError])
def test_message_has_all_four_parts(kind: type[NumericError]) -> None:
    error = kind("n is out of range", 0, "integers >= 1", "Choose another n.")
    assert str(error) == "n is out of range: got 0, allowed: integers >= 1. Choose another n."
    assert isinstance(error, ValueError)


@pytest.mark.parametrize("kind", [NumericError, ArgumentError, MemoryLimitError])
def test_survives_pickling(kind: type[NumericError]) -> None:
    error = kind("x has the wrong shape", (1, 2), "[T, n_x=3]", "F fixes n_x.")
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is kind
    assert str(copy) == str(error)
    assert (copy.what, copy.seen, copy.limit, copy.advice) == (error.what, error.seen, error.limit, error.advice)
