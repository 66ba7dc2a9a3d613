"""What the documents tell users to type is what continuous integration runs, and the example in them works."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def block(text: str, mark: str) -> str:
    """The fenced block that follows <!-- mark -->."""
    found = re.search(rf"<!-- {mark} -->\n```\w+\n(.*?)```", text, flags=re.DOTALL)
    assert found, mark
    return found[1]


@pytest.mark.parametrize("mark", ["main", "tests"])
def test_ci_runs_the_commands_of_the_readme(mark: str) -> None:
    command = block((ROOT / "README.md").read_text(), mark).strip()
    assert "\n" not in command
    script = (ROOT / ".ci" / "run").read_text()
    assert f'"$(readme {mark})"' in script
    shown = subprocess.run(
        ["bash", "-c", re.search(r"^readme\(\).*$", script, flags=re.MULTILINE)[0] + f"\nreadme {mark}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout.strip() == command


def test_the_commands_name_extras_that_exist() -> None:
    assert ".venv/bin/pip install -q -e . &&" in block((ROOT / "README.md").read_text(), "main")
    assert "'.[test]'" in block((ROOT / "README.md").read_text(), "tests")
    assert re.search(r"^test = \[", (ROOT / "pyproject.toml").read_text(), flags=re.MULTILINE)


def test_every_claim_is_in_the_readme() -> None:
    listed = set(re.findall(r"^\| `(\w+)` \|", (ROOT / "README.md").read_text(), flags=re.MULTILINE))
    folders = (ROOT / "verify" / "claims", ROOT / "verify" / "experiments")
    assert listed == {path.stem for folder in folders for path in folder.glob("[a-z]*.py")}


def test_the_claim_in_contributing_is_verified_and_its_rivals_fall(tmp_path: Path) -> None:
    claim = tmp_path / "gram_at_lag_two.py"
    claim.write_text(block((ROOT / "CONTRIBUTING.md").read_text(), "claim"))
    command = [
        sys.executable,
        "-m",
        "verify",
        "run",
        str(claim),
        "--profile",
        "quick",
        "--jobs",
        "1",
        "--format",
        "json",
    ]
    finished = subprocess.run(
        [*command, "--out", str(tmp_path / "out")],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    (result,) = json.loads((tmp_path / "out" / "report.json").read_text())["result"]["claims"]
    assert result["verdict"] == "VERIFIED"
    assert [control["verdict"] for control in result["controls"]] == ["REFUTED", "REFUTED"]


def test_the_library_example_runs() -> None:
    text = (ROOT / "README.md").read_text()
    code = re.search(r"```python\n(.*?)```", text, flags=re.DOTALL)[1]
    names: dict[str, object] = {}
    exec(code, names)  # the example of the README, as a reader would run it
    assert names["theta"].shape == (256, 8, 8, 1, 1)
