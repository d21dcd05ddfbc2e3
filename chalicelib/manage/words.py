"""The words of the command: how a group of them says what it does."""

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalicelib.manage.command import Desk

    Rooms = argparse._SubParsersAction[argparse.ArgumentParser]


def does(
    rooms: "Rooms", name: str, run: "Callable[[argparse.Namespace, Desk], None]", help: str
) -> argparse.ArgumentParser:
    """A new word in `rooms` that runs `run`; its options are added to what is returned."""
    made = rooms.add_parser(name, help=help)
    made.set_defaults(run=run)
    return made
