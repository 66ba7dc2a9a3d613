"""Simulates what the theorems speak about: wide linear RNNs, their Krylov Grams and their tangent kernels.

`dense` holds the weight matrix in memory, `krylov` draws the same laws without it, `kernels` turns Grams into tangent
kernels, `streams` names the randomness, `errors` says what was wrong. Nothing here derives or judges a theorem.
"""
