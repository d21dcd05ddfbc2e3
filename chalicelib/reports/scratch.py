"""The folder in which a report or a close is made."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp


@contextmanager
def emptied(path: Path) -> Iterator[Path]:
    """An empty folder in `path` while it is needed; what a killed run left there goes first.

    Its name is new each time and begins with the process's number: what another process is at work on stays, for on
    one machine several may share `path`, and what an earlier run of this process still holds has another name.
    """
    path.mkdir(parents=True, exist_ok=True)
    for left in path.iterdir():
        if not _is_at_work(left):
            shutil.rmtree(left, ignore_errors=True)
    folder = Path(mkdtemp(prefix=f"{os.getpid()}-", dir=path))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        with suppress(OSError):
            path.rmdir()


def _is_at_work(left: Path) -> bool:
    """Whether a folder belongs to another process that lives."""
    owner = left.name.partition("-")[0]
    if not owner.isdigit() or int(owner) == os.getpid():
        return False
    try:
        os.kill(int(owner), 0)
    except OSError as error:
        return isinstance(error, PermissionError)
    return True
