"""The published closes: each names the hash of the one before, and the table keeps each hash a second time.

The bucket's conditional put of a manifest is the moment of publication; the table's note follows it.
"""

from collections.abc import Iterator
from hashlib import sha256

from chalicelib.reports.close_manifest import FOLDER, CloseManifest, Link, is_period, manifest_key, read
from chalicelib.reports.manifest import Broken
from chalicelib.reports.month_stores import Closes
from chalicelib.reports.stores import Archive


class CloseChain:
    """The closes in `archive`, and their hashes in `closes`."""

    def __init__(self, closes: Closes, archive: Archive) -> None:
        self._closes, self._archive = closes, archive

    def published(self, period: str) -> CloseManifest | None:
        """A period's manifest, None if it is open; Broken if it is not the one whose hash the table keeps."""
        content, known = self._archive.read(manifest_key(period)), self._closes.close(period)
        if content is None:
            if known:
                raise Broken(f"the manifest of the close of {period} is gone from the bucket")
            return None
        if known not in ("", sha256(content).hexdigest()):
            raise Broken(f"the manifest of the close of {period} is not the published one")
        return read(content)

    def all(self) -> Iterator[CloseManifest]:
        """The closes, newest first."""
        for period in sorted(filter(is_period, self._archive.folders(FOLDER)), reverse=True):
            found = self.published(period)
            if found is not None:
                yield found

    def last(self) -> CloseManifest | None:
        """The newest close, whose link to the one before holds; None before the network's first.

        A run may have ended between putting it and telling the table: then the table is told now.
        """
        found = next(self.all(), None)
        if found is not None:
            self.check_link(found)
            if not self._closes.close(found.period):
                self._note(found)
        return found

    def check_link(self, close: CloseManifest) -> None:
        """Broken if the close before is not the one that this one points to."""
        if close.previous is None:
            return
        before = self.published(close.previous.period)
        if before is None or Link(before.period, before.sha256) != close.previous:
            raise Broken(f"the close of {close.previous.period} is not the one that {close.period} points to")

    def publish(self, manifest: CloseManifest) -> CloseManifest:
        """Publish a close; the one that stands, which is another run's if that was first."""
        key = manifest_key(manifest.period)
        if self._archive.put_new(key, manifest.encoded()):
            stands = manifest
        else:
            content = self._archive.read(key)
            if content is None:
                raise Broken(f"the manifest of the close of {manifest.period} vanished")
            stands = read(content)
        self._note(stands)
        return stands

    def _note(self, close: CloseManifest) -> None:
        if self._closes.publish(close.period, close.sha256) != close.sha256:
            raise Broken(f"the table keeps another manifest of the close of {close.period}")
