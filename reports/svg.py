"""The only file that turns Matplotlib's SVG into part of a page or a file of its own: theme colours, fonts, own ids."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from markupsafe import Markup, escape

from reports.prose import split_scripts

__all__ = ["COLOURS", "inline", "standalone"]

# Colours that stand for CSS variables while Matplotlib draws. Unlike black and white it never leaves them out.
COLOURS: Mapping[str, str] = {
    name: f"#fe01{index:02x}"
    for index, name in enumerate(("ink", "muted", "rule", "refuted", *(f"series-{n}" for n in range(1, 7))), start=1)
}
TEXT = re.compile(r"(<text\b[^>]*>)([^<]*)(</text>)")
DROPPED = re.compile(r"<metadata>.*?</metadata>|<defs>\s*<style.*?</style>\s*</defs>|<!--.*?-->", re.DOTALL)
THEME = Path(__file__).with_name("templates") / "report.css"
VARIABLE = re.compile(r"--(paper|ink|muted|rule|refuted|series-\d): (#[0-9a-f]{6});")
SHIFTS = {"sub": "0.28em", "sup": "-0.4em"}
BACK = {"sub": "-0.21em", "sup": "0.3em"}  # the shift, in the larger letters that follow: three quarters of it


def inline(svg: str, *, name: str, title: str, description: str) -> Markup:
    """`svg` as Matplotlib writes it → an `<svg>` that scales, follows the theme, and shares no id with another."""
    body = DROPPED.sub("", svg[svg.index("<svg") :])
    opening, body = body.split(">", 1)
    box = re.search(r'viewBox="[^"]*"', opening)
    assert box is not None
    body = _own_ids(body.replace("xlink:href=", "href="), name)
    for variable, colour in COLOURS.items():
        body = body.replace(colour, f"var(--{variable})")
    body = re.sub(r"(font-size: [^;\"]*; )?font-family: [^;\"]*;?", r"\1", body)
    body = TEXT.sub(_typeset, re.sub(r"\s*\n\s*", " ", body))
    head = Markup(
        '<svg {box} role="img" aria-labelledby="{name}-title {name}-description"><title id="{name}-title">{title}'
        '</title><desc id="{name}-description">{description}</desc>'
    )
    return head.format(box=Markup(box.group()), name=name, title=title, description=description) + Markup(body)


def standalone(svg: Markup) -> str:
    """A file that `<img>` shows: an inline figure with the colours of the report, light or dark as the reader's system.

    The paper is painted, for a page may be dark where the system is light.
    """
    light, dark = (" ".join(f"--{name}: {colour};" for name, colour in VARIABLE.findall(block)) for block in _themes())
    box = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    assert box is not None
    size = f'xmlns="http://www.w3.org/2000/svg" width="{box[1]}" height="{box[2]}"'
    style = (
        f"<style>svg {{ {light} background: var(--paper); font-family: system-ui, sans-serif; }} "
        f"@media (prefers-color-scheme: dark) {{ svg {{ {dark} }} }}</style>"
    )
    opening, body = str(svg).split(">", 1)
    return f"{opening} {size}>{style}{body}\n"


def _themes() -> tuple[str, str]:
    """The variables of the report's style sheet: the first block of them is light, the second dark."""
    light, dark = re.findall(r":root \{([^}]*--paper[^}]*)\}", THEME.read_text(encoding="utf-8"))
    return light, dark


def _own_ids(body: str, name: str) -> str:
    """Drop the ids that nothing refers to and put the figure's name before the others."""
    used = set(re.findall(r"(?:url\(|href=\")#([^)\"]+)", body))

    def attribute(found: re.Match[str]) -> str:
        return f' id="{name}-{found[1]}"' if found[1] in used else ""

    body = re.sub(r'\sid="([^"]*)"', attribute, body)
    return re.sub(r'(url\(|href=")#', rf"\1#{name}-", body)


def _typeset(found: re.Match[str]) -> str:
    """Sub- and superscripts by shifts that every browser knows; an empty-looking piece shifts the line back."""
    pieces = split_scripts(Markup(found[2]).unescape())
    if all(not place for place, _ in pieces):
        return found[0]
    text, back = Markup(""), ""
    for place, piece in pieces:
        if place:
            span = Markup('<tspan dy="{}" style="font-size: 0.75em">{}</tspan>')
            shift = f"{_em(SHIFTS[place]) + _em(back) / 0.75 if back else _em(SHIFTS[place]):.3g}em"
            text += span.format(shift, piece)
            back = BACK[place]
        else:
            text += Markup('<tspan dy="{}">{}</tspan>').format(back, piece) if back else escape(piece)
            back = ""
    return f"{found[1]}{text}{found[3]}"


def _em(length: str) -> float:
    return float(length.removesuffix("em"))
