"""Builds the compiled kernels of `numeric`; where that fails, the install succeeds and NumPy does their work."""

import hashlib
from pathlib import Path

from setuptools import Extension, setup

SOURCES = sorted(path.as_posix() for path in Path("numeric").glob("_kernels*.[ch]"))


def fingerprint() -> str:
    """The first 60 bits of SHA-256 over all sources, by which numeric.compiled tells a stale build from a fresh one."""
    digest = hashlib.sha256(b"".join(Path(path).read_bytes() for path in SOURCES))
    return f"0x{digest.hexdigest()[:15]}ULL"


setup(
    ext_modules=[
        Extension(
            "numeric._kernels",
            sources=["numeric/_kernels.c"],
            depends=SOURCES,
            # no contraction: a product and a sum are two roundings on every machine, as in NumPy
            extra_compile_args=["-O3", "-std=c11", "-ffp-contract=off", "-fno-math-errno"],
            define_macros=[("Py_LIMITED_API", "0x030B0000"), ("SOURCES", fingerprint())],
            py_limited_api=True,
            optional=True,
        )
    ],
    options={"bdist_wheel": {"py_limited_api": "cp311"}},
)
