"""The two failures of a store that a caller has an answer to. All else that a store raises is a bug and stays loud."""


class StoreError(Exception):
    """A call that gave no answer to use. `code` is one word, AWS's own where AWS spoke; `message` is for people."""

    def __init__(self, code: str = "", message: str = "") -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return f"{self.code}: {self.message}" if self.message else self.code


class Unavailable(StoreError):
    """Throttled, timed out, broken or lost: a retry can help. A lost call may have been carried out all the same."""
