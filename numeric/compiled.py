"""The only file that knows whether the compiled kernels are there, whether they are used, and on which instructions.

They compute what the NumPy code beside them computes, only faster: products with a W in memory to rounding, since BLAS
sums in an order of its own, and all else to the last bit wherever NumPy rounds products and sums apart (as its builds
for x86-64 do). The instruction set changes no byte. The environment variable NUMERIC_COMPILED decides: unset, they are
used if they were built; 0 keeps to NumPy; 1 insists on them.
"""

import functools
import hashlib
import importlib
import os
from pathlib import Path

from numeric.errors import NumericError

__all__ = ["VARIABLE", "CompiledError", "route", "target_for", "used", "widest_target"]

VARIABLE = "NUMERIC_COMPILED"
MODULE = "numeric._kernels"
HERE = Path(__file__).parent


class CompiledError(NumericError):
    """The compiled kernels are demanded and not there, or were built from other sources than those beside them."""


def used() -> bool:
    """Say whether numeric._kernels can be imported and is to be used.

    Raises CompiledError when NUMERIC_COMPILED is 1 and it is not there, when it is neither 0 nor 1, and when it was
    built from other sources than the ones that lie beside it: a stale build must not vouch for them.
    """
    wish = os.environ.get(VARIABLE, "")
    if wish not in {"", "0", "1"}:
        raise CompiledError(f"{VARIABLE} is not understood", repr(wish), "0, 1 or nothing", "Unset it.")
    if wish == "0":
        return False
    built_from = _built_from()
    if built_from is None and wish == "1":
        advice = f"Install with a C compiler (pip install -e .), or unset {VARIABLE}."
        raise CompiledError("the compiled kernels are demanded", f"no module {MODULE}", "a build of it", advice)
    if built_from is not None and _sources() not in {None, built_from}:
        advice = f"Build them again (pip install -e .), or set {VARIABLE}=0."
        raise CompiledError("the compiled kernels are of other sources", built_from, str(_sources()), advice)
    return built_from is not None


@functools.cache
def _built_from() -> int | None:
    """Return the number of the sources that numeric._kernels was built from, None without it."""
    try:
        return int(importlib.import_module(MODULE).SOURCES)
    except ImportError:
        return None


@functools.cache
def _sources() -> int | None:
    """Return the first 60 bits of SHA-256 over the C sources in order of name, as setup.py does; None without them."""
    files = sorted(HERE.glob("_kernels*.[ch]"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in files))
    return int(digest.hexdigest()[:15], 16) if files else None


def target_for(replicates: int) -> str:
    """Return the narrowest instruction set that takes so many replicates at once, else the widest there is.

    It decides time and room, never bytes.
    """
    from numeric import _kernels

    widest_first = _kernels.targets()
    return next((name for name, lanes in reversed(widest_first) if lanes >= replicates), widest_first[0][0])


def widest_target() -> str:
    """Return the widest instruction set there is. It decides time, never bytes."""
    from numeric import _kernels

    return _kernels.targets()[0][0]


def route() -> str:
    """Return what does the work, for reports: "numpy", or "compiled" with the widest instruction set in use."""
    return f"compiled ({widest_target()})" if used() else "numpy"
