"""Who may import whom, read off from the syntax of every file."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("verify", "symbolic", "numeric", "reports")
HEAVY = {"numpy", "scipy", "sympy", "mpmath", "flint", "matplotlib", "symbolic", "numeric"}
FILES = sorted(path.relative_to(ROOT) for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
CLAIMS = [
    path
    for path in FILES
    if path.parts[:2] in {("verify", "claims"), ("verify", "experiments")} and path.stem != "__init__"
]
STATISTICS = "verify.statistics"
each_file = pytest.mark.parametrize("path", FILES, ids=str)


@dataclass(frozen=True)
class Import:
    """A module that a file imports, where: at the top, inside a function, or for type checkers only."""

    module: str
    place: str

    def within(self, package: str) -> bool:
        return self.module == package or self.module.startswith(package + ".")


def imports(path: Path) -> list[Import]:
    return list(_imports(ast.parse((ROOT / path).read_text()), "top", path))


def _imports(node: ast.AST, place: str, path: Path) -> Iterator[Import]:
    if isinstance(node, ast.Import):
        yield from (Import(alias.name, place) for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = ".".join((*path.parts[: -node.level], *filter(None, [node.module]))) if node.level else str(node.module)
        # `from package import name` may import the module package.name
        yield from (Import(f"{base}.{alias.name}", place) for alias in node.names)
    elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        for child in node.body:
            yield from _imports(child, "types", path)
        for child in node.orelse:
            yield from _imports(child, place, path)
    else:
        inner = "function" if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)) else place
        for child in ast.iter_child_nodes(node):
            yield from _imports(child, inner, path)


# --- packages ---

MAY_NOT: dict[str, tuple[str, ...]] = {
    "symbolic": ("numeric", "verify", "reports"),  # two derivations that share code are one derivation
    "numeric": ("symbolic", "verify", "reports"),
    "reports": (
        "symbolic",
        "numeric",
        "scipy",
        "sympy",
        "flint",
        "mpmath",
        STATISTICS,
        "verify.proofs",
        "verify.checks",
    ),
    "verify": ("tests",),
}


@each_file
def test_no_package_imports_what_it_may_not(path: Path) -> None:
    forbidden = MAY_NOT[path.parts[0]]
    found = [i.module for i in imports(path) if any(i.within(package) for package in forbidden)]
    # what the machine is includes which kernels it runs; asking for it computes nothing
    assert found == (["numeric.compiled"] if path == Path("reports/provenance.py") else [])


@each_file
def test_only_the_command_line_imports_reports(path: Path) -> None:
    if path.parts[0] != "reports" and path.parts[:2] != ("verify", "cli"):
        assert [i.module for i in imports(path) if i.within("reports")] == []


@each_file
def test_only_the_command_line_imports_itself(path: Path) -> None:
    if path.parts[:2] != ("verify", "cli") and path != Path("verify/__main__.py"):
        assert [i.module for i in imports(path) if i.within("verify.cli")] == []


# --- statistics and proofs ---


@each_file
def test_statistics_are_used_by_checks_alone_but_for_the_budget_and_the_laws_that_claims_state(path: Path) -> None:
    found = [i for i in imports(path) if i.within(STATISTICS) and i.place != "types"]
    if path.parts[:2] in {("verify", "checks"), ("verify", "statistics")}:
        return
    if path == Path("verify/calibration.py"):  # it judges the statistics themselves
        return
    if path in {Path("verify/scheduler.py"), Path("verify/pipeline.py"), Path("verify/model.py")}:
        assert all(i.within(f"{STATISTICS}.budget") for i in found)
    elif path in CLAIMS:
        assert all(i.within(f"{STATISTICS}.laws") and i.place == "function" for i in found)
    else:
        assert found == []


@each_file
def test_proof_procedures_are_used_by_claims_and_by_the_proof_check_alone(path: Path) -> None:
    if path not in CLAIMS and path.parts[:2] not in {("verify", "proofs"), ("verify", "checks")}:
        assert [i.module for i in imports(path) if i.within("verify.proofs")] == []


@pytest.mark.parametrize("path", [path for path in FILES if path.parts[:2] == ("verify", "statistics")], ids=str)
def test_statistics_know_nothing_of_checks_or_claims(path: Path) -> None:
    assert [i.module for i in imports(path) if i.within("verify") and not i.within(STATISTICS)] == []


# --- claims ---


@pytest.mark.parametrize("path", CLAIMS, ids=str)
def test_a_claim_can_be_read_without_numpy_scipy_or_sympy(path: Path) -> None:
    assert [i.module for i in imports(path) if i.place == "top" and i.module.split(".")[0] in HEAVY] == []


@pytest.mark.parametrize("path", CLAIMS, ids=str)
def test_a_claim_imports_no_other_claim(path: Path) -> None:
    shared = "verify.claims._"  # what several claims state in the same words is no claim
    assert [i.module for i in imports(path) if i.within("verify.claims") and not i.module.startswith(shared)] == []


@pytest.mark.parametrize(
    "path", [Path("verify/model.py"), Path("verify/registry.py"), Path("verify/judgement.py")], ids=str
)
def test_the_nouns_the_registry_and_the_judgement_are_light(path: Path) -> None:
    assert [i.module for i in imports(path) if i.place == "top" and i.module.split(".")[0] in HEAVY] == []


@pytest.mark.parametrize("path", [path for path in FILES if path.parts[:2] == ("verify", "checks")], ids=str)
def test_a_kind_of_check_is_light(path: Path) -> None:
    assert [i.module for i in imports(path) if i.place == "top" and i.module.split(".")[0] in HEAVY] == []
    assert [i.module for i in imports(path) if i.place == "top" and i.within(STATISTICS)] == []


# --- randomness, floats, tests ---


@each_file
def test_randomness_is_handed_in(path: Path) -> None:
    found = [i.module for i in imports(path) if i.module.split(".")[0] == "random" or i.module == "secrets"]
    assert found == [] or path.parts[:2] == ("verify", "cli")  # `--seed random` draws a seed, and prints it
    calls = [
        ast.unparse(node.func)
        for node in ast.walk(ast.parse((ROOT / path).read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith(("np.random.", "numpy.random."))
    ]
    assert calls == []


# Gaussian expectations without a closed form are numbers, with an error; these files of the engine hold them.
STEMS = ("gaussian_expectations", "quadrature", "recurrent_ntk", "sequential_evolution", "state_evolution")
INEXACT = {Path("symbolic") / f"{stem}.py" for stem in STEMS}


@pytest.mark.parametrize("path", [path for path in FILES if path.parts[0] == "symbolic"], ids=str)
def test_derivations_are_exact(path: Path) -> None:
    """No NumPy in `symbolic`, and one file alone turns an expression into a float, but for quadrature."""
    numeric = [i.module for i in imports(path) if i.within("numpy") or i.within("scipy")]
    text = (ROOT / path).read_text()
    rounded = any(call in text for call in ("sp.N(", ".evalf(", " float("))
    if path in INEXACT:
        assert numeric or rounded, "it holds no numbers: take it off the list"
    else:
        assert numeric == []
        assert path == Path("symbolic/evaluate.py") or not rounded


def test_tests_are_found_without_packages() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []


# --- the reader of imports itself ---


def test_imports_are_found_wherever_they_stand() -> None:
    text = (
        "from typing import TYPE_CHECKING\n"
        "import a.b\n"
        "if TYPE_CHECKING:\n    import c\n"
        "try:\n    from d import e\nexcept ImportError:\n    pass\n"
        "def f():\n    import g\n    class K:\n        from h import i as j\n"
    )
    found = {(i.module, i.place) for i in _imports(ast.parse(text), "top", Path("file.py"))}
    assert found == {
        ("typing.TYPE_CHECKING", "top"), ("a.b", "top"), ("c", "types"), ("d.e", "top"), ("g", "function"),
        ("h.i", "function"),
    }  # fmt: skip
