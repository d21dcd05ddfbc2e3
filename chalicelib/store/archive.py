"""The report bucket: named bytes. What a key means is known to the reports, not here."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

from chalicelib.store.client import Client
from chalicelib.store.errors import Refused, Unavailable

CHUNK: Final = 4 * 1024 * 1024
"""How much a reader fetches with one request."""

TYPES: Final = {".csv": "text/csv; charset=utf-8", ".json": "application/json"}
"""What a browser is told of a file, by the end of its key."""

_ABSENT: Final = ("NoSuchKey", "NotFound", "404")

Failures = tuple[type[Exception], ...]


class Archive:
    """The bucket named `bucket` over a client for S3 (`boto.Boto` of a boto3 client).

    `torn` are the exceptions of a body that breaks off after its head has come, which no client can map for us:
    botocore's BotoCoreError. They are raised as Unavailable, like every other failure that a retry can help.
    """

    def __init__(self, client: Client, bucket: str, torn: Failures = ()) -> None:
        self._client, self._bucket = client, bucket
        self._torn: Failures = (OSError, *torn)

    def put(self, key: str, content: bytes | Path) -> None:
        """Keep bytes, or a local file's, under a key; what was there is replaced."""
        self._put(key, content)

    def put_new(self, key: str, content: bytes | Path) -> bool:
        """Keep bytes under a key that is free. False if something is there, which after a lost answer may be ours."""
        try:
            self._put(key, content, IfNoneMatch="*")
        except Refused as refused:
            if refused.code == "PreconditionFailed":
                return False
            if refused.code == "ConditionalRequestConflict":
                raise Unavailable(refused.code, refused.message) from refused
            raise
        return True

    def read(self, key: str) -> bytes | None:
        """All bytes under a key, for what is small; None if there is nothing."""
        answer = self._get("GetObject", Key=key)
        return None if answer is None else self._body(answer)

    def open(self, key: str) -> BinaryIO | None:
        """A reader of what is under a key, however large; None if there is nothing.

        It fetches CHUNK by CHUNK, so a slow reader keeps no connection waiting, and one chunk is all it holds.
        """
        head = self._get("HeadObject", Key=key)
        if head is None:
            return None
        return io.BufferedReader(_Chunks(self, key, head["ETag"], head["ContentLength"]), CHUNK)

    def exists(self, key: str) -> bool:
        """Whether there is something under a key."""
        return self._get("HeadObject", Key=key) is not None

    def keys(self, prefix: str) -> Iterator[str]:
        """All keys that begin with `prefix`, in order."""
        for page in self._list(Prefix=prefix):
            for one in page.get("Contents", ()):
                yield one["Key"]

    def folders(self, prefix: str) -> Iterator[str]:
        """The names between `prefix`, which ends with a slash, and the next slash, in order and each once."""
        for page in self._list(Prefix=prefix, Delimiter="/"):
            for one in page.get("CommonPrefixes", ()):
                yield one["Prefix"][len(prefix) : -1]

    def delete(self, key: str) -> None:
        """Remove what is under a key, if anything is."""
        self._client.call("DeleteObject", {"Bucket": self._bucket, "Key": key})

    def part(self, key: str, etag: str, start: int, size: int) -> bytes:
        """`size` bytes from `start` of the content that `etag` names."""
        answer = self._get("GetObject", Key=key, IfMatch=etag, Range=f"bytes={start}-{start + size - 1}")
        if answer is None:
            raise Refused("NoSuchKey", key)
        return self._body(answer)

    def _put(self, key: str, content: bytes | Path, **more: str) -> None:
        body: dict[str, Any] = {"Bucket": self._bucket, "Key": key, **more}
        body["ContentType"] = TYPES.get(key[key.rfind(".") :], "application/octet-stream")
        if isinstance(content, bytes):
            self._client.call("PutObject", body | {"Body": content})
            return
        with content.open("rb") as file:
            self._client.call("PutObject", body | {"Body": file})

    def _get(self, operation: str, **asked: str) -> dict[str, Any] | None:
        try:
            return self._client.call(operation, {"Bucket": self._bucket, **asked})
        except Refused as refused:
            if refused.code in _ABSENT:
                return None
            raise

    def _body(self, answer: dict[str, Any]) -> bytes:
        try:
            content: bytes = answer["Body"].read()
        except self._torn as torn:
            raise Unavailable(type(torn).__name__, str(torn)) from torn
        return content

    def _list(self, **asked: str) -> Iterator[dict[str, Any]]:
        query: dict[str, Any] = {"Bucket": self._bucket, **asked}
        while True:
            page = self._client.call("ListObjectsV2", query)
            yield page
            if not page.get("IsTruncated"):
                return
            query["ContinuationToken"] = page["NextContinuationToken"]


class _Chunks(io.RawIOBase):
    """What io.BufferedReader reads from: each read is one request."""

    def __init__(self, archive: Archive, key: str, etag: str, size: int) -> None:
        self._archive, self._key, self._etag, self._size = archive, key, etag, size
        self._at = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - a writable buffer, which has no type in 3.11
        wanted = min(len(buffer), self._size - self._at)
        if wanted <= 0:
            return 0
        content = self._archive.part(self._key, self._etag, self._at, wanted)
        buffer[: len(content)] = content
        self._at += len(content)
        return len(content)
