"""The only file that typesets plain formulas inside sentences: `ρ_j`, `ν_W^(j−1)`, `10^6`."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

__all__ = ["prose", "split_scripts"]

# A subscript follows one or two letters or a closing bracket and is short: `nu_w` is typeset, `same_map` is not.
GROUP = r"\((?:[^()]|\([^()]*\))+\)|\{[^{}]+\}"
RAISED = "⁰¹²³⁴-⁹"  # what is already raised ends a subscript: ρ_1²
SCRIPT = re.compile(
    rf"(?:(?<![\w.])(?P<base>[^\W\d_]{{1,2}})|(?<=[‖|)\]∫∑∏])|(?<=\^[A-Z]))_(?P<sub>[^\W_{RAISED}]{{1,3}}(?![^\W{RAISED}])|{GROUP})"
    rf"|(?<=[\w)\]‖|])\^(?P<sup>[−-]?\d+(?:\.\d+)?|[^\W\d_](?![^\W_])|{GROUP})"
)


def split_scripts(text: str) -> list[tuple[str, str]]:
    """Pieces of the text, each with its place: "" on the line, "sub" or "sup"; brackets round a script are dropped."""
    pieces, end = [], 0
    for found in SCRIPT.finditer(text):
        pieces.append(("", text[end : found.start()] + (found["base"] or "")))
        place = "sub" if found["sub"] else "sup"
        script = found[place].replace("-", "−")
        pieces.append((place, script[1:-1] if script[0] in "({" else script))
        end = found.end()
    pieces.append(("", text[end:]))
    return [(place, piece) for place, piece in pieces if piece]


def prose(text: str) -> Markup:
    """The text, escaped, with `<sub>` and `<sup>` where a formula has them."""
    return Markup("").join(
        Markup(f"<{place}>{{}}</{place}>").format(piece) if place else escape(piece)
        for place, piece in split_scripts(text)
    )
