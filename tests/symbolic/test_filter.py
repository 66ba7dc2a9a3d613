"""Mean, covariance and degrees of freedom from the steps, against matrix powers and plain expectations."""

import itertools

import pytest
import sympy as sp

from symbolic import filter as f
from symbolic.errors import DerivationError, ParameterRangeError

R = sp.Rational
A = sp.Matrix([[1, 2], [-1, 1], [0, 1]])
K = sp.diag(1, R(1, 2))
TARGET, START = sp.Matrix([1, -1]), sp.Matrix([R(1, 2), 2])
GAIN = R(1, 10)


@pytest.mark.parametrize("steps", [0, 1, 2, 4])
def test_the_steps_end_where_matrix_powers_do(steps: int) -> None:
    found = f.trained(A, K, GAIN, target=TARGET, start=START, steps=steps)
    kept = (sp.eye(2) - GAIN * K * A.T * A) ** steps
    assert found.mean == TARGET + kept * (START - TARGET)
    total = sum(((sp.eye(2) - GAIN * K * A.T * A) ** i for i in range(steps)), sp.zeros(2))
    assert found.by_noise == GAIN * total * K * A.T
    assert found.degrees_of_freedom == (sp.eye(2) - kept).trace()


def test_the_error_is_the_mean_over_signs_of_the_noise() -> None:
    """Noise of ±1/2 in every output, all 8 signs: the steps are taken on each, and squares are averaged."""
    found = f.trained(A, K, GAIN, target=TARGET, start=START, steps=3)
    Q = sp.Matrix([[2, 1], [1, 1]])
    errors = []
    for signs in itertools.product((-1, 1), repeat=3):
        L = START
        for _ in range(3):
            L = L + GAIN * K * A.T * (A * TARGET + sp.Matrix(signs) / 2 - A * L)
        errors.append(((L - TARGET).T * Q * (L - TARGET))[0])
    assert found.error(TARGET, Q, R(1, 4)) == sum(errors) / 8


def test_impulses_are_copies_of_the_identity() -> None:
    rho, target = [sp.Integer(1), R(1, 3)], sp.Matrix([0, 1])
    found = f.trained_on_impulses(rho, R(1, 8), target=target, sequences=3, steps=2)
    assert found.mean == sp.Matrix([0, 1 - (1 - R(3, 8) * R(1, 3)) ** 2])
    passed = [1 - (1 - R(3, 8) * factor) ** 2 for factor in rho]
    assert found.covariance == sp.diag(*(p**2 / 3 for p in passed))


def test_a_mode_is_a_lag_of_the_impulses() -> None:
    s, kept, passed = f.kept_by_mode()
    assert [kept.subs({f.STEP: steps, s: R(1, 3)}) for steps in range(3)] == [1, R(2, 3), R(4, 9)]
    assert sp.simplify(kept + passed - 1) == 0
    assert f.mode_error(R(1, 2), sp.Integer(4), sp.Integer(8)) == 3


def test_a_wrong_solution_of_the_recursion_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    f.kept_by_mode.cache_clear()
    monkeypatch.setattr(sp, "rsolve", lambda *_: sp.Integer(0))
    with pytest.raises(DerivationError, match="does not satisfy the recursion"):
        f.kept_by_mode()
    f.kept_by_mode.cache_clear()


def test_one_lag_over_gaussian_inputs_is_a_sum_over_their_moments() -> None:
    """Two inputs, two steps: the steps on symbols x_i and z_i, then E x^2k = (2k − 1)!!."""
    a, noise = R(1, 5), R(1, 3)
    x, z = sp.symbols("x0 x1"), sp.symbols("z0 z1")
    L = sp.Integer(1)
    for _ in range(2):
        L = sp.expand(L + a * sum(xi * (zi - xi * L) for xi, zi in zip(x, z, strict=True)))
    found = f.one_lag_moments(2, step=a, steps=2, noise=noise)
    for power, moment in zip((2, 4), found, strict=True):
        terms = sp.Poly(sp.expand(L**power), *x, *z).terms()
        total = sum(value * _moments(powers[:2], 1) * _moments(powers[2:], noise) for powers, value in terms)
        assert moment == total


def _moments(powers: tuple[int, ...], variance: sp.Expr | int) -> sp.Expr:
    return sp.Mul(*(0 if p % 2 else sp.factorial2(p - 1) * sp.sympify(variance) ** (p // 2) for p in powers))


@pytest.mark.parametrize(("rows", "steps"), [(0, 1), (1, -1)])
def test_no_input_and_steps_undone_are_refused(rows: int, steps: int) -> None:
    with pytest.raises(ParameterRangeError, match="there must be an input"):
        f.one_lag_moments(rows, step=R(1, 4), steps=steps, noise=sp.Integer(1))
