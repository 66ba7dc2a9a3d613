"""Both routes of what may be compiled: by NumPy alone, and by the compiled kernels where they were built."""

import importlib.util
from collections.abc import Iterator

import pytest

from numeric import compiled

BUILT = importlib.util.find_spec("numeric._kernels") is not None
WITHOUT = pytest.mark.skipif(not BUILT, reason="the compiled kernels were not built: no C compiler at installation")


@pytest.fixture(scope="module", params=["numpy", pytest.param("compiled", marks=WITHOUT)])
def each_route(request: pytest.FixtureRequest) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(compiled.VARIABLE, "1" if request.param == "compiled" else "0")
        yield request.param
