"""Texts come from claims, and a claim may come from anyone: no text becomes markup in any report."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest

from reports import html, json_report, junit, markdown, write
from verify.model import Curve, Figure, Finding, Point, Source, Step, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.reports.conftest import Factory, Page
    from verify.model import Config, Result
    from verify.pipeline import Outcome

    Read = Callable[[Outcome], Page]

SCRIPT = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
ATTRIBUTE = "' onmouseover='alert(3)' style='color:red"
LATEX = r"\text{<script>alert(4)</script>}\href{javascript:alert(5)}{x}\style{color:red}{y}"
ENTITIES = "&lt;script&gt;alert(6)&lt;/script&gt; {{ 7 * 7 }} {% raw %} ]]> -->"
CONTROL = "a\x00b\x1bc\ud800d\ufffe"
HOSTILE = (
    SCRIPT,
    ATTRIBUTE,
    LATEX,
    ENTITIES,
    CONTROL,
    "ρ_(</sub><script>)",
    "x^(<b>)",
    "$\\frac{$",
    "<script>x_j</script> & y_j",
)


def poisoned(make: Factory, text: str) -> Result:
    """A claim that says `text` wherever a claim can say anything."""
    point = Point(label=text, at={"j": 1.0}, estimate=1.0, low=0.5, high=2.0, detail=f"VERIFIED: {text}")
    points = (point, Point(label=text, at={"j": 2.0}, estimate=2.0, detail=text))
    line = make.line(text, null=text, resolution_text=text)
    evidence = [
        make.evidence("check", line=line, setting=text, detail=text, verdict=verdict, points=points, kind=text)
        for verdict in Verdict
    ]
    figure = Figure(title=text, check="check", x="j", x_label=text, y_label=text)
    claim = make.claim(
        text,
        title=text, statement=text, plain=text, summary=text, source=Source(text, text), assumptions=(text,),
        uses=(text, f"{text} elsewhere"), checks=(make.check("check", text, text),), figures=(figure,),
    )  # fmt: skip
    return make.result(
        claim,
        evidence=evidence,
        controls=[make.control(text, "check", why=text, evidence=(evidence[0],))],
        steps=(Step(text, text, text), Step(text, "", text)),
        findings=(Finding(text, text),),
        curves=((Curve(label=text, x=(1.0, 2.0), y=(1.0, 2.0)),),),
        not_shown=(text,),
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_html_stays_inert(page: Read, make: Factory, text: str) -> None:
    found = page(make.outcome(poisoned(make, text)))
    plain = page(make.outcome(poisoned(make, "harmless")))
    allowed = {e.tag for e in plain.elements} | {"sub", "sup", "code", "tspan"} | {e.tag for e in found.all("math")}
    inside_math = {e.tag for math in found.all("math") for e in found.inside(math, "mtext")}
    strange = {e.tag for e in found.elements if not any(a.tag == "math" for a in e.path)} - allowed - inside_math
    assert not strange
    assert not {"script", "img", "a", "b"} & {e.tag for e in found.elements if any(a.tag == "math" for a in e.path)}
    attributes = {name for e in found.elements for name in e.attributes}
    assert not {name for name in attributes if name.startswith("on") or name in ("src", "srcset")}
    assert all(e.attributes["href"].startswith("#") for e in found.elements if "href" in e.attributes)
    styles = {e.attributes["style"] for e in found.elements if "style" in e.attributes}
    assert not [style for style in styles if "red" in style.replace("var(--refuted)", "")]


@pytest.mark.parametrize("text", [SCRIPT, ENTITIES, ATTRIBUTE])
def test_html_shows_the_text_as_it_was_written(page: Read, make: Factory, text: str) -> None:
    found = page(make.outcome(poisoned(make, text)))
    assert " ".join(text.split()) in " ".join(found.all("article")[0].text.split())
    assert found.all("figure")[-1].text.count(" ".join(text.split())[:20]) >= 1


@pytest.mark.parametrize("text", HOSTILE)
def test_other_reports_hold_it_as_text(make: Factory, config: Config, tmp_path: Path, text: str) -> None:
    outcome = make.outcome(poisoned(make, text))
    written = write(outcome, config, directory=tmp_path, formats=["html", "json", "junit", "md"], arguments=[text])
    page, report, suites, summary = (path.read_bytes().decode("utf-8") for path in written)
    assert "\x00" not in page
    if text != CONTROL:
        assert json.loads(report)["result"]["claims"][0]["title"] == text
    suite = ElementTree.fromstring(suites)[0]
    assert suite.attrib["name"].replace("\n", " ") == "".join(c for c in text if c not in "\x00\x1b\ud800\ufffe")
    outside_code = re.sub(r"`[^`\n]*`", "", summary)
    assert "<" not in outside_code


def test_markdown_acts_on_no_sign_of_a_text(make: Factory, config: Config, run: dict[str, Any]) -> None:
    text = "a | b\n# c *d* [e](http://f) `g` <h> $i$ ~~j~~ &amp;"
    shown = markdown.render(make.outcome(make.result(make.claim(title=text))), config, run)
    (row,) = [line for line in shown.splitlines() if line.startswith("| a")]
    assert row.count(" | ") == 5
    assert r"a \| b \# c \*d\* \[e\](http://f) \`g\` &lt;h\> \$i\$ \~\~j\~\~ &amp;amp;" in row


def test_renderers_agree_that_a_text_may_be_empty(make: Factory, config: Config, run: dict[str, Any]) -> None:
    outcome = make.outcome(poisoned(make, ""))
    for renderer in (html, json_report, junit, markdown):
        assert renderer.render(outcome, config, run)
