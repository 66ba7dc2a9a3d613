"""The only file that knows how a refusal is worded: what was wrong, the value seen, the limit, what to do next."""

__all__ = ["ArgumentError", "MemoryLimitError", "NumericError"]


class NumericError(ValueError):
    """Base of every refusal of this package; catch it to catch them all.

    The four parts stay readable as attributes. They are positional, so that the error survives pickling on its way
    back from a worker process.
    """

    def __init__(self, what: str, seen: object, limit: str, advice: str) -> None:
        self.what, self.seen, self.limit, self.advice = what, seen, limit, advice
        super().__init__(what, seen, limit, advice)

    def __str__(self) -> str:
        """Return the one sentence that the user reads."""
        return f"{self.what}: got {self.seen}, allowed: {self.limit}. {self.advice}"


class ArgumentError(NumericError):
    """An argument is of the wrong kind, shape or range."""


class MemoryLimitError(NumericError):
    """The request is valid, but would need more bytes than its `max_bytes`."""
