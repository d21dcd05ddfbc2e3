"""S3 as the archive asks for it: whole objects, conditional writes, ranges, listings by prefix page by page."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import md5
from typing import Any

from chalicelib.store.errors import Refused

Written = Callable[[str, "bytes | None", "bytes | None"], None]
"""Told of each write: the key, what was there, what is there now."""


@dataclass(slots=True)
class S3:
    """One bucket, whatever its name."""

    page: int = 1000
    objects: dict[str, bytes] = field(default_factory=dict)
    changed: list[Written] = field(default_factory=list)

    def call(self, operation: str, body: dict[str, Any], deadline: float | None = None) -> dict[str, Any]:
        """Carry out one request; Refused with S3's own codes."""
        match operation:
            case "PutObject":
                return self._put(body)
            case "GetObject":
                return self._get(body)
            case "HeadObject":
                content = self._there(body, "404")
                return {"ETag": _etag(content), "ContentLength": len(content)}
            case "DeleteObject":
                self._write(body["Key"], None)
                return {}
            case "ListObjectsV2":
                return self._list(body)
        raise NotImplementedError(operation)

    def _put(self, body: dict[str, Any]) -> dict[str, Any]:
        if body.get("IfNoneMatch") == "*" and body["Key"] in self.objects:
            raise Refused("PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
        given = body["Body"]
        content = given if isinstance(given, bytes) else given.read()
        self._write(body["Key"], content)
        return {"ETag": _etag(content)}

    def _get(self, body: dict[str, Any]) -> dict[str, Any]:
        content = self._there(body, "NoSuchKey")
        if "IfMatch" in body and body["IfMatch"] != _etag(content):
            raise Refused("PreconditionFailed", "the object has changed")
        if "Range" in body:
            start, _, last = body["Range"].removeprefix("bytes=").partition("-")
            content = content[int(start) : int(last) + 1]
        return {"Body": io.BytesIO(content), "ContentLength": len(content)}

    def _list(self, body: dict[str, Any]) -> dict[str, Any]:
        prefix, delimiter = body.get("Prefix", ""), body.get("Delimiter", "")
        names = dict.fromkeys(_name(key, prefix, delimiter) for key in sorted(self.objects) if key.startswith(prefix))
        left = [name for name in names if name > body.get("ContinuationToken", "")]
        page = left[: self.page]
        answer: dict[str, Any] = {"IsTruncated": len(left) > len(page)}
        answer["Contents"] = [{"Key": name} for name in page if name in self.objects]
        answer["CommonPrefixes"] = [{"Prefix": name} for name in page if name not in self.objects]
        return answer | ({"NextContinuationToken": page[-1]} if len(left) > len(page) else {})

    def _there(self, body: dict[str, Any], code: str) -> bytes:
        if body["Key"] not in self.objects:
            raise Refused(code, "not there")
        return self.objects[body["Key"]]

    def _write(self, key: str, content: bytes | None) -> None:
        old = self.objects.get(key)
        if content is None:
            self.objects.pop(key, None)
        else:
            self.objects[key] = content
        for tell in self.changed:
            tell(key, old, content)


def _etag(content: bytes) -> str:
    return f'"{md5(content, usedforsecurity=False).hexdigest()}"'


def _name(key: str, prefix: str, delimiter: str) -> str:
    """A key, or the folder that stands for it in a listing."""
    rest = key[len(prefix) :]
    return prefix + rest[: rest.index(delimiter) + 1] if delimiter and delimiter in rest else key
