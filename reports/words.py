"""The only file that knows how verdicts, numbers and times are written for a reader."""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Iterable

from verify.judgement import SEVERITY
from verify.model import Verdict

__all__ = [
    "ICONS",
    "SETTLED",
    "anchor",
    "clean",
    "counts",
    "counts_text",
    "duration",
    "interval",
    "number",
    "plural",
    "replay",
    "rival",
    "rival_word",
    "whole",
    "word",
]

ICONS = {
    Verdict.VERIFIED: "✓",
    Verdict.REFUTED: "✗",
    Verdict.ERROR: "!",
    Verdict.POWERLESS: "○",
    Verdict.INCONCLUSIVE: "?",
    Verdict.MEASURED: "≈",
    Verdict.NOT_RUN: "–",
}
SETTLED = (Verdict.VERIFIED, Verdict.MEASURED)  # outcomes of which nothing more need be said
RIVALS = {
    Verdict.REFUTED: (Verdict.VERIFIED, "fell"),
    Verdict.INCONCLUSIVE: (Verdict.POWERLESS, "survived undecided"),
    Verdict.POWERLESS: (Verdict.POWERLESS, "survived undecided"),
    Verdict.VERIFIED: (Verdict.ERROR, "was accepted"),
    Verdict.ERROR: (Verdict.ERROR, "error"),
    Verdict.NOT_RUN: (Verdict.NOT_RUN, "not run"),
}
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
PLAIN = (1e-3, 1e5)  # chosen: outside, a power of ten is easier to read than the zeros
FAST, ROUND = 0.1, 10  # seconds; chosen: below the first there is nothing to tell, from the second on no tenths
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
THIN_SPACE = "\u202f"  # narrow and not breaking: between groups of three digits


def clean(text: str) -> str:
    """The text without what XML, HTML and fonts cannot hold: control characters, halves of surrogate pairs."""
    return ILLEGAL.sub("", text)


def word(verdict: Verdict) -> str:
    """`not run` for NOT_RUN."""
    return verdict.name.replace("_", " ").lower()


def rival(verdict: Verdict) -> Verdict:
    """What the verdict on a rival means for the claim: REFUTED is the good outcome, VERIFIED the worst."""
    return RIVALS[verdict][0]


def rival_word(verdict: Verdict) -> str:
    """`fell` for REFUTED."""
    return RIVALS[verdict][1]


def number(value: float | None, digits: int = 4) -> str:
    """Significant digits with a true minus sign: 0.01234, 12 340, 2.4·10⁻¹⁰; empty for None."""
    if value is None or not math.isfinite(value):
        return "" if value is None else "not a number" if math.isnan(value) else "∞" if value > 0 else "−∞"
    if (value == int(value) and abs(value) < 10**6) or 10.0**digits <= abs(value) < PLAIN[1]:
        return whole(round(value))
    if PLAIN[0] <= abs(value) < PLAIN[1]:
        return f"{value:.{digits}g}".replace("-", "−")
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    power = "10" + str(int(exponent)).translate(SUPERSCRIPTS)
    mantissa = mantissa.rstrip("0").rstrip(".")
    short = {"1": power, "-1": f"−{power}"}
    return short.get(mantissa, f"{mantissa.replace('-', '−')}·{power}")


def whole(value: int) -> str:
    """12 340 for 12340: digits in groups of three from five digits on."""
    digits = f"{abs(value):,}".replace(",", THIN_SPACE) if abs(value) >= 10**4 else str(abs(value))
    return f"−{digits}" if value < 0 else digits


def interval(low: float | None, high: float | None) -> str:
    """[low, high]; one-sided where a limit is missing, empty where both are."""
    if low is None and high is None:
        return ""
    return f"[{number(low) or '−∞'}, {number(high) or '∞'}]"


def duration(seconds: float) -> str:
    """Less than 0.1 s, 0.4 s, 12 s, 3 min 20 s, 2 h 5 min."""
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        return "less than 0.1 s" if seconds < FAST else f"{seconds:.1f} s" if rest < ROUND else f"{rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def plural(count: int, noun: str) -> str:
    """1 line, 2 lines."""
    return f"{whole(count)} {noun}" if count == 1 else f"{whole(count)} {noun}s"


def counts(verdicts: Iterable[Verdict]) -> list[tuple[Verdict, int]]:
    """How often each verdict occurs, the worst first."""
    found = list(verdicts)
    return [(verdict, found.count(verdict)) for verdict in SEVERITY if verdict in found]


def counts_text(verdicts: Iterable[Verdict]) -> str:
    """`2 refuted, 14 verified`."""
    return ", ".join(f"{whole(count)} {word(verdict)}" for verdict, count in counts(verdicts))


def replay(claim: str, profile: str, seed: int) -> str:
    """The command that repeats a claim."""
    return f"python -m verify run {shlex.quote(claim)} --profile {profile} --seed {seed}"


def anchor(*parts: str) -> str:
    """An id for HTML that needs no escaping, different for different parts."""
    return "-".join(re.sub(r"[^A-Za-z0-9_.]", lambda found: f"~{ord(found.group()):x}~", part) for part in parts)
