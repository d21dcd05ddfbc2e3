"""What a run that ran out of time has half made, kept in the bucket for the run that goes on from there.

    work/<day>/<sha256>-<file>              the files of a report's unfinished parts, and of the state that names them
    work/<day>/latest                       the name of the newest state, for a run that was not told
    work/closes/<period>/<sha256>-<file>    the same of a month close
    work/closes/<period>/latest

Everything but `latest` is named by its content, so two runs that hand over at once cannot mix.
"""

import json
from collections.abc import Iterable, Mapping
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any, Final

from chalicelib.reports.stores import Archive

FOLDER: Final = "work/"
FORMAT: Final = 3
"""The format of a daily report's state."""

Cursor = Mapping[str, str]
"""What the next run is told: the day or period, and the name of a state."""

_CHUNK: Final = 1024 * 1024


class Work:
    """The work on `about`, a day or a period, in `folder`; `called` is its name in a cursor.

    A state of another `form`, left by another version of the program, is not gone on from.
    """

    def __init__(
        self, archive: Archive, about: str, folder: str = FOLDER, called: str = "day", form: str | int = FORMAT
    ) -> None:
        self._archive, self._about, self._prefix = archive, about, f"{folder}{about}/"
        self._called, self._form = called, form
        self._kept: dict[str, str] = {}

    def save(self, state: Mapping[str, Any], files: Iterable[Path], sealed: Iterable[Path] = ()) -> dict[str, str]:
        """Keep a draft's state and files; the cursor for the run that goes on. `sealed` files are put only once."""
        names = {path.name: self._put(path) for path in files}
        self._kept = {path.name: self._kept.get(path.name) or self._put(path) for path in sealed}
        names |= self._kept
        plain = {"format": self._form, "files": names, "sealed": sorted(self._kept), "draft": state}
        content = json.dumps(plain).encode()
        name = f"{sha256(content).hexdigest()}-state.json"
        self._archive.put_new(self._prefix + name, content)
        self._archive.put(f"{self._prefix}latest", name.encode())
        return {self._called: self._about, "state": name}

    def is_kept(self, path: Path) -> bool:
        """Whether a sealed file lies in the bucket already."""
        return path.name in self._kept

    def load(self, cursor: Cursor, folder: Path) -> dict[str, Any] | None:
        """Bring a draft's files back into `folder`; its state, or None if there is no work that can be gone on from.

        Takes the newest state if the cursor is empty, about something else, or names work that is gone.
        """
        latest = self._archive.read(f"{self._prefix}latest")
        told = cursor.get("state", "") if cursor.get(self._called) == self._about else ""
        for name in filter(None, (told, (latest or b"").decode())):
            state = self._state(name)
            if state is not None and all(self._fetch(file, hashed, folder) for file, hashed in state["files"].items()):
                self._kept = {name: state["files"][name] for name in state.get("sealed", ())}
                draft: dict[str, Any] = state["draft"]
                return draft
        return None

    def clear(self) -> None:
        """Forget the work, for what it was for is published."""
        for key in list(self._archive.keys(self._prefix)):
            self._archive.delete(key)

    def _state(self, name: str) -> dict[str, Any] | None:
        content = self._archive.read(self._prefix + name)
        if content is None or name != f"{sha256(content).hexdigest()}-state.json":
            return None
        state: dict[str, Any] = json.loads(content)
        return state if state["format"] == self._form else None

    def _put(self, path: Path) -> str:
        with path.open("rb") as file:
            hashed = file_digest(file, "sha256").hexdigest()
        self._archive.put_new(f"{self._prefix}{hashed}-{path.name}", path)
        return hashed

    def _fetch(self, name: str, hashed: str, folder: Path) -> bool:
        """Copy a file back; False if it is gone."""
        source = self._archive.open(f"{self._prefix}{hashed}-{name}") if Path(name).name == name else None
        if source is None:
            return False
        with source, (folder / name).open("wb") as target:
            while chunk := source.read(_CHUNK):
                target.write(chunk)
        with (folder / name).open("rb") as file:
            return file_digest(file, "sha256").hexdigest() == hashed
