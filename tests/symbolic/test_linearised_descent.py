"""Identities of the free algebra, evaluated with real matrices: they are the steps of an actual descent."""

from __future__ import annotations

from functools import reduce

import numpy as np
import pytest
import sympy as sp

from symbolic import linearised_descent as d

# parameters, impulse response, predictions
P, Q, R = 5, 3, 4


@pytest.fixture
def matrices() -> dict[str, np.ndarray]:
    """Integers, the transposes tied, with an impulse response of Q and R > Q predictions."""
    rng = np.random.default_rng(0)
    G, A, S = (rng.integers(-3, 4, shape).astype(object) for shape in ((Q, P), (R, Q), (Q, Q)))
    start, y, v, Z = (rng.integers(-3, 4, shape).astype(object) for shape in ((Q, 1), (R, 1), (R, 1), (1, Q)))
    return {"G": G, "g": G.T, "A": A, "a": A.T, "S": S + S.T, "l": start, "y": y, "v": v, "Z": Z}


def value(expression: sp.Expr, matrices: dict[str, np.ndarray], rate: int) -> np.ndarray:
    total: np.ndarray | int = 0
    for term in sp.expand(expression).as_ordered_terms():
        commuting, factors = term.args_cnc()
        powers = [factor.as_base_exp() for factor in factors]
        product = reduce(np.matmul, [matrices[base.name] for base, power in powers for _ in range(int(power))])
        total = total + int(sp.Mul(*commuting).subs(d.RATE, rate)) * product
    return np.asarray(total)


def test_a_step_of_the_letters_is_a_step_of_numbers(matrices: dict[str, np.ndarray]) -> None:
    G, A, start, y, v = (matrices[name] for name in "GAlyv")
    here = d.hypothesis()
    moved, response = G.T @ A.T @ v, start + G @ G.T @ A.T @ v
    assert (value(here.moved, matrices, 2) == moved).all()
    assert (value(here.response, matrices, 2) == response).all()
    residual = y - A @ (start + G @ moved)
    there = d.step(here)
    assert (value(there.moved, matrices, 2) == moved + 2 * (A @ G).T @ residual).all()
    assert (value(there.dual, matrices, 2) == v + 2 * residual).all()
    assert (value(there.response, matrices, 2) == response + 2 * G @ G.T @ A.T @ residual).all()


def test_predictions_are_one(matrices: dict[str, np.ndarray]) -> None:
    by_parameters, by_dual, by_response = d.new_prediction(d.hypothesis())
    expected = matrices["Z"] @ (matrices["l"] + matrices["G"] @ matrices["G"].T @ matrices["A"].T @ matrices["v"])
    assert all((value(e, matrices, 2) == expected).all() for e in (by_parameters, by_dual, by_response))


def test_a_scaled_convolution_moves_by_its_squared_factors(matrices: dict[str, np.ndarray]) -> None:
    S, A, start, y, v = (matrices[name] for name in "SAlyv")
    by_theta, by_square = d.scaled_step()
    expected = 3 * S @ S @ A.T @ (y - A @ (start + S @ S @ A.T @ v))
    assert (value(by_theta, matrices, 3) == expected).all()
    assert (value(by_square, matrices, 3) == expected).all()


def test_forgetting_keeps_the_last_residual_alone() -> None:
    forgotten = d.step(d.hypothesis(), collect=False).dual
    assert sp.expand(d.step(d.hypothesis()).dual - forgotten - d.DUAL) == 0


def test_the_induction_starts() -> None:
    start = d.hypothesis(sp.Integer(0))
    assert start.moved == 0
    assert start.response == d.START
