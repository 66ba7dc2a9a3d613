"""Finding and loading claims: by name, by path and from plug-ins; each mistake of a claim file has its message."""

import sys
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from verify import registry
from verify.model import ClaimError

ClaimFile = Callable[..., Path]
PROOF = "CHECKS = [proof(Verdict.VERIFIED)]"


def test_references_are_the_files_of_the_folder_in_order() -> None:
    package = Path(registry.__file__).parent
    expected = {
        path.stem: f"verify.{folder}.{path.stem}"
        for folder in ("claims", "experiments")
        for path in sorted((package / folder).glob("*.py"))
        if not path.stem.startswith("_")
    }
    assert list(registry.references().items()) == list(expected.items())


@pytest.mark.parametrize("name", registry.references())
def test_the_source_of_a_claim_is_its_file(name: str) -> None:
    assert registry.source_file(registry.references()[name]).stem == name


def test_a_claim_is_loaded_from_a_path_and_kept(claim_file: ClaimFile) -> None:
    path = claim_file("mine", PROOF)
    first = registry.load(str(path))
    assert first.id == "mine"
    assert registry.load(str(path)) is first
    assert registry.source_file(str(path)) == path


def test_files_of_one_name_in_two_folders_are_two_claims(claim_file: ClaimFile) -> None:
    one = claim_file("mine", PROOF, folder="one")
    two = claim_file("mine", "CHECKS = [proof(Verdict.VERIFIED, name='other')]", folder="two")
    assert [registry.load(str(path)).checks[0].name for path in (one, two, one)] == ["proof", "other", "proof"]


RIVAL = "Control(name='r', why='w', check='proof', replace={{}}, line='x')"
FIGURE = "Figure(title='f', check='nothing', x='j', x_label='j', y_label='y')"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("CHECKS = []", "mine: a claim needs at least one check"),
        ("CHECKS = [proof(), proof()]", "two checks share a name; names are proof, proof"),
        (f"{PROOF}; CONTROLS = [{RIVAL}, {RIVAL}]".replace("{{}}", "{}"), "two controls share a name; names are r, r"),
        (
            f"{PROOF}; CONTROLS = [{RIVAL}]".replace("{{}}", "{}").replace("check='proof'", "check='p'"),
            r"control 'r' names the check 'p'; it has \['proof'\]",
        ),
        (f"{PROOF}; MORE = dict(figures=({FIGURE},))", "figure 'f' names the check 'nothing'"),
        (f"{PROOF}; MORE = dict(id='other')", "cannot be imported.*TypeError"),
        (f"{PROOF}; raise ZeroDivisionError('a\\nfault')", r"cannot be imported \(ZeroDivisionError: a fault\)"),
        (f"{PROOF}; import sys; sys.exit(3)", r"cannot be imported \(SystemExit: 3\)"),
        (f"{PROOF}; import no_such_module", "cannot be imported.*ModuleNotFoundError"),
        (f"{PROOF}; MORE = dict(colour='red')", "cannot be imported.*TypeError"),
    ],
)
def test_each_mistake_of_a_claim_file_is_named(body: str, message: str, claim_file: ClaimFile) -> None:
    path = claim_file("mine", body)
    with pytest.raises(ClaimError, match=message):
        registry.load(str(path))
    assert "verify_claim_mine" not in sys.modules or "cannot" not in message


def test_the_id_is_the_file_name(claim_file: ClaimFile) -> None:
    path = claim_file("mine", PROOF)
    renamed = path.rename(path.with_name("yours.py"))
    with pytest.raises(ClaimError, match="the claim calls itself 'mine'; the id must be the file name, 'yours'"):
        registry.load(str(renamed))


@pytest.mark.parametrize("text", ["", "CLAIM = 3"])
def test_a_file_without_a_claim_is_told_so(text: str, tmp_path: Path) -> None:
    path = tmp_path / "nothing.py"
    path.write_text(text)
    with pytest.raises(ClaimError, match="defines no CLAIM"):
        registry.load(str(path))


def test_a_file_that_failed_can_be_mended(claim_file: ClaimFile) -> None:
    path = claim_file("mine", "CHECKS = []; 1 / 0")
    with pytest.raises(ClaimError):
        registry.load(str(path))
    claim_file("mine", PROOF)
    assert registry.load(str(path)).id == "mine"


@pytest.mark.parametrize(
    ("reference", "message"),
    [("/no/such/file.py", "there is no file '/no/such/file.py'"), ("verify.claims.nothing", "cannot be imported")],
)
def test_what_is_not_there_is_named(reference: str, message: str) -> None:
    with pytest.raises(ClaimError, match=message):
        registry.load(reference)


def test_a_reference_without_a_module_has_no_source() -> None:
    with pytest.raises(ClaimError, match=r"no module is called 'verify.claims.nothing'"):
        registry.source_file("verify.claims.nothing")


# --- selection ---


def test_selection_keeps_the_order_and_resolves_paths(claim_file: ClaimFile, monkeypatch: pytest.MonkeyPatch) -> None:
    path = claim_file("mine", PROOF)
    monkeypatch.chdir(path.parent)
    chosen = registry.select({"b": "m.b", "a": "m.a"}, ["a", "mine.py", "b"])
    assert chosen == {"a": "m.a", "mine": str(path), "b": "m.b"}
    assert list(chosen) == ["a", "mine", "b"]


def test_two_claims_of_one_name_are_named_both(tmp_path: Path) -> None:
    """Results are filed under the name: of two that share it, one would be lost in silence."""
    paths = [tmp_path / folder / "mine.py" for folder in ("one", "two")]
    with pytest.raises(ClaimError) as caught:
        registry.select({}, [str(path) for path in paths])
    assert "two claims are called 'mine'" in str(caught.value)
    assert all(str(path) in str(caught.value) for path in paths)
    with pytest.raises(ClaimError, match=r"two claims are called 'mine': m\.mine and "):
        registry.select({"mine": "m.mine"}, ["mine", str(paths[0])])
    twice = registry.select({}, [str(paths[0])] * 2)
    assert twice == {"mine": str(paths[0])}


def test_selection_names_what_is_unknown_and_what_exists() -> None:
    with pytest.raises(ClaimError, match="no claim is called 'c'; known are a, b"):
        registry.select({"a": "m.a", "b": "m.b"}, ["a", "c"])


# --- plug-ins ---


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Pretends that plug-ins are installed, as name=value."""

    def pretend(**entries: str) -> None:
        found = [EntryPoint(name, value, registry.PLUGIN_GROUP) for name, value in entries.items()]
        monkeypatch.setattr(registry, "entry_points", lambda *, group: found if group == registry.PLUGIN_GROUP else [])

    return pretend


def test_plug_ins_are_found_in_alphabetical_order_without_being_imported(installed: Callable[..., None]) -> None:
    installed(zeta="package.zeta", alpha="package.alpha")
    references = registry.references()
    assert references["alpha"] == "package.alpha"
    claims = [name for name, module in references.items() if not module.startswith("verify.experiments.")]
    assert claims == sorted(claims)
    assert list(references)[: len(claims)] == claims  # experiments come last
    assert "package" not in sys.modules


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"exact_sampler": "other.exact_sampler"}, "calls its claim 'exact_sampler', which exists; rename it"),
        ({"alpha": "package.beta"}, "is installed as 'alpha'; name it after its module"),
    ],
)
def test_a_plug_in_that_does_not_fit_is_named(
    entries: dict[str, str], message: str, installed: Callable[..., None]
) -> None:
    installed(**entries)
    with pytest.raises(ClaimError, match=message):
        registry.references()
