"""The only file that knows JUnit: a suite for each claim, a case for each line and for each rival."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

from reports.summary import explained
from reports.words import ICONS, rival, rival_word, word
from verify.model import Config, Evidence, Result, Verdict
from verify.pipeline import Outcome

__all__ = ["render"]

ELEMENTS = {
    Verdict.REFUTED: "failure",
    Verdict.INCONCLUSIVE: "failure",
    Verdict.POWERLESS: "failure",
    Verdict.ERROR: "error",
    Verdict.NOT_RUN: "skipped",
}


def render(outcome: Outcome, config: Config, run: Mapping[str, Any]) -> str:
    """JUnit XML; a rival passes if and only if it was REFUTED."""
    root = ElementTree.Element("testsuites", name="verify", time=f"{outcome.seconds:.3f}")
    for result in outcome.results:
        suite = ElementTree.SubElement(root, "testsuite", name=result.claim.id, time=f"{result.seconds:.3f}")
        suite.set("timestamp", str(run["started"])[:19])  # JUnit knows no time zone: UTC
        properties = ElementTree.SubElement(suite, "properties")
        for name, value in (("profile", config.profile), ("seed", str(config.seed)), ("verdict", result.verdict.name)):
            ElementTree.SubElement(properties, "property", name=name, value=value)
        _add_cases(suite, result)
        _count(suite)
    _count(root)
    ElementTree.indent(root, " ")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _add_cases(suite: ElementTree.Element, result: Result) -> None:
    for item in result.evidence:
        name = f"{item.line.label} [{item.setting}]" if item.setting else item.line.label
        _add(suite, f"{result.claim.id}.{item.check}", name, item.verdict, _told(item))
    for control in result.controls:
        name, verdict = f"rival: {control.name}", rival(control.verdict)
        text = "\n".join([f"the rival {rival_word(control.verdict)}", control.why, *map(_told, control.evidence)])
        _add(suite, f"{result.claim.id}.{control.check}", name, verdict, text)
    if not explained(result) or not result.evidence:
        # a derivation that failed or an interruption: no line says so, and the suite must not look green
        _add(suite, result.claim.id, "the claim", result.verdict, "\n".join(result.not_shown))


def _add(suite: ElementTree.Element, classname: str, name: str, verdict: Verdict, text: str) -> None:
    case = ElementTree.SubElement(suite, "testcase", classname=classname, name=name)
    if verdict in ELEMENTS:
        found = ElementTree.SubElement(case, ELEMENTS[verdict], message=f"{ICONS[verdict]} {word(verdict)}")
        if verdict is not Verdict.NOT_RUN:
            found.set("type", verdict.name)
        found.text = text


def _told(item: Evidence) -> str:
    return "\n".join(text for text in (f"null: {item.line.null}", item.detail) if text)


def _count(element: ElementTree.Element) -> None:
    element.set("tests", str(len(element.findall(".//testcase"))))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        element.set(attribute, str(len(element.findall(f".//{tag}"))))
