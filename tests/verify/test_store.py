"""Chunks on disk: found under exactly their key, kept over a crash, and refused with a reason where they cannot be."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import verify.store
from numeric import compiled
from verify.store import Store, StoreError, fingerprint, ingredients

SUMS = {"x": [[1, 2, 3], [4, 5, 2**53 + 1]], "ν": [["label", 1e-300, float("inf"), {"j": 1}]]}
KEY = (0, "claim", "check", "", "n=2", 0, 4)


def opened(path: Path, *, prefix: str = "f", resume: bool = True) -> Store:
    return Store(path / "results.sqlite", fingerprint=prefix, resume=resume)


def test_what_was_put_is_got_and_nothing_else(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        assert store.get(*KEY) is None
        store.put(SUMS, *KEY)
        assert store.get(*KEY) == SUMS


@pytest.mark.parametrize("place", range(len(KEY)))
def test_every_part_of_the_key_counts(place: int, tmp_path: Path) -> None:
    other = list(KEY)
    other[place] = f"{other[place]}x" if isinstance(other[place], str) else 99
    with opened(tmp_path) as store:
        store.put(SUMS, *KEY)
        assert store.get(*other) is None


def test_texts_and_numbers_are_different_keys_and_parts_do_not_run_together(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.put({"x": 1}, 1, "a", "bc")
        assert store.get("1", "a", "bc") is None
        assert store.get(1, "ab", "c") is None


def test_another_fingerprint_finds_nothing(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.put(SUMS, *KEY)
    with opened(tmp_path, prefix="g") as store:
        assert store.get(*KEY) is None
    with opened(tmp_path) as store:
        assert store.get(*KEY) == SUMS


def test_a_fresh_run_drops_what_other_sources_left_and_keeps_its_own(tmp_path: Path) -> None:
    for prefix in ("f", "g"):
        with opened(tmp_path, prefix=prefix) as store:
            store.put(SUMS, *KEY)
    with opened(tmp_path, prefix="g", resume=False):
        pass
    with opened(tmp_path, prefix="f") as gone, opened(tmp_path, prefix="g") as kept:
        assert gone.get(*KEY) is None
        assert kept.get(*KEY) == SUMS


def test_a_fresh_run_reads_nothing_but_leaves_something_to_resume(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.put({"x": 1}, *KEY)
    with opened(tmp_path, resume=False) as store:
        assert store.get(*KEY) is None
        store.put({"x": 2}, *KEY)
    with opened(tmp_path) as store:
        assert store.get(*KEY) == {"x": 2}


json_values = st.recursive(
    st.integers(-(2**62), 2**62) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.text(max_size=5), json_values, max_size=3))
def test_sums_come_back_to_the_last_bit(tmp_path: Path, sums: dict) -> None:
    with opened(tmp_path) as store:
        store.put(sums, *KEY)
        assert store.get(*KEY) == sums


def test_chunks_survive_a_process_that_is_killed(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from verify.store import Store;"
        "store = Store(Path(sys.argv[1]), fingerprint='f', resume=False);"
        "store.put({'x': [7]}, 1, 'a'); os.kill(os.getpid(), 9)"
    )
    root = Path(verify.store.__file__).parents[1]
    killed = subprocess.run([sys.executable, "-c", code, tmp_path / "results.sqlite"], cwd=root, check=False)
    assert killed.returncode == -9
    with opened(tmp_path) as store:
        assert store.get(1, "a") == {"x": [7]}


def test_a_place_that_cannot_be_written_is_named_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"cannot keep results in .*nowhere.*choose another directory with --out"):
        opened(tmp_path / "nowhere")


def test_a_file_that_is_no_database_is_named_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "results.sqlite").write_bytes(b"this is no database" * 100)
    with pytest.raises(StoreError, match="choose another directory with --out"):
        opened(tmp_path)


def test_damaged_results_are_not_believed(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.put(SUMS, *KEY)
    connection = sqlite3.connect(tmp_path / "results.sqlite")
    with connection:
        connection.execute("UPDATE chunk SET sums = ?", (b"damage",))
    connection.close()
    with opened(tmp_path) as store, pytest.raises(StoreError, match="run without --resume"):
        store.get(*KEY)


def test_a_full_disk_is_named_with_a_remedy(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store._connection.execute("PRAGMA max_page_count = 1")
        with pytest.raises(StoreError, match="free some space or choose another --out"):
            store.put({"x": list(range(10**5))}, *KEY)


# --- fingerprints ---


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copies of small packages in the place of the real ones."""
    for name in ("verify", "symbolic", "numeric", "reports"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "module.py").write_text(f"{name} = 1\n")
    monkeypatch.setattr(verify.store, "__file__", str(tmp_path / "verify" / "store.py"))
    return tmp_path


def test_the_same_sources_have_the_same_fingerprint(sources: Path) -> None:
    assert sources.is_dir()
    assert fingerprint() == fingerprint()


@pytest.mark.parametrize("package", ["verify", "symbolic", "numeric"])
def test_a_change_of_a_source_changes_the_fingerprint(package: str, sources: Path) -> None:
    before = fingerprint()
    (sources / package / "module.py").write_text(f"{package} = 2\n")
    assert fingerprint() != before


def test_a_new_a_moved_and_an_exchanged_file_change_the_fingerprint(sources: Path) -> None:
    seen = {fingerprint()}
    (sources / "numeric" / "new.py").write_text("")
    seen.add(fingerprint())
    (sources / "numeric" / "new.py").rename(sources / "numeric" / "renamed.py")
    seen.add(fingerprint())
    (sources / "numeric" / "sub").mkdir()
    (sources / "numeric" / "renamed.py").rename(sources / "numeric" / "sub" / "renamed.py")
    seen.add(fingerprint())
    assert len(seen) == 4


def test_reports_compute_nothing_so_that_their_sources_do_not_count(sources: Path) -> None:
    before = fingerprint()
    (sources / "reports" / "module.py").write_text("changed\n")
    assert fingerprint() == before


@pytest.mark.parametrize("name", ["_kernels.c", "_kernels_sums.h"])
def test_sources_in_c_count(name: str, sources: Path) -> None:
    before = fingerprint()
    (sources / "numeric" / name).write_text("int one;\n")
    first = fingerprint()
    (sources / "numeric" / name).write_text("int two;\n")
    assert len({before, first, fingerprint()}) == 3


def test_what_is_built_or_cached_does_not_count(sources: Path) -> None:
    before = fingerprint()
    for name in ("_kernels.abi3.so", "module.pyc", "notes.md"):
        (sources / "numeric" / name).write_text("other\n")
    assert fingerprint() == before


def test_the_route_of_the_kernels_changes_the_fingerprint(sources: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sources.is_dir()
    found = []
    for used in (True, False):
        monkeypatch.setattr(compiled, "used", lambda used=used: used)
        found.append(fingerprint())
    assert found[0] != found[1]


def test_claims_from_outside_count(sources: Path) -> None:
    claim = sources / "mine.py"
    claim.write_text("1")
    before = fingerprint([claim])
    assert before != fingerprint()
    claim.write_text("2")
    assert fingerprint([claim]) != before


def test_another_version_of_a_dependency_changes_the_fingerprint(
    sources: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sources.is_dir()
    before = fingerprint()
    monkeypatch.setattr(verify.store, "version", lambda package: "9.9" if package == "sympy" else "1.0")
    assert fingerprint() != before


def test_another_python_changes_the_fingerprint(sources: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sources.is_dir()
    before = fingerprint()
    monkeypatch.setattr(verify.store.platform, "python_version", lambda: "9.9.9")
    assert fingerprint() != before


def test_the_ingredients_have_names_so_that_what_differs_can_be_said(sources: Path) -> None:
    before = ingredients()
    assert {"Python", "numpy", "sources"} <= set(before)
    (sources / "numeric" / "module.py").write_text("changed\n")
    assert {name for name, value in ingredients().items() if before[name] != value} == {"sources"}


def test_a_dependency_that_is_absent_is_a_version_of_its_own(sources: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sources.is_dir()

    def absent(package: str) -> str:
        raise verify.store.PackageNotFoundError(package)

    before = fingerprint()
    monkeypatch.setattr(verify.store, "version", absent)
    assert fingerprint() != before
