"""Procedures that decide an exact statement; each ends in a normal form, a covering, or a witness."""

from typing import Protocol

from verify.model import Verdict
from verify.proofs.bounded import Bounded
from verify.proofs.identity import Identity
from verify.proofs.matrix_identity import MatrixIdentity
from verify.proofs.nonnegative import NonNegative
from verify.proofs.positive import PositiveOnBox

__all__ = ["Bounded", "Identity", "MatrixIdentity", "NonNegative", "PositiveOnBox", "Statement"]


class Statement(Protocol):
    """Something exact that is true or false; `decide` returns the verdict and what it rests on."""

    @property
    def label(self) -> str: ...

    def decide(self) -> tuple[Verdict, str]: ...
