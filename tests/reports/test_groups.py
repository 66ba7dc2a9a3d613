"""Tables of evidence: compact, and nothing of it lost."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reports.groups import FOLD_ABOVE, Group, groups
from verify.model import Evidence, Point, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.tables import Table
    from tests.reports.conftest import Factory


def only(make: Factory, evidence: Sequence[Evidence], kind: str = "Mean") -> Group:
    claim = make.claim(checks=(make.check(evidence[0].check if evidence else "small widths", kind),))
    (group,) = groups(make.result(claim, evidence=evidence))
    return group


def headers(table: Table | None) -> list[str]:
    assert table is not None
    return [header for header, _ in table.headers]


def cells(table: Table | None) -> list[list[str]]:
    assert table is not None
    return [[cell.text or (cell.verdict.name if cell.verdict else "") for cell in row] for row in table.rows]


def test_what_all_rows_share_is_said_once(make: Factory) -> None:
    lines = [make.evidence(label=f"Θ_{j}{j}", setting=f"n={n}, T=5") for n in (8, 16) for j in range(2)]
    table = only(make, lines).lines
    assert table is not None
    assert table.shared == (
        ("setting", "T=5"),
        ("prediction", "1"),
        ("draws", "5120 (look 2)"),
        ("error rate α", "2.441·10⁻¹⁰"),
        ("resolution", "10% of 1"),
    )
    assert headers(table) == ["line", "setting", "verdict", "estimate", "interval", "share of the allowed"]
    assert cells(table)[2] == ["Θ_00", "n=16", "VERIFIED", "1.01", "[0.98, 1.04]", "0.5"]
    assert [row[0].remark for row in table.rows] == ["E Θ_00 = 1", "E Θ_11 = 1"] * 2


def test_what_differs_stays_in_the_rows(make: Factory) -> None:
    first, second = (make.evidence(label=label) for label in ("a", "b"))
    point = replace(second.points[0], prediction=2.0)
    line = replace(second.line, alpha=1e-3, resolution_text="5% of 2")
    second = replace(second, draws=64, look=1, setting="n=9", points=(point,), line=line)
    table = only(make, [first, second]).lines
    assert table is not None
    assert not table.shared
    assert cells(table)[1] == ["b", "n=9", "VERIFIED", "1.01", "2", "[0.98, 1.04]", "0.5", "64", "0.001", "5% of 2"]


def test_one_null_for_all_is_said_once_unless_it_is_the_title(make: Factory) -> None:
    lines = [make.evidence(line=make.line(label, null="one law")) for label in ("a", "b")]
    table = only(make, lines).lines
    assert table is not None
    assert table.shared[0] == ("null", "one law")
    assert [row[0].remark for row in table.rows] == ["", ""]
    titled = [replace(e, line=replace(e.line, null="title of small widths")) for e in lines]
    table = only(make, titled).lines
    assert table is not None
    assert "null" not in dict(table.shared)


def test_details_are_shown_where_numbers_do_not_say_it(make: Factory) -> None:
    good, bad = make.evidence(), make.evidence(label="b", verdict=Verdict.REFUTED)
    table = only(make, [good, bad]).lines
    assert table is not None
    assert [row[0].remark for row in table.rows] == ["E Θ_11 = 1", "E b = 1\n1.01 in [0.98, 1.04] against 1"]
    assert table.marks == (Verdict.VERIFIED, Verdict.REFUTED)


def test_distances_have_an_allowed_value_in_place_of_an_interval(make: Factory) -> None:
    point = Point(label="D", estimate=0.01, low=0.0, high=0.02, prediction=0.0)
    table = only(make, [make.evidence(points=(point,)), make.evidence(points=(replace(point, high=0.03),))]).lines
    assert headers(table)[2:5] == ["distance", "allowed", "share of the allowed"]
    assert [row[2:4] for row in cells(table)] == [["0.01", "0.02"], ["0.01", "0.03"]]


def test_settings_of_different_shape_are_left_as_they_are(make: Factory) -> None:
    table = only(make, [make.evidence(setting=setting) for setting in ("n=8, T=5", "n=8, k=5", "")]).lines
    assert [row[1] for row in cells(table)] == ["n=8, T=5", "n=8, k=5", ""]


def test_exact_lines_are_named_by_their_setting(make: Factory) -> None:
    points = [Point(label=f"cut {i}", estimate=0.1 * i, low=0.0, high=1.0, prediction=0.0) for i in range(3)]
    lines = [make.exact("hankel", "Agreement", points, setting=f"n={n}, T=6", margin=0.2) for n in (2, 9)]
    group = only(make, lines, "Agreement")
    assert headers(group.lines) == ["setting", "verdict", "share of the allowed"]
    assert [row[0] for row in cells(group.lines)] == ["n=2", "n=9"]
    assert group.lines is not None
    assert "draws" not in dict(group.lines.shared)
    assert [headers(points.table) for points in group.points] == [["comparison", "distance"]] * 2
    assert group.points[0].table is not None
    assert group.points[0].table.shared == (("allowed", "1"),)
    assert all(points.folded and not points.open and not points.told for points in group.points)


def test_a_proof_lists_its_statements_with_their_verdicts(make: Factory) -> None:
    points = [Point(label="a", detail="VERIFIED: 0 in QQ"), Point(label="b", detail="REFUTED: at j = 3 it is 1")]
    group = only(make, [make.exact("algebra", "Proof", points, verdict=Verdict.REFUTED)], "Proof")
    assert group.lines is None
    (shown,) = group.points
    assert headers(shown.table) == ["statement", "verdict", "detail"]
    assert cells(shown.table) == [["a", "VERIFIED", "0 in QQ"], ["b", "REFUTED", "at j = 3 it is 1"]]
    assert shown.table is not None
    assert shown.table.marks == (Verdict.VERIFIED, Verdict.REFUTED)
    assert shown.told
    assert shown.open
    assert not shown.folded
    plain = only(make, [make.exact("algebra", "Proof", [Point(label="a", detail="NOTE: x"), Point(label="b")])])
    assert cells(plain.points[0].table) == [["a", "NOTE: x"], ["b", ""]]


def test_folding_starts_above_twelve_and_opens_for_what_is_not_verified(make: Factory) -> None:
    lines = [make.evidence(label=str(i)) for i in range(FOLD_ABOVE + 1)]
    assert not only(make, lines[1:]).folded
    assert only(make, lines).folded
    assert not only(make, lines).open
    for verdict in set(Verdict) - {Verdict.VERIFIED, Verdict.MEASURED}:
        assert only(make, [*lines, make.evidence(verdict=verdict)]).open
    points = [Point(label=str(i), detail="x") for i in range(FOLD_ABOVE + 1)]
    assert only(make, [make.exact("algebra", "Proof", points)]).points[0].folded


def test_a_check_without_evidence_has_an_empty_group(make: Factory) -> None:
    group = only(make, [])
    assert (group.lines, group.points, group.verdicts) == (None, (), ())
