"""The only file that knows how the graph of claims is laid out: what a claim rests on stands to its left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from reports.words import anchor
from verify.model import Result, Verdict

__all__ = ["Graph", "Node", "depths", "lay_out", "layered"]

WIDTH, HEIGHT = 226, 58  # of a box, in pixels at full size
GAP_X, GAP_Y = 52, 16
MARGIN = 8
SWEEPS = 8  # chosen: the order in graphs of forty claims no longer changes after a few
LONGEST = 25  # characters of a name that fit into a box

# A claim, or the place at which an edge (used claim, user) passes through a layer between them.
Key = str | tuple[str, str, int]
Uses = Mapping[str, Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class Node:
    """A claim: where its box stands, and the section it leads to ("" for a claim outside this run)."""

    id: str
    x: float
    y: float
    name: str
    title: str
    own: Verdict
    transitive: Verdict
    target: str


@dataclass(frozen=True, kw_only=True)
class Graph:
    """All that is drawn; `edges` are SVG paths from a claim to those that rest on it."""

    width: float
    height: float
    nodes: tuple[Node, ...]
    edges: tuple[str, ...]
    node_width: int = WIDTH
    node_height: int = HEIGHT


def lay_out(results: Sequence[Result]) -> Graph | None:
    """The graph of `claim.uses`, used claims outside the run included; None where nothing uses anything.

    Claims that neither use nor are used stand in rows below.
    """
    uses = {result.claim.id: result.claim.uses for result in results}
    if not any(uses.values()):
        return None
    used = {name for names in uses.values() for name in names}
    alone = [name for name, names in uses.items() if not names and name not in used]
    layers = layered({name: names for name, names in uses.items() if name not in alone})
    deepest = max(len(layer) for layer in layers)
    places: dict[Key, tuple[float, float]] = {
        key: _place(column, row + (deepest - len(layer)) / 2)
        for column, layer in enumerate(layers)
        for row, key in enumerate(layer)
    }
    places |= {name: _place(i % len(layers), deepest + i // len(layers)) for i, name in enumerate(alone)}
    known = {result.claim.id: result for result in results}
    rows = deepest + -(-len(alone) // len(layers))
    return Graph(
        width=2 * MARGIN + len(layers) * (WIDTH + GAP_X) - GAP_X,
        height=2 * MARGIN + rows * (HEIGHT + GAP_Y) - GAP_Y,
        nodes=tuple(_node(key, known.get(key), *place) for key, place in places.items() if isinstance(key, str)),
        edges=tuple(_path([places[key] for key in route]) for route in _routes(uses, places)),
    )


def depths(uses: Uses) -> dict[str, int]:
    """The longest way down to a claim that uses nothing; an edge that closes a circle does not count."""
    found: dict[str, int] = {}

    def depth(name: str, above: frozenset[str]) -> int:
        if name not in found:
            below = [depth(other, above | {name}) for other in uses.get(name, ()) if other not in above | {name}]
            found[name] = 1 + max(below, default=-1)
        return found[name]

    for name in uses:
        depth(name, frozenset())
    return found


def layered(uses: Uses) -> list[list[Key]]:
    """Layers of claims and of passages of long edges, each ordered by where its neighbours stand."""
    depth = depths(uses)
    layers: list[list[Key]] = [[] for _ in range(1 + max(depth.values()))]
    for name, column in depth.items():
        layers[column].append(name)
    beside: dict[Key, list[Key]] = {}
    for user, names in uses.items():
        for used in dict.fromkeys(names):
            route: list[Key] = [used, *((used, user, i) for i in range(depth[used] + 1, depth[user])), user]
            for left, right in pairwise(route):
                beside.setdefault(left, []).append(right)
                beside.setdefault(right, []).append(left)
            for column, passage in enumerate(route[1:-1], start=depth[used] + 1):
                layers[column].append(passage)
    for sweep in range(SWEEPS):
        _sort_by_neighbours(layers if sweep % 2 == 0 else layers[::-1], beside)
    return layers


def _sort_by_neighbours(layers: Sequence[list[Key]], beside: Mapping[Key, Sequence[Key]]) -> None:
    """Order each layer after the first by the mean place of its neighbours in the layer before."""
    for before, layer in pairwise(layers):
        place = {key: (row - len(before) / 2) for row, key in enumerate(before)}
        now = {key: (row - len(layer) / 2) for row, key in enumerate(layer)}
        means = {}
        for key in layer:
            found = [place[other] for other in beside.get(key, ()) if other in place]
            means[key] = sum(found) / len(found) if found else now[key]
        layer.sort(key=means.__getitem__)


def _routes(uses: Uses, places: Mapping[Key, object]) -> list[list[Key]]:
    """Each edge with the passages it goes through."""
    return [
        [used, *sorted(k for k in places if isinstance(k, tuple) and k[:2] == (used, user)), user]
        for user, names in uses.items()
        for used in dict.fromkeys(names)
    ]


def _place(column: float, row: float) -> tuple[float, float]:
    return MARGIN + column * (WIDTH + GAP_X), MARGIN + row * (HEIGHT + GAP_Y)


def _node(name: str, result: Result | None, x: float, y: float) -> Node:
    short = name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
    return Node(
        id=name,
        x=x,
        y=y,
        name=short,
        title=result.claim.title if result else "not part of this run",
        own=result.verdict if result else Verdict.NOT_RUN,
        transitive=result.transitive if result else Verdict.NOT_RUN,
        target=anchor("claim", name) if result else "",
    )


def _path(corners: Sequence[tuple[float, float]]) -> str:
    """A smooth curve from the right side of the first box to the left side of the last, level at every passage."""
    x, y = corners[0][0] + WIDTH, corners[0][1] + HEIGHT / 2
    path = f"M{x:g} {y:g}"
    for corner_x, corner_y in corners[1:]:
        next_y = corner_y + HEIGHT / 2
        half = (corner_x - x) / 2
        path += f" C{x + half:g} {y:g} {corner_x - half:g} {next_y:g} {corner_x:g} {next_y:g}"
        if (corner_x, corner_y) != corners[-1]:
            path += f" H{corner_x + WIDTH:g}"
        x, y = corner_x + WIDTH, next_y
    return path
