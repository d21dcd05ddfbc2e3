"""The report bucket over S3, and that the tests' own bucket in memory keeps the same promises."""

import io
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from chalicelib.reports.stores import Archive as Shelf
from chalicelib.store.archive import CHUNK, Archive
from chalicelib.store.client import Client
from chalicelib.store.errors import Refused, Unavailable
from tests.reports.world import Bucket
from tests.services import Service


@dataclass(frozen=True, slots=True)
class Cloud:
    """Clients of one S3, made once because boto3 takes its time: the store's, and one to look behind its back."""

    client: Client
    s3: Any

    def archive(self, torn: tuple[type[Exception], ...] = ()) -> Archive:
        """An empty bucket."""
        name = f"reports-{uuid4().hex[:12]}"
        self.s3.create_bucket(Bucket=name)
        return Archive(self.client, name, torn)


@pytest.fixture(scope="module")
def clouds(moto: str, ministack: str) -> dict[str, Cloud]:
    services = {"moto": Service(moto, "boto3"), "ministack": Service(ministack, "boto3")}
    return {name: Cloud(service.connect("s3"), service.boto3("s3")) for name, service in services.items()}


@pytest.fixture(params=["moto", "ministack", "memory"])
def archive(request: pytest.FixtureRequest, clouds: dict[str, Cloud]) -> Shelf:
    return Bucket() if request.param == "memory" else clouds[request.param].archive()


def test_what_was_put_can_be_read(archive: Shelf) -> None:
    archive.put("reports/a", b"one")
    archive.put("reports/a", b"two")
    assert archive.read("reports/a") == b"two"
    assert archive.exists("reports/a")


def test_a_file_is_put_as_it_is(archive: Shelf, tmp_path: Path) -> None:
    path = tmp_path / "part.csv"
    path.write_bytes(b"a,b\r\n" * 1000)
    archive.put("a.csv", path)
    assert archive.read("a.csv") == b"a,b\r\n" * 1000


def test_nothing_is_none(archive: Shelf) -> None:
    assert archive.read("nothing") is None
    assert archive.open("nothing") is None
    assert not archive.exists("nothing")


@pytest.mark.parametrize("content", [b"two", Path("two")], ids=["bytes", "file"])
def test_what_is_there_is_not_replaced_by_what_must_be_new(
    archive: Shelf, content: bytes | Path, tmp_path: Path
) -> None:
    if isinstance(content, Path):
        content = tmp_path / content
        content.write_bytes(b"two")
    assert archive.put_new("a", b"one")
    assert not archive.put_new("a", content)
    assert archive.read("a") == b"one"


def test_keys_are_listed_by_prefix_in_order(archive: Shelf) -> None:
    for key in ("work/2/b", "work/2/a", "work/20/a", "reports/2/a"):
        archive.put(key, b"")
    assert list(archive.keys("work/2/")) == ["work/2/a", "work/2/b"]
    assert list(archive.keys("nothing/")) == []


def test_folders_are_listed_once(archive: Shelf) -> None:
    for key in ("reports/2026-11-24/a", "reports/2026-11-24/b", "reports/2026-11-23/a", "reports/loose"):
        archive.put(key, b"")
    assert list(archive.folders("reports/")) == ["2026-11-23", "2026-11-24"]


def test_what_is_deleted_is_gone_and_may_be_deleted_again(archive: Shelf) -> None:
    archive.put("a", b"")
    archive.delete("a")
    archive.delete("a")
    assert not archive.exists("a")


@pytest.mark.parametrize("size", [0, 1, CHUNK, 2 * CHUNK + 1])
def test_a_reader_gives_every_byte(archive: Shelf, size: int) -> None:
    content = os.urandom(size)
    archive.put("a", content)
    reader = archive.open("a")
    assert reader is not None
    with reader:
        assert b"".join(iter(lambda: reader.read(65_536), b"")) == content


def test_more_keys_than_a_page_holds_are_all_listed(clouds: dict[str, Cloud]) -> None:
    archive = replace(clouds["moto"], client=Small(clouds["moto"].client)).archive()
    for number in range(7):
        archive.put(f"reports/{number}/a", b"")
    assert list(archive.folders("reports/")) == [str(number) for number in range(7)]
    assert len(list(archive.keys("reports/"))) == 7


def test_a_browser_is_told_what_a_part_is(clouds: dict[str, Cloud]) -> None:
    client, s3 = clouds["moto"].client, clouds["moto"].s3
    s3.create_bucket(Bucket="for-browsers")
    Archive(client, "for-browsers").put("a.csv", b"")
    assert s3.head_object(Bucket="for-browsers", Key="a.csv")["ContentType"] == "text/csv; charset=utf-8"


def test_a_reader_does_not_mix_two_contents(clouds: dict[str, Cloud]) -> None:
    archive = clouds["moto"].archive()
    archive.put("a", bytes(2 * CHUNK))
    reader = archive.open("a")
    assert reader is not None
    reader.read(1)
    archive.put("a", bytes(CHUNK) + os.urandom(CHUNK))
    with pytest.raises(Refused, match="PreconditionFailed"):
        reader.read()


def test_a_bucket_that_is_not_there_is_refused(clouds: dict[str, Cloud]) -> None:
    with pytest.raises(Refused, match="NoSuchBucket"):
        Archive(clouds["moto"].client, "no-such-bucket").put("a", b"")


class Torn(Exception):
    """As botocore's own for a body that breaks off."""


@pytest.mark.parametrize("error", [Torn, ConnectionResetError])
def test_a_body_that_breaks_off_is_unavailable(error: type[Exception]) -> None:
    with pytest.raises(Unavailable, match=error.__name__):
        Archive(Scripted(Breaking(error)), "bucket", (Torn,)).read("a")


@pytest.mark.parametrize(
    ("code", "error"),
    [("ConditionalRequestConflict", Unavailable), ("AccessDenied", Refused), ("PreconditionFailed", None)],
)
def test_a_put_that_meets_another_says_so(code: str, error: type[Exception] | None) -> None:
    archive = Archive(Scripted(Refused(code, "because")), "bucket")
    if error is None:
        assert not archive.put_new("a", b"")
    else:
        with pytest.raises(error):
            archive.put_new("a", b"")


class Small:
    """A client whose lists come two to a page."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def call(self, operation: str, body: dict[str, Any], deadline: float | None = None) -> dict[str, Any]:
        more = {"MaxKeys": 2} if operation == "ListObjectsV2" else {}
        answer: dict[str, Any] = self._client.call(operation, body | more)
        return answer


class Scripted:
    """A client with one answer: an error, or an object's body."""

    def __init__(self, answer: Exception | io.RawIOBase) -> None:
        self._answer = answer

    def call(self, operation: str, body: dict[str, Any], deadline: float | None = None) -> dict[str, Any]:
        if isinstance(self._answer, Exception):
            raise self._answer
        return {"Body": self._answer}


class Breaking(io.RawIOBase):
    def __init__(self, error: type[Exception]) -> None:
        self._error = error

    def read(self, size: int = -1) -> bytes:
        raise self._error("in the middle")
