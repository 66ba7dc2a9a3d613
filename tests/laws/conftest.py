"""What running the laws needs: the repository on the path, the profiles by name, and the samplers under test."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    # `from tests.laws import …` in every file here; older pytests leave an empty module under that name otherwise
    sys.path.insert(0, str(ROOT))

from tests.laws import profiles  # noqa: E402 — the path comes first

if TYPE_CHECKING:
    from collections.abc import Callable

    from numeric.grams import Grams

OURS = ("numeric.dense:sample_grams", "numeric.krylov:sample_grams")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--sampler",
        action="append",
        metavar="PACKAGE.MODULE:FUNCTION",
        help="a simulator to test, with the signature of numeric.dense.sample_grams; may be given several times; "
        "default: both of this toolkit",
    )


def pytest_configure() -> None:
    profiles.register()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for `sampler` runs once for each simulator named."""
    if "sampler" in metafunc.fixturenames:
        # the default is for runs of the whole test suite, which read the command line before they come here
        names = metafunc.config.getoption("--sampler", default=None) or OURS
        metafunc.parametrize("sampler", [_load(name) for name in names], ids=list(names))


def _load(name: str) -> Callable[..., Grams]:
    """The function behind `package.module:function`; a usage error that says what is wrong with the name."""
    module, _, function = name.partition(":")
    try:
        found: Callable[..., Grams] = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError, ValueError) as error:
        message = f"--sampler {name!r}: {error}. Write package.module:function, such as {OURS[1]}, and put the package"
        raise pytest.UsageError(f"{message} on PYTHONPATH.") from None
    return found
