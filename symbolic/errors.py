"""The only file that names what can go wrong in a derivation."""

__all__ = ["DerivationError", "ParameterRangeError"]


class DerivationError(ArithmeticError):
    """SymPy returned something that does not pass its own check; the message says what was being solved."""


class ParameterRangeError(ValueError):
    """A lag or a variance lies outside the range of the formula; the message names it, its value and the range."""
