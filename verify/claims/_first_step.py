"""How far a first step is from what D(ρ) makes of the same residual: of a trained RNN, and of the kernel of Grams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from numeric.grams import Grams
    from numeric.moments import Moments

    Array = NDArray[np.floating[Any]]

__all__ = ["kernel_error", "relative_error", "through"]


def kernel_error(moments: Moments, grams: Grams, rho: Array, stated: Array) -> Array:
    """(Θ − D(stated)) A^T r^0 over ‖D(ρ) A^T r^0‖, [B, T·n_y·n_x]: the part of a step that is linear in the rate.

    L^0 and Θ are those of the Grams, at any width.
    """
    from numeric.kernels import lag_ntk
    from numeric.training_loss import back_projected

    pull = back_projected(moments, grams.impulse)
    return relative_error(through(lag_ntk(grams), pull), pull, rho, stated)


def through(kernel: Array, pull: Array) -> Array:
    """Σ_k Θ_jk pull_k [B, T, n_y, n_x], for Θ [B, T, T, n_y·n_x, n_y·n_x]."""
    import numpy as np

    flat = pull.reshape(*pull.shape[:2], -1)
    return np.asarray(np.einsum("bjkpq,bkq->bjp", kernel, flat).reshape(pull.shape))


def relative_error(moved: Array, pull: Array, rho: Array, stated: Array) -> Array:
    """(moved − stated_j pull_j)/‖ρ_j pull_j‖, all entries in a row: [..., T, n_y, n_x] to [..., T·n_y·n_x]."""
    import numpy as np

    by_lag = np.s_[:, None, None]
    away = moved - stated[by_lag] * pull
    size = np.linalg.norm((rho[by_lag] * pull).reshape(*pull.shape[:-3], -1), axis=-1, keepdims=True)
    return np.asarray(away.reshape(*pull.shape[:-3], -1) / size)
