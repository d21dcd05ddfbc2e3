"""People who stand for money with their names, and when two names are one person."""

from unicodedata import normalize


def same(one: str, other: str) -> bool:
    """Whether two names may be one person's: case, accents, blanks and signs tell nobody apart."""
    return _plain(one) == _plain(other)


def _plain(name: str) -> str:
    return "".join(sign for sign in normalize("NFKD", name.casefold()) if sign.isalnum())
