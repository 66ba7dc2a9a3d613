"""The suite itself: every law has teeth and stands in the README, and a simulator of one's own can be named."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.laws import conftest, profiles

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
LAWS = sorted(path for path in HERE.glob("test_*.py") if path != Path(__file__).resolve())

MINE = """
from numeric import krylov
from numeric.grams import Grams

sample_grams = krylov.sample_grams


def of_another_network(**sizes):
    grams, other = krylov.sample_grams(**sizes), krylov.sample_grams(**sizes)
    return Grams(n=grams.n, right=grams.right, left=other.left, impulse=grams.impulse)
"""


def run(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Pytest on one law, with a module of the user's on the path."""
    (tmp_path / "mine.py").write_text(MINE)
    paths = os.pathsep.join([str(tmp_path), str(ROOT)])
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("path", LAWS, ids=lambda path: path.stem)
def test_every_law_has_teeth_and_says_what_it_is(path: Path) -> None:
    text = path.read_text()
    assert re.search(r"^def test_\w*fails_\w+\(", text, flags=re.MULTILINE), "no test breaks it"
    assert re.match(r'"""[A-Z][^\n]+: |"""W_2 is', text), "the first line names the law and states it"
    assert re.search(r"Source|No tolerance|Tolerance|Allowed", text.split('"""')[1])


def test_the_readme_lists_every_law() -> None:
    listed = re.findall(r"\| `(test_\w+\.py)` \|", (HERE / "README.md").read_text())
    assert sorted(listed) == [path.name for path in LAWS]


def test_deep_is_twenty_times_ci() -> None:
    assert profiles.PROFILES["deep"].max_examples == 20 * profiles.PROFILES["ci"].max_examples
    assert profiles.PROFILES["ci"].derandomize


def test_a_simulator_of_ones_own(tmp_path: Path) -> None:
    """A right one passes and a wrong one fails, in one run of the law that ties its outputs together."""
    both = ["--sampler", "mine:sample_grams", "--sampler", "mine:of_another_network"]
    finished = run(tmp_path, "tests/laws/test_hankel.py", "-k", "mine", *both)
    assert finished.returncode == 1, finished.stdout + finished.stderr
    assert "1 failed, 1 passed" in finished.stdout
    assert "test_every_draw_of_a_simulator_fits_together[mine:of_another_network]" in finished.stdout


@pytest.mark.parametrize("name", ["numeric.krylov", "numeric.krylov:nothing", "nowhere:sample_grams", ":sample_grams"])
def test_a_name_that_leads_nowhere_is_explained(name: str) -> None:
    with pytest.raises(pytest.UsageError, match=r"Write package.module:function, such as numeric.krylov:sample_grams"):
        conftest._load(name)


def test_an_unknown_profile_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HYPOTHESIS_PROFILE", "enormous")
    with pytest.raises(pytest.UsageError, match="HYPOTHESIS_PROFILE='enormous' is no profile of the laws: ci, deep"):
        profiles.law(test_deep_is_twenty_times_ci)
