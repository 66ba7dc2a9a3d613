"""The only file that turns LaTeX into markup: MathML that can hold nothing but mathematics, or the LaTeX as code."""

from __future__ import annotations

import functools
import html
import re
from xml.etree import ElementTree

from markupsafe import Markup

__all__ = ["formulas", "mathml"]

ELEMENTS = """
    math menclose mfrac mi mn mo mover mpadded mphantom mroot mrow mspace msqrt mstyle msub msubsup msup mtable mtd
    mtext mtr munder munderover
"""
ATTRIBUTES = """
    accent accentunder columnalign columnlines columnspacing depth display displaystyle fence form frame height largeop
    linethickness lspace mathsize mathvariant maxsize minsize movablelimits notation rowlines rowspacing rspace
    scriptlevel separator stretchy symmetric voffset width xmlns
"""
LIMITS = frozenset({"lim", "max", "min", "sup", "inf"})
UNDER = {"msub": "munder", "msup": "mover", "msubsup": "munderover"}


@functools.lru_cache(maxsize=4096)
def mathml(latex: str, display: str = "block") -> Markup:
    r"""MathML of a formula given as LaTeX without `$`; `<code>` with the LaTeX where that cannot be converted.

    The converter copies what stands in `\text{}`, `\href{}{}` and the like as it is. Hence its tree, not its text, is
    used: elements and attributes outside presentation MathML make it fall back, and every text is escaped here.
    """
    from latex2mathml import converter

    # the converter knows align*, which is set in the same way, but not aligned
    source = latex.replace("{aligned}", "{align*}")
    try:
        tree = converter.Converter(display=display).convert_to_element(source)
    except Exception:  # it has errors of its own, but StopIteration, IndexError and others escape it too
        return _code(latex)
    if not all(_is_mathematics(element) for element in tree.iter()):
        return _code(latex)
    if display == "block":
        _put_limits_under(tree)
    tree.attrib.pop("xmlns", None)
    return Markup(ElementTree.tostring(tree, encoding="unicode", short_empty_elements=False))


def formulas(latex: str) -> list[Markup]:
    r"""A statement of several formulas, which stand apart by `\qquad` outside all brackets, as one piece each."""
    pieces, depth = [""], 0
    for part in re.split(r"(\\qquad(?![A-Za-z])|\\\\|\\[{}]|[{}]|\\(?:left|right|begin|end)(?![A-Za-z]))", latex):
        depth += (part in ("{", r"\left", r"\begin")) - (part in ("}", r"\right", r"\end"))
        if part == r"\qquad" and depth == 0:
            pieces.append("")
        else:
            pieces[-1] += part
    return [mathml(piece.strip()) for piece in pieces if piece.strip()]


def _is_mathematics(element: ElementTree.Element) -> bool:
    """Decode the converter's character references once; False for foreign markup, unknown commands and a stray `&`."""
    element.text = html.unescape(element.text) if element.text else None
    text = element.text or ""
    left_over = len(text) > 1 and text.startswith("\\") and element.tag != "mtext"
    known = element.tag in ELEMENTS.split() and set(element.attrib) <= set(ATTRIBUTES.split())
    return known and not left_over and text != "&"


def _put_limits_under(tree: ElementTree.Element) -> None:
    for element in tree.iter():
        if element.tag in UNDER and element[0].tag == "mo" and element[0].text in LIMITS:
            element.tag = UNDER[element.tag]


def _code(latex: str) -> Markup:
    return Markup('<code class="latex">{}</code>').format(latex)
