"""The rows of (r_0, …, r_{T−1}), r_j = M^j F, of dense RNNs: what claims about empirical measures are tested on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from verify.claims._variances import row_variances
from verify.model import Setting

if TYPE_CHECKING:
    import numpy as np
    from numpy.random import Generator
    from numpy.typing import NDArray

    Array = NDArray[np.floating[Any]]

__all__ = ["draw_rows"]


def draw_rows(setting: Setting, rngs: Sequence[Generator]) -> Array:
    """r_0, …, r_3 of dense RNNs as [B, 4, n], from W and F with variances ν_W and ν_F."""
    import numpy as np

    from numeric.streams import BLOCK
    from symbolic.pseudo_lipschitz import LAGS

    n = setting["n"]
    nu_w, nu_f = map(float, row_variances(setting))
    rows = np.empty((BLOCK * len(rngs), LAGS, n))
    for index, replicate in enumerate(rows):
        rng = rngs[index // BLOCK]
        M = rng.standard_normal((n, n)) * math.sqrt(nu_w / n)
        replicate[0] = rng.standard_normal(n) * math.sqrt(nu_f)
        for j in range(1, LAGS):
            replicate[j] = M @ replicate[j - 1]
    return rows
