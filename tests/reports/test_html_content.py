"""What a reader finds on the page."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from verify.model import Point, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.reports.conftest import Element, Factory, Page
    from verify.pipeline import Outcome

    Read = Callable[[Outcome], Page]


def section(found: Page, claim: str) -> Element:
    return found.all("article", id=f"claim-{claim}")[0]


def words(text: str) -> str:
    return " ".join(text.split())


def test_the_summary_says_verdict_counts_profile_seed_and_time(page: Read, everything: Outcome) -> None:
    found = page(everything)
    summary = words(found.all("section", id="summary")[0].text)
    assert found.all("h1")[0].text == "The verification is broken for 1 of 6 claims"
    assert "52 lines of evidence: !1 error ✗2 refuted ?1 inconclusive ✓47 verified –1 not run" in summary
    assert "3 of 6 rivals fell, 1 was not run." in summary
    assert "Profile quick Seed 7 Time 1 min 15 s" in summary


def test_the_table_of_claims_has_icon_and_word_own_and_transitive(page: Read, everything: Outcome) -> None:
    found = page(everything)
    (table,) = found.all("table", class_="claims")
    rows = [words(row.text) for row in found.inside(table, "tr")]
    assert rows[1] == "✓verified Grams can be drawn without W [E] Theorem 1, (20) ✓verified 31 2 of 2"
    assert rows[3] == "?inconclusive The factors decay [E] Theorem 1, (20) ✗refuted 1 0 of 0"
    starts = ("✓verified", "✗refuted", "?inconclusive", "○powerless", "!error", "–not run")
    assert all(row.startswith(start) for row, start in zip(rows[1:], starts, strict=True))


def test_findings_stand_before_the_claims_with_their_counterexample(page: Read, everything: Outcome) -> None:
    found = page(everything)
    order = [e.text for e in found.all("h2")]
    assert order[:3] == ["Findings about the papers", "The claims", "What rests on what"]
    (box,) = found.all("section", id="findings")
    assert "false for small lags" in box.text
    assert "Counterexample" in box.text
    assert "ρ0 = 2 < ρ1 = 2.8" in box.text
    assert box.text.count("Counterexample") == 1  # the second finding has none


def test_a_partial_run_is_marked_loudly(page: Read, everything: Outcome) -> None:
    assert not page(everything).all("p", class_="partial")
    found = page(replace(everything, interrupted=True))
    assert found.all("p", class_="partial")[0].text.startswith("Partial.")
    assert found.all("title")[0].text.startswith("Partial: the run was interrupted")


def test_the_section_of_a_claim_is_complete(page: Read, everything: Outcome) -> None:
    found = page(everything)
    article = section(found, "sampler")
    text = words(article.text)
    for wanted in (
        "[E] Theorem 1, (20)", "What sampler says: ρj in short.", "Assumes W has independent Gaussian entries",
        "Condition on what was seen", "a = b", "Share of what chance allows", "title of one law", "30 verified",
        "why untied weights is false", "Took 1.2 s of work",
        "python -m verify run sampler --profile quick --seed 7",
    ):  # fmt: skip
        assert wanted in text, wanted
    assert len(found.inside(article, "math")) == 2  # the statement and one step
    decay = words(section(found, "decay").text)
    assert "The kernel tends to ρj ✗refuted" in decay
    assert "elsewhere –not in this run" in words(section(found, "untouched").text)
    assert "What was not shown Θ11: beyond quick" in words(section(found, "untouched").text)
    assert "What was not shown" not in text


def test_all_lines_are_there_and_folding_hides_only_what_is_verified(page: Read, everything: Outcome) -> None:
    found = page(everything)
    folded = {found.inside(e, "h4")[0].text: e for e in found.all("details", class_="check")}
    assert folded.keys() == {"title of one law", "title of small widths"}
    assert "open" not in folded["title of one law"].attributes
    assert "open" in folded["title of small widths"].attributes
    for details, lines in zip(folded.values(), (30, 15), strict=True):
        assert len(found.inside(details, "tr")) == 1 + lines
    (bad,) = [e for e in found.inside(folded["title of small widths"], "tr") if "mark" in e.attributes.get("class", "")]
    assert "✗refuted" in bad.text
    assert "4.9 in [4.7, 5.1] against 6" in bad.text
    assert "--share:100%" in found.source


def test_points_of_exact_checks_are_tables(page: Read, everything: Outcome) -> None:
    found = page(everything)
    proof = words(section(found, "sampler").text)
    assert "P is a projection ✓verified normal form 0 in QQ<A, X>" in proof
    (points,) = found.all("details", class_="points")
    assert "case=0: 15 numbers" in points.text
    assert len(found.inside(points, "tr")) == 16
    assert "open" not in points.attributes


def test_many_statements_are_folded_and_open_when_one_is_false(page: Read, make: Factory) -> None:
    points = [Point(label=f"lag {j}", detail="VERIFIED: 0 in QQ") for j in range(20)]
    for verdict in (Verdict.VERIFIED, Verdict.REFUTED):
        claim = make.claim(checks=(make.check("algebra", "Proof"),))
        evidence = make.exact("algebra", "Proof", points, verdict=verdict, detail="lag 3: at x = 1 it is 2")
        found = page(make.outcome(make.result(claim, evidence=(evidence,))))
        (details,) = found.all("details")
        assert ("open" in details.attributes) == (verdict is Verdict.REFUTED)
        assert ("lag 3: at x = 1 it is 2" in found.source) == (verdict is Verdict.REFUTED)


@pytest.mark.parametrize(
    ("verdict", "shown"),
    [
        (Verdict.REFUTED, "✓fell"),
        (Verdict.INCONCLUSIVE, "○survived undecided"),
        (Verdict.VERIFIED, "!was accepted"),
        (Verdict.ERROR, "!error"),
        (Verdict.NOT_RUN, "–not run"),
    ],
)
def test_the_matrix_shows_a_rival_in_the_column_of_its_check(
    page: Read, make: Factory, verdict: Verdict, shown: str
) -> None:
    claim = make.claim(checks=(make.check("first"), make.check("second"), make.check("third")))
    result = make.result(claim, controls=(make.control("rival", "second", verdict),))
    found = page(make.outcome(result))
    (matrix,) = found.all("table", class_="matrix")
    header, row = found.inside(matrix, "tr")
    assert [e.text for e in found.elements if e.tag == "th" and e.path[-1] is header] == [
        "rival",
        "first",
        "second",
        "third",
    ]
    assert [e.text for e in found.elements if e.tag == "td" and e.path[-1] is row] == ["·", shown, "·"]
    assert "why rival is false" in row.text
    assert "rival was seen" in row.text


def test_checks_without_evidence_or_rival_say_so(page: Read, everything: Outcome) -> None:
    found = page(everything)
    assert "title of dense" in section(found, "limit").text
    assert "–not in this run" in section(found, "limit").text
    assert "nobody has seen these checks fail" in section(found, "decay").text


def test_a_figure_without_points_is_a_sentence(page: Read, everything: Outcome) -> None:
    captions = [words(e.text) for e in page(everything).all("figcaption")]
    assert "No dense point There is nothing to draw: no line of this check was judged in this run." in captions
    assert any("1 point without a finite value cannot be drawn." in caption for caption in captions)


def test_the_graph_links_to_the_sections_and_shows_both_verdicts(page: Read, everything: Outcome) -> None:
    found = page(everything)
    (svg,) = found.all("svg", role="group")
    targets = {e.attributes["href"] for e in found.inside(svg, "a")}
    assert targets == {f"#claim-{result.claim.id}" for result in everything.results}
    nodes = {words(e.text).split(": ")[0]: words(e.text) for e in found.inside(svg, "g", class_="node")}
    assert "inconclusive all it uses: ✗ refuted" in nodes["The factors decay"]
    assert "all it uses: " not in nodes["A weak check"].removeprefix("A weak check: powerless; with all it uses: ")
    assert "not in this run" in nodes["not part of this run"]


def test_one_statement_needs_no_table(page: Read, make: Factory) -> None:
    point = Point(label="zero", detail="VERIFIED: normal form 0")
    claim = make.claim(checks=(make.check("algebra", "Proof"),))
    found = page(
        make.outcome(make.result(claim, evidence=(make.exact("algebra", "Proof", [point], detail="zero: 0"),)))
    )
    article = section(found, "theorem_1")
    assert not found.inside(article, "table")
    assert "zero: 0" in article.text


def test_a_claim_may_have_an_id_of_any_letters(page: Read, make: Factory) -> None:
    found = page(make.outcome(make.result(make.claim("π: a-b")), make.result(make.claim("π: a", uses=("π: a-b",)))))
    ids = [e.attributes["id"] for e in found.all("article")]
    assert ids == ["claim-~3c0~~3a~~20~a~2d~b", "claim-~3c0~~3a~~20~a"]
    assert {e.attributes["href"] for e in found.inside(found.all("svg")[0], "a")} == {f"#{name}" for name in ids}


def test_the_papers_of_the_run_are_spelled_out_once(make: Factory, page: Read) -> None:
    text = page(make.outcome(make.result(), make.result(make.claim("other")))).source
    assert text.count("Implicit Bias of Linear RNNs") == 1
    assert "Low Dimensional State Spaces" not in text
