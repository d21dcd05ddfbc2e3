"""The half-made report of a run that ran out of time, kept in the bucket for the run that goes on from there.

    work/<day>/<sha256>-<file>    the files of unfinished parts, and of the state that names them
    work/<day>/latest             the name of the newest state, for a run that was not told

Everything but `latest` is named by its content, so two runs that hand over at once cannot mix.
"""

import json
from collections.abc import Iterable, Mapping
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any, Final

from chalicelib.reports.stores import Archive

FOLDER: Final = "work/"
FORMAT: Final = 2
"""A state of another format, left by another version of the program, is not gone on from."""

Cursor = Mapping[str, str]
"""What the next run is told: the day, and the name of a state."""

_CHUNK: Final = 1024 * 1024


class Work:
    """The work on the report of `day`."""

    def __init__(self, archive: Archive, day: str) -> None:
        self._archive, self.day, self._prefix = archive, day, f"{FOLDER}{day}/"

    def save(self, state: Mapping[str, Any], files: Iterable[Path]) -> dict[str, str]:
        """Keep a draft's state and files; the cursor for the run that goes on."""
        names: dict[str, str] = {}
        for path in files:
            with path.open("rb") as file:
                names[path.name] = file_digest(file, "sha256").hexdigest()
            self._archive.put_new(f"{self._prefix}{names[path.name]}-{path.name}", path)
        content = json.dumps({"format": FORMAT, "files": names, "draft": state}).encode()
        name = f"{sha256(content).hexdigest()}-state.json"
        self._archive.put_new(self._prefix + name, content)
        self._archive.put(f"{self._prefix}latest", name.encode())
        return {"day": self.day, "state": name}

    def load(self, cursor: Cursor, folder: Path) -> dict[str, Any] | None:
        """Bring a draft's files back into `folder`; its state, or None if there is no work that can be gone on from.

        Takes the newest state if the cursor is empty, of another day, or names work that is gone.
        """
        latest = self._archive.read(f"{self._prefix}latest")
        told = cursor.get("state", "") if cursor.get("day") == self.day else ""
        for name in filter(None, (told, (latest or b"").decode())):
            state = self._state(name)
            if state is not None and all(self._fetch(file, hashed, folder) for file, hashed in state["files"].items()):
                draft: dict[str, Any] = state["draft"]
                return draft
        return None

    def clear(self) -> None:
        """Forget the work on this day, for its report is published."""
        for key in list(self._archive.keys(self._prefix)):
            self._archive.delete(key)

    def _state(self, name: str) -> dict[str, Any] | None:
        content = self._archive.read(self._prefix + name)
        if content is None or name != f"{sha256(content).hexdigest()}-state.json":
            return None
        state: dict[str, Any] = json.loads(content)
        return state if state["format"] == FORMAT else None

    def _fetch(self, name: str, hashed: str, folder: Path) -> bool:
        """Copy a file back; False if it is gone."""
        source = self._archive.open(f"{self._prefix}{hashed}-{name}")
        if source is None:
            return False
        with source, (folder / name).open("wb") as target:
            while chunk := source.read(_CHUNK):
                target.write(chunk)
        with (folder / name).open("rb") as file:
            return file_digest(file, "sha256").hexdigest() == hashed
