"""The published manifests: each names the hash of the one before, and the table keeps each hash a second time.

The bucket's conditional put of the manifest is the moment of publication; the table's note follows it.
"""

from hashlib import sha256

from chalicelib.reports.manifest import FOLDER, Broken, Manifest, Previous, Published, is_day, manifest_key, read
from chalicelib.reports.stores import Archive, Days


class Chain:
    """The manifests in `archive`, and their hashes in `days`."""

    def __init__(self, days: Days, archive: Archive) -> None:
        self._days, self._archive = days, archive

    def published(self, day: str) -> Published | None:
        """A day's manifest, None if the day is open; Broken if it is not the one whose hash the table keeps."""
        content, known = self._archive.read(manifest_key(day)), self._days.manifest(day)
        if content is None:
            if known:
                raise Broken(f"the manifest of {day} is gone from the bucket")
            return None
        if known not in ("", sha256(content).hexdigest()):
            raise Broken(f"the manifest of {day} is not the published one")
        return read(content)

    def last(self) -> Published | None:
        """The newest manifest; None before the network's first.

        A run may have ended between putting it and telling the table: then the table is told now.
        """
        for day in sorted(filter(is_day, self._archive.folders(FOLDER)), reverse=True):
            found = self.published(day)
            if found is not None:
                if not self._days.manifest(day):
                    self._note(day, found.sha256)
                return found
        return None

    def publish(self, manifest: Manifest) -> bool:
        """Publish a day; False if another run was first, whose manifest then stands."""
        mine, key = manifest.encoded(), manifest_key(manifest.day)
        stands = mine if self._archive.put_new(key, mine) else self._archive.read(key)
        if stands is None:
            raise Broken(f"the manifest of {manifest.day} vanished")
        self._note(manifest.day, sha256(stands).hexdigest())
        return stands == mine

    def link(self, day: str) -> Previous | None:
        """What the manifest after `day` says of it; None if there is none of `day`."""
        found = self.published(day)
        return Previous(day, found.sha256) if found else None

    def check_link(self, published: Published) -> None:
        """Broken if the manifest before is not the one that this one points to."""
        if published.previous is not None and self.link(published.previous.day) != published.previous:
            raise Broken(f"the manifest of {published.previous.day} is not the one that {published.day} points to")

    def content(self, published: Published) -> bytes:
        """The bytes of a manifest."""
        content = self._archive.read(manifest_key(published.day))
        if content is None or sha256(content).hexdigest() != published.sha256:
            raise Broken(f"the manifest of {published.day} has changed")
        return content

    def all(self) -> list[str]:
        """The published days, newest first."""
        days = sorted(filter(is_day, self._archive.folders(FOLDER)), reverse=True)
        return [day for day in days if self._archive.exists(manifest_key(day))]

    def _note(self, day: str, manifest: str) -> None:
        if self._days.publish(day, manifest) != manifest:
            raise Broken(f"the table keeps another manifest of {day}")
