"""Published parts, read back: whoever reads one to its end has read what was published, or was told that it is not."""

import io
from hashlib import sha256
from typing import Any, BinaryIO, Final

from chalicelib.reports.manifest import Broken, Part
from chalicelib.reports.stores import Archive

_BUFFER: Final = 1024 * 1024


def opened(archive: Archive, part: Part) -> BinaryIO:
    """A reader of a part, whose last read raises Broken if the bytes are not those of the manifest."""
    source = archive.open(part.key)
    if source is None:
        raise Broken(f"{part.key} is gone from the bucket")
    return io.BufferedReader(_Checked(source, part), _BUFFER)


class _Checked(io.RawIOBase):
    """What io.BufferedReader reads from; the hash is compared where the bytes end."""

    def __init__(self, source: BinaryIO, part: Part) -> None:
        self._source, self._part, self._hash = source, part, sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - a writable buffer, which has no type in 3.11
        content = self._source.read(len(buffer))
        self._hash.update(content)
        if not content and self._hash.hexdigest() != self._part.sha256:
            raise Broken(f"{self._part.name} is not what was published: {self._part.key}")
        buffer[: len(content)] = content
        return len(content)

    def close(self) -> None:
        self._source.close()
        super().close()
