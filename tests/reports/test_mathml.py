"""Formulas: MathML that can hold nothing but mathematics, or the LaTeX as it was written."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.mathml import ATTRIBUTES, ELEMENTS, formulas, mathml


class Tags(HTMLParser):
    """The tags and attributes of a piece of markup, and its text."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.names: set[str] = set()
        self.text = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.names |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_formula_becomes_mathml_with_its_letters() -> None:
    found = Tags(mathml(r"\rho_j = \nu_C\left(j\,\nu_W^{j-1}\right)"))
    assert {"math", "msub", "msubsup", "mo"} <= found.tags
    assert found.text == "ρj=νC(jνWj−1)"
    assert 'display="block"' in mathml("x")
    assert 'display="inline"' in mathml("x", "inline")
    assert "xmlns" not in mathml("x")


@pytest.mark.parametrize(
    "latex", [r"\frac", r"\foo x", "x^", r"\left(", "", "{" * 3000, r"\Bigl\lfloor x", "a & b", r"\begin{array}{xx}"]
)
def test_what_cannot_be_converted_is_shown_as_it_is(latex: str) -> None:
    found = Tags(mathml(latex))
    assert found.tags == {"code"}
    assert found.text == latex


@pytest.mark.parametrize("latex", [r"\href{javascript:alert(1)}{x}", r"\style{color:red}{x}", r"\class{a}{x}"])
def test_what_is_no_mathematics_is_shown_as_it_is(latex: str) -> None:
    assert Tags(mathml(latex)).tags == {"code"}


@pytest.mark.parametrize("inner", ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "&lt;b&gt;", "a & b"])
def test_text_inside_a_formula_is_escaped_once(inner: str) -> None:
    found = Tags(mathml(rf"\text{{{inner}}}"))
    assert found.tags == {"math", "mrow", "mtext"}
    assert "<script" not in mathml(rf"\text{{{inner}}}")
    assert found.text.replace("\xa0", " ") == inner.replace("&lt;", "<").replace("&gt;", ">")


@given(st.text(alphabet=r"\{}_^&<>'\"= abefhilrstxz/()", max_size=40))
def test_no_latex_yields_foreign_markup(latex: str) -> None:
    found = Tags(mathml(latex))
    assert found.tags == {"code"} or found.tags <= set(ELEMENTS.split())
    assert found.names <= {*ATTRIBUTES.split(), "class"}


def test_aligned_equations_and_limits_below() -> None:
    aligned = mathml(r"\begin{aligned} a &= b \\ c &= d \end{aligned}")
    assert aligned.count("<mtr>") == 2
    assert "<munder><mo>lim</mo>" in mathml(r"\lim_{n \to \infty} x")
    assert "<msub><mo>lim</mo>" in mathml(r"\lim_{n \to \infty} x", "inline")
    assert "<mover><mo>max</mo>" in mathml(r"\max^k x")
    assert "<munder><mi>" not in mathml("x_j")


@pytest.mark.parametrize(
    ("latex", "pieces"),
    [
        (r"a = b,\qquad c = d", 2),
        (r"a \qquad b \qquad c", 3),
        (r"\text{if } \qquadratic x", 1),
        (r"\left( a \qquad b \right)", 1),
        (r"\begin{cases} a \qquad b \\ c \end{cases}", 1),
        (r"{a \qquad b} \qquad \{ c", 2),
        (r"\frac{a \qquad b}{c}", 1),
        ("", 0),
    ],
)
def test_a_statement_falls_into_its_formulas(latex: str, pieces: int) -> None:
    assert len(formulas(latex)) == pieces
