"""`Measurement` shows what was drawn, judges nothing, and is kept out of claims."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from numeric.streams import BLOCK, stream
from verify import registry
from verify.checks import Measurement, Series
from verify.model import ClaimError, Config, Evidence, Setting, Verdict

X = (0.0, 1.0, 4.0)


def sample(setting: Setting, rngs: Sequence[np.random.Generator]) -> Mapping[str, Any]:
    noise = np.concatenate([rng.standard_normal((BLOCK, len(X))) for rng in rngs])
    return {"decay": np.exp(-np.array(X) / setting["n"] + 0.1 * noise)}


def lines(setting: Setting) -> list[Series]:
    return [Series(label="decay", what="it decays", over="step", x=X, scale=1e-3, at={"n": setting["n"]})]


def measurement(**fields: Any) -> Measurement:  # noqa: ANN401 — fields of a check
    usual = {
        "name": "m", "title": "t", "settings": (Setting(n=2),), "lines": lines, "sample": sample, "microseconds": 1.0,
        "draws": {"quick": 40, "standard": 128, "full": 300},
    }  # fmt: skip
    return Measurement(**usual | fields)


def measured(check: Measurement, profile: str) -> Evidence:
    (family,) = check.plan("e", None, Config(profile=profile))
    blocks = family.blocks(1)

    def observed(first: int, last: int) -> Any:  # noqa: ANN401 — nested lists of integers
        return check.observe(family, [stream(0, *family.key, block) for block in range(first, last)])["decay"]

    whole = observed(0, blocks)
    halves = [observed(first, last) for first, last in ((0, 1), (1, blocks)) if last > first]
    np.testing.assert_array_equal(whole, np.sum(halves, axis=0))  # whatever the tasks
    found = check.judge(family, family.lines[0], whole, 1)
    assert found is not None
    return found


@pytest.mark.parametrize(("profile", "draws"), [("quick", 64), ("standard", 128), ("full", 320)])
def test_every_place_has_its_median_its_limits_and_its_band(profile: str, draws: int) -> None:
    found = measured(measurement(), profile)
    assert found.verdict is Verdict.MEASURED
    assert found.draws == draws
    assert [point.at for point in found.points] == [{"n": 2, "step": x} for x in X]
    for point in found.points:
        truth = np.exp(-point.at["step"] / 2)
        assert point.low < point.estimate < point.high
        assert point.quantiles[0] < point.low < point.high < point.quantiles[2]
        np.testing.assert_allclose(np.array(point.quantiles) / truth, np.exp([-0.16, 0.0, 0.16]), rtol=0.1)


def test_another_number_of_places_is_an_error_that_names_the_series() -> None:
    check = measurement(sample=lambda _setting, rngs: {"decay": np.ones((BLOCK * len(rngs), 2))})
    (family,) = check.plan("e", None, Config(profile="quick"))
    with pytest.raises(ValueError, match="decay: 2 values a draw for 3 places of x"):
        check.observe(family, [stream(0)])


def test_a_setting_beyond_the_profile_is_skipped() -> None:
    check = measurement(settings=(Setting(n=2), Setting(n=3)), profiles={Setting(n=3): ("full",)})
    first, second = check.plan("e", None, Config(profile="quick"))
    assert not first.skip
    assert "covered by full" in second.skip


FILE = """
from verify.checks import Measurement, Proof
from verify.model import Claim, Experiment, Setting, Source

CLAIM = {noun}(
    id="{name}", title="t", summary="s.", source=Source("E", "Figure 1"), {more}
    checks=({check}),
)
"""
MEASURED = (
    'Measurement(name="m", title="t", settings=(Setting(n=1),), lines=None, sample=None, microseconds=1.0, draws={}),'
)
PROVED = 'Proof(name="p", title="t", prove=None),'


@pytest.mark.parametrize(
    ("noun", "check", "more"),
    [("Claim", MEASURED, 'statement="x", plain="x", controls=(),'), ("Experiment", PROVED + MEASURED, "")],
)
def test_claims_judge_and_experiments_do_not(tmp_path: Path, noun: str, check: str, more: str) -> None:
    path = tmp_path / f"mixed_{noun.lower()}.py"
    path.write_text(FILE.format(noun=noun, name=path.stem, check=check, more=more))
    with pytest.raises(ClaimError, match="an Experiment has Measurements only, and a Claim none"):
        registry.load(str(path))


def test_an_experiment_of_measurements_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "pure.py"
    path.write_text(FILE.format(noun="Experiment", name="pure", check=MEASURED, more=""))
    assert registry.load(str(path)).id == "pure"
