"""What the reports need of the stores that are given to them. Both raise the failures of model.ports."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Protocol, TypeVar

from chalicelib.model.entry import Entry
from chalicelib.model.follow import Follow

T = TypeVar("T")


class Days(Protocol):
    """The facts by accounting day, and the hashes of the published manifests (store.days)."""

    @property
    def shards(self) -> str:
        """The names of the shards in which a day's facts lie."""

    def listing(self, day: str, shard: str, after: str, make: Callable[[str, Entry], T]) -> Iterator[T]:
        """What `make` makes of order keys and entries, in order, from behind a key."""

    def order_keys(self, day: str, shard: str) -> Iterator[str]:
        """The order keys alone."""

    def order_key(self, affiliate: str, at_ms: int, conversion: str, n: int) -> str:
        """The order key of a fact that is known by its parts."""

    def manifest(self, day: str) -> str:
        """The hash of a day's manifest, '' if none is published."""

    def publish(self, day: str, manifest: str) -> str:
        """Keep a hash once; the hash that stands."""


class Followed(Protocol):
    """The clicks by UTC day 'YYYYMMDD' and shard (store.followed)."""

    @property
    def shards(self) -> int:
        """How many shards a day has."""

    def on(self, day: str, shard: int, from_ms: int, to_ms: int) -> Iterator[Follow]:
        """The clicks of a shard between two moments, the second not included."""

    def late(self, day: str, shard: int, before_ms: int) -> Iterator[Follow]:
        """The clicks from before a moment that came in late on a day; some perhaps twice."""


class Unfollowed:
    """No clicks at all, for reports of facts alone."""

    shards = 0

    def on(self, day: str, shard: int, from_ms: int, to_ms: int) -> Iterator[Follow]:
        """None."""
        return iter(())

    def late(self, day: str, shard: int, before_ms: int) -> Iterator[Follow]:
        """None."""
        return iter(())


class Archive(Protocol):
    """The report bucket (store.archive)."""

    def put(self, key: str, content: bytes | Path) -> None:
        """Keep bytes or a file, in the place of what was there."""

    def put_new(self, key: str, content: bytes | Path) -> bool:
        """Keep bytes or a file where nothing is; False if something is."""

    def read(self, key: str) -> bytes | None:
        """All bytes of what is small."""

    def open(self, key: str) -> BinaryIO | None:
        """A reader of what may be large."""

    def exists(self, key: str) -> bool:
        """Whether something is there."""

    def keys(self, prefix: str) -> Iterator[str]:
        """Keys with a prefix, in order."""

    def folders(self, prefix: str) -> Iterator[str]:
        """Names between a prefix and the next slash."""

    def delete(self, key: str) -> None:
        """Remove what is there."""
