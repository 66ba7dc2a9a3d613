"""The page as a document: well formed, alone in the world, reachable, the same every time."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from reports import html

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.reports.conftest import Factory, Page
    from verify.model import Config
    from verify.pipeline import Outcome

    Read = Callable[[Outcome], Page]


def test_ids_are_unique_and_every_internal_link_resolves(page: Read, everything: Outcome) -> None:
    found = page(everything)
    ids = Counter(e.attributes["id"] for e in found.elements if "id" in e.attributes)
    assert ids
    assert not [name for name, count in ids.items() if count > 1]
    links = [e.attributes["href"] for e in found.elements if "href" in e.attributes]
    named = [name for e in found.elements for name in e.attributes.get("aria-labelledby", "").split()]
    used = re.findall(r"url\(([^)]*)\)", found.source)
    assert links
    assert named
    assert used
    assert all(link.startswith("#") for link in [*links, *used])
    assert not {unquote(link[1:]) for link in [*links, *used]} - set(ids)
    assert not set(named) - set(ids)


def test_nothing_is_loaded_and_nothing_runs(page: Read, everything: Outcome) -> None:
    found = page(everything)
    assert not re.findall(r"https?:|//[a-z]|@import|data:", found.source)
    assert not {"script", "link", "img", "iframe", "object", "embed", "base", "form"} & {e.tag for e in found.elements}
    assert not [name for e in found.elements for name in e.attributes if name.startswith("on") or name == "src"]
    (policy,) = found.all("meta", **{"http-equiv": "Content-Security-Policy"})
    assert policy.attributes["content"] == "default-src 'none'; style-src 'unsafe-inline'"


def test_every_svg_has_a_name_and_only_one_with_links_is_no_image(page: Read, everything: Outcome) -> None:
    found = page(everything)
    pictures = found.all("svg")
    assert len(pictures) == 1 + 4  # the graph; the fifth figure has no points
    for svg in pictures:
        children = [e for e in found.elements if e.path and e.path[-1] is svg]
        assert children[0].tag == "title"
        assert children[0].text
        assert svg.attributes["aria-labelledby"].split()[0] == children[0].attributes["id"]
        assert svg.attributes["role"] == ("group" if found.inside(svg, "a") else "img")


def test_language_skip_link_and_headings_in_order(page: Read, everything: Outcome) -> None:
    found = page(everything)
    assert found.all("html")[0].attributes["lang"] == "en"
    assert found.all("a")[0].attributes == {"class": "skip", "href": "#summary"}
    levels = [int(e.tag[1]) for e in found.elements if re.fullmatch("h[1-6]", e.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert set(levels) == {1, 2, 3, 4}


def test_every_table_has_scoped_headers_and_its_own_box_to_scroll(page: Read, everything: Outcome) -> None:
    found = page(everything)
    tables = found.all("table")
    assert len(tables) > 10
    for table in tables:
        assert "scroll" in table.path[-1].attributes["class"]
        assert table.path[-1].attributes["tabindex"] == "0"
        assert table.path[-1].attributes["aria-label"]
        assert all(e.attributes.get("scope") in ("col", "row") for e in found.inside(table, "th"))
        rows = found.inside(table, "tr")
        cells = [len([e for e in found.elements if e.tag in ("td", "th") and e.path[-1] is row]) for row in rows]
        assert len(set(cells)) == 1


def test_both_themes_and_print_are_styled(page: Read, everything: Outcome) -> None:
    (style,) = page(everything).all("style")
    for wanted in ("prefers-color-scheme: dark", "@media print", "details::details-content", "overflow-x: auto"):
        assert wanted in style.text


def test_equal_outcomes_give_equal_bytes(everything: Outcome, config: Config, run: dict[str, Any]) -> None:
    assert html.render(everything, config, run) == html.render(everything, config, run)


@pytest.mark.parametrize("interrupted", [False, True])
def test_a_run_without_claims_is_a_page_too(page: Read, make: Factory, *, interrupted: bool) -> None:
    found = page(make.outcome(interrupted=interrupted))
    assert "othing was judged" in found.all("h1")[0].text
    assert "No claim was selected." in found.source
    assert not found.all("svg")
