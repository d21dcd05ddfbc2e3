"""The daily report of the network under stress: published, downloaded, and published again."""

import itertools
from pathlib import Path
from typing import Final

from bench.stress import lines
from bench.stress.lines import Book
from bench.stress.site import Site
from chalicelib import wiring
from chalicelib.model.day import accounting_day, end
from chalicelib.reports.daily import GRACE_MS, DailyReport, Done
from chalicelib.store.days import Days

ZONE: Final = "UTC"


class Books:
    """The day index and the reports of a site, as the program's own parts show them; its downloads go into `folder`."""

    def __init__(self, here: Site, folder: Path) -> None:
        self._s3, self._bucket, self._folder = here.account.client("s3"), here.bucket, folder
        self._days = Days(wiring.boto("dynamodb"), here.ledger)
        self._report = DailyReport(self._days, wiring.archive(), ZONE, folder / "scratch")

    def publish(self, now_ms: int) -> list[str]:
        """Publish all days that are due at `now_ms`; these days."""
        done = self._report.run(now_ms, lambda: 900_000)
        if not isinstance(done, Done):
            raise TypeError(f"a report handed over: {done}")
        return list(done.days)

    def close(self, since_ms: int, until_ms: int) -> list[str]:
        """Publish as if the days from the one to the other had ended; these days."""
        first, last = accounting_day(since_ms, ZONE), accounting_day(until_ms, ZONE)
        return [day for day in self.publish(end(last, ZONE) + GRACE_MS) if day >= first]

    def index(self, days: list[str]) -> Book:
        """The facts of these days by the index."""
        return lines.book(lines.index(self._days, days))

    def download(self, day: str) -> Path:
        """A published day's files, with their hashes checked; the folder they are in."""
        folder = self._folder / day
        self._report.fetch(day, folder)
        return folder

    def differences(self, days: list[str]) -> list[str]:
        """What comes out differently when these days are published or made again; nothing, if all is well."""
        before, differing = self._versions(), []
        for day in days:
            again = self._report.rebuild(day)
            differing += [f"{day}: {name} is made differently again" for name in again.differing]
            if again.missing:
                differing.append(f"{day}: {again.missing} facts are missing when it is made again")
        differing += [f"{day} is published again" for day in self.publish(end(days[-1], ZONE) + GRACE_MS)]
        if self._versions() != before:
            differing.append("the bucket is not what it was before")
        return differing

    def _versions(self) -> list[tuple[str, str, str]]:
        """Every version of every object: key, version and hash."""
        pages = self._s3.get_paginator("list_object_versions").paginate(Bucket=self._bucket)
        found = itertools.chain.from_iterable(page.get("Versions", ()) for page in pages)
        return sorted((one["Key"], one["VersionId"], one["ETag"]) for one in found)
