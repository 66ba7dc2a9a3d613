"""The layout of the graph: what a claim rests on stands to its left, and nothing is lost."""

from __future__ import annotations

import re
from itertools import combinations
from typing import TYPE_CHECKING

import pytest

from reports.graph import HEIGHT, WIDTH, Graph, depths, lay_out, layered
from verify.model import Verdict

if TYPE_CHECKING:
    from tests.reports.conftest import Factory

CHAIN = {"c": ("b",), "b": ("a",), "a": (), "d": ("a", "c")}


def graph_of(make: Factory, uses: dict[str, tuple[str, ...]]) -> Graph | None:
    return lay_out(make.outcome(*(make.result(make.claim(name, uses=names)) for name, names in uses.items())).results)


def test_depth_is_the_longest_way_down() -> None:
    assert depths(CHAIN) == {"a": 0, "b": 1, "c": 2, "d": 3}
    assert layered(CHAIN)[0][0] == "a"


@pytest.mark.parametrize("uses", [{"a": ("a",)}, {"a": ("b",), "b": ("a",)}, {"a": ("b",), "b": ("c",), "c": ("a",)}])
def test_a_circle_is_drawn_and_does_not_hang(make: Factory, uses: dict[str, tuple[str, ...]]) -> None:
    graph = graph_of(make, uses)
    assert graph is not None
    assert {node.id for node in graph.nodes} == set(uses)
    assert len(graph.edges) == sum(map(len, uses.values()))


def test_no_uses_no_graph(make: Factory) -> None:
    assert graph_of(make, {"a": (), "b": ()}) is None
    assert graph_of(make, {}) is None


def test_boxes_lie_inside_apart_and_right_of_what_they_use(make: Factory) -> None:
    uses = CHAIN | {"e": ("a",), "f": (), "g": (), "h": (), "i": (), "j": (), "k": ("elsewhere", "a", "a")}
    graph = graph_of(make, uses)
    assert graph is not None
    places = {node.id: (node.x, node.y) for node in graph.nodes}
    assert places.keys() == uses.keys() | {"elsewhere"}
    assert all(places[used][0] + WIDTH < places[user][0] for user, names in uses.items() for used in names)
    for x, y in places.values():
        assert 0 <= x <= graph.width - WIDTH
        assert 0 <= y <= graph.height - HEIGHT
    for (x, y), (other_x, other_y) in combinations(places.values(), 2):
        assert abs(x - other_x) >= WIDTH or abs(y - other_y) >= HEIGHT
    assert len(graph.edges) == sum(len(set(names)) for names in uses.values())


def test_claims_that_stand_alone_fill_rows_below(make: Factory) -> None:
    graph = graph_of(make, {"a": (), "b": ("a",), "c": (), "d": (), "e": ()})
    assert graph is not None
    rows = sorted({node.y for node in graph.nodes})
    assert len(rows) == 3
    assert [{node.id for node in graph.nodes if node.y == y} for y in rows] == [{"a", "b"}, {"c", "d"}, {"e"}]
    assert graph.height == rows[-1] + HEIGHT + rows[0]


def test_edges_join_their_boxes_and_avoid_the_others(make: Factory) -> None:
    graph = graph_of(make, CHAIN)
    assert graph is not None
    places = {node.id: (node.x, node.y) for node in graph.nodes}
    (long,) = [edge for edge in graph.edges if "H" in edge]  # a → d passes two layers
    numbers = [float(number) for number in re.findall(r"-?[\d.]+", long)]
    assert numbers[:2] == [places["a"][0] + WIDTH, places["a"][1] + HEIGHT / 2]
    assert numbers[-2:] == [places["d"][0], places["d"][1] + HEIGHT / 2]
    heights = {float(y) for y in re.findall(r"([\d.]+) H", long)}
    for name in ("b", "c"):
        assert all(not places[name][1] <= y <= places[name][1] + HEIGHT for y in heights)


def test_neighbours_are_ordered_to_cross_little() -> None:
    uses = {"a": (), "b": (), "x": ("b",), "y": ("a",)}
    first, second = layered(uses)
    assert [uses[str(name)][0] for name in second] == first


def test_nodes_carry_verdicts_titles_and_targets(make: Factory) -> None:
    refuted = make.result(make.claim("base"), evidence=(make.evidence(verdict=Verdict.REFUTED),))
    above = make.result(make.claim("a_claim_with_a_very_long_name_indeed", uses=("base", "elsewhere")))
    graph = lay_out(make.outcome(refuted, above).results)
    assert graph is not None
    nodes = {node.id: node for node in graph.nodes}
    assert (nodes["base"].own, nodes["base"].target) == (Verdict.REFUTED, "claim-base")
    long = nodes["a_claim_with_a_very_long_name_indeed"]
    assert (long.own, long.transitive) == (Verdict.VERIFIED, Verdict.REFUTED)
    assert long.name == "a_claim_with_a_very_long…"
    assert (nodes["elsewhere"].own, nodes["elsewhere"].target) == (Verdict.NOT_RUN, "")
