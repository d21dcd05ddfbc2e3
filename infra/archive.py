"""Zips for Lambda: the same files always give the same bytes, and each module comes with its bytecode.

`/var/task` cannot be written to, so without bytecode in the zip every cold start compiles all it imports. The
bytecode is of the unchecked-hash kind: Python takes it without looking at the source's time, which a zip changes.
"""

import importlib.metadata
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Container, Iterable
from pathlib import Path

from packaging.requirements import Requirement

# The earliest time a zip can hold; any other would make two zips of the same files differ.
_TIME = (1980, 1, 1, 0, 0, 0)


class ArchiveError(Exception):
    """What was to be shipped cannot be; the message is one line for a person."""


def requirements(file: Path) -> list[str]:
    """The names of the packages that a requirements file asks for, normalised, in its order."""
    lines = (line.partition("#")[0].strip() for line in file.read_text().splitlines())
    return [_normal(Requirement(line).name) for line in lines if line]


def closure(names: Iterable[str], left_out: Container[str] = ()) -> dict[str, importlib.metadata.Distribution]:
    """The installed packages behind these names with all they need, by normalised name.

    What is `left_out` is not followed: the program does without that part of what needs it.
    """
    found: dict[str, importlib.metadata.Distribution] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in found or name in left_out:
            continue
        try:
            found[name] = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError as missing:
            raise ArchiveError(f"the package {name} is not installed: run make setup") from missing
        needs = (Requirement(text) for text in found[name].requires or ())
        waiting += [_normal(need.name) for need in needs if need.marker is None or need.marker.evaluate({"extra": ""})]
    return dict(sorted(found.items()))


def lay(packages: Iterable[importlib.metadata.Distribution], folder: Path) -> None:
    """Copy these packages' files into a folder, as an import from there wants them.

    They come from the environment, which was installed from the lock with its hashes: nothing is downloaded. Only
    pure Python can be taken so, since Lambda's machine may be another than this one.
    """
    for package in packages:
        if "Root-Is-Purelib: true" not in (package.read_text("WHEEL") or ""):
            raise ArchiveError(f"the package {package.name} holds compiled code and cannot be shipped from here")
        for file in package.files or ():
            if file.parts[0] == ".." or file.parts[0].endswith(".dist-info") or file.suffix in (".pyc", ".pyi"):
                continue
            target = folder.joinpath(*file.parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(str(file.locate()), target)


def compile_tree(folder: Path, home: str) -> None:
    """Put bytecode beside every module of the folder; `home` is where the folder will stand in service."""
    command = [sys.executable, "-S", "-B", "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"]
    # A process of its own with a fixed hash seed: bytecode depends on what else a process has interned.
    done = subprocess.run(
        [*command, "-s", str(folder), "-p", home, str(folder)],
        env={"PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ArchiveError(f"a module does not compile: {(done.stdout or done.stderr).strip().splitlines()[-1]}")


def pack(folder: Path, target: Path) -> None:
    """Zip a folder's files in the order of their names, with one time and one mode for all."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, path.read_bytes())


def _normal(name: str) -> str:
    """A package's name as the index compares it."""
    return name.lower().replace("_", "-").replace(".", "-")
