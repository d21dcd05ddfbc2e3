"""A half-made close in the bucket, for the run that goes on from there, or for the next if that one never comes.

Beside the draft's own files lies its state: one value, read by a reader that makes nothing but rows (see runs). What it
consists of is part of the format, so a state is not gone on from by a program whose rows have other fields.
"""

from dataclasses import fields
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from chalicelib.model.balance import Balance, Share, Sums, Tax
from chalicelib.model.close import Carry, Close
from chalicelib.model.entry import Entry
from chalicelib.model.fx import Quotes
from chalicelib.model.line import Buckets, Line, Moved
from chalicelib.model.room import Agreed, Taken
from chalicelib.model.settling import Carried
from chalicelib.model.together import Base, Group, Seen
from chalicelib.model.visit import Visit
from chalicelib.reports import runs
from chalicelib.reports.close_draft import CloseDraft
from chalicelib.reports.close_given import Pinned
from chalicelib.reports.close_manifest import Link
from chalicelib.reports.journal import Sum
from chalicelib.reports.manifest import Part, Previous
from chalicelib.reports.stores import Archive
from chalicelib.reports.work import Cursor, Work

FOLDER: Final = "work/closes/"
FORMAT: Final = 1
STATE: Final = "state.rows"

ROWS: Final = (Agreed, Balance, Base, Buckets, Carried, Entry, Group, Line, Moved, Seen, Share, Sum, Taken, Tax, Visit)
CLASSES: Final = (Carry, Close, Link, Part, Pinned, Previous, Quotes, Sums)

Saved = tuple[Pinned, dict[str, Any]]
"""What the first run pinned, and the state of the draft whose files lie in the folder."""


class CloseWork:
    """The work on the close of `period`."""

    def __init__(self, archive: Archive, period: str) -> None:
        self._work = Work(archive, period, FOLDER, "period", form())

    def load(self, cursor: Cursor, folder: Path) -> Saved | None:
        """Bring everything back into `folder`; None if there is nothing that can be gone on from."""
        if self._work.load(cursor, folder) is None:
            return None
        found: Saved = runs.load(folder / STATE)
        return found

    def save(self, pinned: Pinned, draft: CloseDraft, folder: Path) -> dict[str, str]:
        """Keep everything of a draft that is made in `folder`; the cursor for the run that goes on."""
        growing, sealed = draft.growing(), draft.sealed()
        runs.dump((pinned, draft.state()), folder / STATE)
        return self._work.save({}, [folder / STATE, *growing], sealed)

    def unsaved(self, folder: Path) -> int:
        """Bytes in `folder` that `save` would put, and perhaps some more."""
        return sum(path.stat().st_size for path in folder.iterdir() if not self._work.is_kept(path))

    def clear(self) -> None:
        """Forget the work."""
        self._work.clear()


def form() -> str:
    """The format of a state: of what it consists, by the names of all fields."""
    shapes: list[tuple[str, tuple[str, ...]]] = [(kind.__name__, kind._fields) for kind in ROWS]
    shapes += [(kind.__name__, tuple(field.name for field in fields(kind))) for kind in CLASSES]
    return f"{FORMAT}-{sha256(repr(shapes).encode()).hexdigest()[:16]}"
