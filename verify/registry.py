"""Finds claims and experiments without NumPy or SymPy: files of this package, installed plug-ins, files named by path.

A reference is what a worker needs to load a claim by itself: a module name, or the path of a file.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import sys
from collections.abc import Iterable, Mapping
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType

import verify.claims
import verify.experiments
from verify.model import Claim, ClaimError, Experiment

__all__ = ["PLUGIN_GROUP", "load", "references", "select", "source_file"]

PLUGIN_GROUP = "verify.claims"
MEASURED = "Measurement"  # the kind of check that judges nothing


def references() -> dict[str, str]:
    """Id → module name, for all claims and then all experiments of this installation, in alphabetical order."""
    return dict(sorted((_modules(verify.claims) | _plug_ins()).items())) | _modules(verify.experiments)


def _modules(package: ModuleType) -> dict[str, str]:
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    return {name: f"{package.__name__}.{name}" for name in names if not name.startswith("_")}


def _plug_ins() -> dict[str, str]:
    """Claims that other distributions provide; ClaimError where a name is taken or is not the module's."""
    own = _modules(verify.claims) | _modules(verify.experiments)
    found: dict[str, str] = {}
    for entry in entry_points(group=PLUGIN_GROUP):
        if entry.name in {*own, *found}:
            raise ClaimError(f"the plug-in {entry.value} calls its claim {entry.name!r}, which exists; rename it")
        if entry.value.rpartition(".")[2] != entry.name:
            raise ClaimError(f"the plug-in {entry.value} is installed as {entry.name!r}; name it after its module")
        found[entry.name] = entry.value
    return found


def load(reference: str) -> Claim:
    """The CLAIM of a module or file, which may be an Experiment; ClaimError where it is missing or breaks a rule."""
    try:
        module = _from_path(Path(reference)) if reference.endswith(".py") else importlib.import_module(reference)
    except ClaimError:
        raise
    except (Exception, SystemExit) as error:
        reason = f"{type(error).__name__}: {' '.join(str(error).split())}"
        raise ClaimError(f"{reference} cannot be imported ({reason}); mend the file") from error
    claim = getattr(module, "CLAIM", None)
    if not isinstance(claim, Claim):
        raise ClaimError(f"{reference} defines no CLAIM; add `CLAIM = Claim(id=…, …)` (CONTRIBUTING.md shows one)")
    _validate(claim, reference)
    return claim


def source_file(reference: str) -> Path:
    """The file that a reference is loaded from."""
    if reference.endswith(".py"):
        return Path(reference)
    spec = importlib.util.find_spec(reference)
    if spec is None or spec.origin is None:
        raise ClaimError(f"no module is called {reference!r}; install the plug-in that provides it")
    return Path(spec.origin)


def _from_path(path: Path) -> ModuleType:
    if not path.is_file():
        raise ClaimError(f"there is no file {str(path)!r}; name a claim of `python -m verify list` or an existing file")
    name = f"verify_claim_{path.stem}"
    if name in sys.modules and sys.modules[name].__file__ == str(path):
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ClaimError(f"{str(path)!r} cannot be loaded as a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _validate(claim: Claim, reference: str) -> None:
    stem = Path(reference).stem if reference.endswith(".py") else reference.rpartition(".")[2]
    if claim.id != stem:
        raise ClaimError(f"{reference}: the claim calls itself {claim.id!r}; the id must be the file name, {stem!r}")
    odd = [check.name for check in claim.checks if (check.kind == MEASURED) != isinstance(claim, Experiment)]
    if odd:
        rule = "an Experiment has Measurements only, and a Claim none"
        raise ClaimError(f"{claim.id}: the check {odd[0]!r} is of the wrong kind: {rule}; see CONTRIBUTING.md")
    names = [check.name for check in claim.checks]
    if not names:
        raise ClaimError(f"{claim.id}: a claim needs at least one check")
    if len(set(names)) < len(names):
        raise ClaimError(f"{claim.id}: two checks share a name; names are {', '.join(names)}")
    rivals = [control.name for control in claim.controls]
    if len(set(rivals)) < len(rivals):
        raise ClaimError(f"{claim.id}: two controls share a name; names are {', '.join(rivals)}")
    for control in claim.controls:
        if control.check not in names:
            raise ClaimError(f"{claim.id}: control {control.name!r} names the check {control.check!r}; it has {names}")
    for figure in claim.figures:
        if figure.check not in names:
            raise ClaimError(f"{claim.id}: figure {figure.title!r} names the check {figure.check!r}; it has {names}")


def select(known: Mapping[str, str], wanted: Iterable[str]) -> dict[str, str]:
    """The references for ids or paths, in the order given; ClaimError names what is unknown and what exists.

    Results are filed under the id, so two claims of one id cannot be chosen at once.
    """
    chosen: dict[str, str] = {}
    for name in wanted:
        if not name.endswith(".py") and name not in known:
            raise ClaimError(f"no claim is called {name!r}; known are {', '.join(known)}")
        claim = Path(name).stem if name.endswith(".py") else name
        reference = str(Path(name).resolve()) if name.endswith(".py") else known[name]
        if chosen.setdefault(claim, reference) != reference:
            both = f"{chosen[claim]} and {reference}"
            raise ClaimError(f"two claims are called {claim!r}: {both}; run them one after the other, or rename one")
    return chosen
