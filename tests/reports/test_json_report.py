"""report.json: strict, complete, and `result` the same bytes for the same evidence."""

from __future__ import annotations

import copy
import json
import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator

import reports
from reports import json_report
from verify.model import Config, Point, Verdict

if TYPE_CHECKING:
    from tests.reports.conftest import Factory
    from verify.pipeline import Outcome

SCHEMA = json.loads((Path(reports.__file__).parent / "schema" / "report-1.schema.json").read_text(encoding="utf-8"))


@pytest.fixture
def report(everything: Outcome, config: Config, run: dict[str, Any]) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(json_report.render(everything, config, run))
    return loaded


def is_valid(document: object) -> bool:
    return Draft202012Validator(SCHEMA).is_valid(document)


def test_the_schema_is_one_and_closes_every_object() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["properties"]["schema"] == {"const": json_report.SCHEMA}

    def objects(node: object) -> list[dict[str, Any]]:
        inner = list(node.values()) if isinstance(node, dict) else node if isinstance(node, list) else []
        found = [node] if isinstance(node, dict) and node.get("type") == "object" else []
        return found + [one for child in inner for one in objects(child)]

    for found in objects(SCHEMA):
        assert "additionalProperties" in found
        assert found["additionalProperties"] is not True
        if found["additionalProperties"] is False:
            assert found["required"] == sorted(found["properties"])


def test_keys_are_sorted(everything: Outcome, config: Config, run: dict[str, Any]) -> None:
    text = json_report.render(everything, config, run)
    assert list(json.loads(text)) == ["result", "run", "schema"]
    assert list(json.loads(text)["result"]["claims"][0])[:3] == ["assumptions", "checks", "controls"]


def test_reports_obey_the_schema(report: dict[str, Any], make: Factory, config: Config, run: dict[str, Any]) -> None:
    assert is_valid(report)
    for outcome in (make.outcome(), make.outcome(interrupted=True)):
        assert is_valid(json.loads(json_report.render(outcome, config, run)))


PLACES: list[tuple[Any, ...]] = [
    (),
    ("result",),
    ("run",),
    ("result", "claims", 1),
    ("result", "claims", 1, "source"),
    ("result", "claims", 1, "checks", 0),
    ("result", "claims", 1, "evidence", 0),
    ("result", "claims", 1, "evidence", 0, "line"),
    ("result", "claims", 1, "evidence", 0, "points", 0),
    ("result", "claims", 1, "controls", 0),
    ("result", "claims", 1, "figures", 0),
    ("result", "claims", 1, "figures", 0, "curves", 0),
    ("result", "claims", 0, "derivation", 0),
    ("result", "claims", 2, "findings", 0),
]


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_a_missing_and_an_unknown_field_are_refused(report: dict[str, Any], place: tuple[Any, ...]) -> None:
    def at(document: Any) -> dict[str, Any]:  # noqa: ANN401
        for step in place:
            document = document[step]
        return document  # type: ignore[no-any-return]

    for field in at(report):
        mutated = copy.deepcopy(report)
        del at(mutated)[field]
        assert not is_valid(mutated), field
        mutated = copy.deepcopy(report)
        at(mutated)[field] = {"of": {"another": "kind"}}
        assert not is_valid(mutated), field
    mutated = copy.deepcopy(report)
    at(mutated)["unknown"] = 1
    assert not is_valid(mutated)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("schema",), "report-2"),
        (("result", "verdict"), "PROVED"),
        (("result", "exit_code"), 2),
        (("result", "seed"), -1),
        (("result", "profile"), "slow"),
        (("run", "finished"), "yesterday"),
        (("run", "commit"), "/home/x"),
        (("result", "claims", 1, "evidence", 0, "margin"), "1.0"),
        (("result", "claims", 1, "evidence", 0, "points", 0, "quantiles"), [1.0, 2.0]),
    ],
)
def test_a_wrong_value_is_refused(report: dict[str, Any], place: tuple[Any, ...], value: object) -> None:
    inner: Any = report
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    assert not is_valid(report)


def test_result_is_equal_bytes_whatever_the_machine_and_the_time(everything: Outcome, run: dict[str, Any]) -> None:
    later = replace(everything, seconds=1.0, results=tuple(replace(r, seconds=9.0) for r in everything.results))
    texts = [
        json.dumps(json_report.result_of(outcome, Config(profile="quick", seed=7, jobs=jobs, watchdog=watchdog)))
        for outcome, jobs, watchdog in ((everything, 1, 1.0), (later, 8, 2.0))
    ]
    assert texts[0] == texts[1]
    first, second = (json_report.document(o, Config(profile="quick", seed=7), run) for o in (everything, later))
    assert first["run"] != second["run"]
    assert not [name for name in ("arguments", "os", "started", "seconds") if f'"{name}"' in texts[0]]


def test_result_holds_every_line_point_rival_and_finding(report: dict[str, Any], everything: Outcome) -> None:
    for told, result in zip(report["result"]["claims"], everything.results, strict=True):
        assert told["id"] == result.claim.id
        assert told["verdict"] == result.verdict.name
        assert told["transitive"] == result.transitive.name
        assert [e["line"]["label"] for e in told["evidence"]] == [e.line.label for e in result.evidence]
        assert [len(e["points"]) for e in told["evidence"]] == [len(e.points) for e in result.evidence]
        assert [c["name"] for c in told["controls"]] == [c.name for c in result.controls]
        assert all(c["evidence"] and c["why"] for c in told["controls"])
        assert [f["text"] for f in told["findings"]] == [f.text for f in result.findings]
        assert (told["uses"], told["not_shown"]) == (list(result.claim.uses), list(result.not_shown))
        assert [len(f["curves"]) for f in told["figures"]] == [len(curves) for curves in result.curves]
    assert report["result"]["claims"][1]["figures"][0]["curves"][1]["y"] == [1.0, "Infinity"]
    assert report["result"]["claims"][4]["evidence"][1]["margin"] == "Infinity"


def test_exit_codes_and_partial(everything: Outcome, make: Factory, config: Config) -> None:
    assert json_report.result_of(everything, config)["exit_code"] == 4
    stopped = json_report.result_of(replace(everything, interrupted=True), config)
    assert (stopped["exit_code"], stopped["partial"]) == (130, True)
    skipped = make.result(evidence=(make.evidence(), make.evidence(verdict=Verdict.NOT_RUN)))
    told = json_report.result_of(make.outcome(skipped), config)
    assert (told["exit_code"], told["exit_code_strict"], told["partial"]) == (0, 3, False)
    assert json_report.result_of(make.outcome(), config)["exit_code"] == 5


def test_numbers_read_back_as_themselves(make: Factory, config: Config, run: dict[str, Any]) -> None:
    values = [0.1 + 0.2, np.float64(1 / 3), np.float32(0.1), np.int64(7), 10**10, math.inf, -math.inf, math.nan]
    points = tuple(Point(label="x", estimate=value, at={"n": value}) for value in values)
    text = json_report.render(make.outcome(make.result(evidence=(make.evidence(points=points),))), config, run)
    told = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    read = [point["estimate"] for point in told["result"]["claims"][0]["evidence"][0]["points"]]
    expected = [0.1 + 0.2, 1 / 3, float(np.float32(0.1)), 7, 10**10, "Infinity", "-Infinity", "NaN"]
    assert read == expected
    assert is_valid(told)


def test_what_is_no_number_is_refused_by_name(make: Factory, config: Config, run: dict[str, Any]) -> None:
    odd: Any = "1.0"
    point = Point(label="x", estimate=odd)
    outcome = make.outcome(make.result(evidence=(make.evidence(points=(point,)),)))
    with pytest.raises(TypeError, match=r"not '1\.0'; make it a float"):
        json_report.render(outcome, config, run)
