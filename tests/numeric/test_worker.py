"""Frames on a pipe, and answers that survive whatever a task raises."""

import io
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numeric import worker

ROOT = Path(__file__).resolve().parents[2]


def task(function: object, *arguments: object, **keywords: object) -> bytes:
    return pickle.dumps((function, arguments, keywords))


class Stubborn(Exception):
    """Cannot be rebuilt from what pickling keeps of it, as many errors of libraries."""

    def __init__(self, one: str, two: str) -> None:
        super().__init__(f"{one} and {two}")


def stubborn() -> None:
    raise Stubborn("this", "that")


def unpicklable() -> object:
    return lambda: None


@given(st.lists(st.binary(max_size=50)))
def test_frames_arrive_as_they_were_sent(frames: list[bytes]) -> None:
    pipe = io.BytesIO()
    for frame in frames:
        worker.send(pipe, frame)
    pipe.seek(0)
    assert [worker.receive(pipe) for _ in frames] == frames
    assert worker.receive(pipe) is None


@pytest.mark.parametrize("length", range(12))
def test_a_pipe_that_closes_within_a_frame_is_closed(length: int) -> None:
    pipe = io.BytesIO()
    worker.send(pipe, b"four")
    assert worker.receive(io.BytesIO(pipe.getvalue()[:length])) is None


def test_an_answer_holds_the_value_or_the_error() -> None:
    assert worker.opened(worker.answer(task(max, 3, 5, key=lambda_free))) == 3
    with pytest.raises(ValueError, match="invalid literal") as caught:
        worker.opened(worker.answer(task(int, "x")))
    assert any("Traceback" in note and "int" in note for note in caught.value.__notes__)
    with pytest.raises(SystemExit) as left:
        worker.opened(worker.answer(task(sys.exit, 3)))
    assert left.value.args == (3,)


def lambda_free(number: int) -> int:
    return -number


def test_an_error_that_cannot_be_rebuilt_is_told_in_words() -> None:
    with pytest.raises(RuntimeError) as caught:
        worker.opened(worker.answer(task(stubborn)))
    assert str(caught.value) == "Stubborn: this and that"
    assert any("in stubborn" in note for note in caught.value.__notes__)


def test_a_value_that_cannot_be_sent_and_a_task_that_cannot_be_read_are_errors() -> None:
    with pytest.raises((AttributeError, pickle.PicklingError)):
        worker.opened(worker.answer(task(unpicklable)))
    with pytest.raises(pickle.UnpicklingError):
        worker.opened(worker.answer(b"nonsense"))


def test_what_a_task_prints_or_reads_does_not_disturb_the_pipes() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", "from numeric.worker import main; main()"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert worker.receive(process.stdout) == worker.READY
    worker.send(process.stdin, task(print, "printed"))
    worker.send(process.stdin, task(exec, "import os; os.system('echo shouted')"))
    worker.send(process.stdin, task(input))
    answers = [worker.receive(process.stdout) for _ in range(3)]
    assert [worker.opened(found) for found in answers[:2]] == [None, None]
    with pytest.raises(EOFError):
        worker.opened(answers[2])
    _, err = process.communicate(timeout=30)  # closes its pipe: it leaves
    assert process.returncode == 0
    assert sorted(err.decode().split()) == ["printed", "shouted"]
