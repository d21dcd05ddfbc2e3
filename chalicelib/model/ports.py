"""What the rooms above need of the store, as protocols: stores are given to them, never imported.

Only type checkers need these, so a click does not load them. How a store fails stands in model.failures.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from chalicelib.model.click import Click
from chalicelib.model.clickid import ClickId
from chalicelib.model.network import Advertiser, Affiliate, Binding, Campaign, Coupon, Link, Number

if TYPE_CHECKING:
    from chalicelib.model.fact import Fact
    from chalicelib.model.judge import Replay
    from chalicelib.model.personal import Personal
    from chalicelib.model.sale import Refusal

Row = dict[str, Any]
Answer: TypeAlias = "Fact | Replay | Refusal"
Question: TypeAlias = "Callable[[list[Fact]], Answer]"


class Directory(Protocol):
    """The network's set-up, cached. Each raises Unavailable when it is not known and cannot be read."""

    def slug(self, slug: str) -> Link | None:
        """The link of a slug."""

    def link(self, number: int) -> Link | None:
        """The link of a number."""

    def campaign(self, id: str) -> Campaign | None:
        """A campaign with its terms."""

    def advertiser(self, id: str) -> Advertiser | None:
        """An advertiser with its goals."""

    def affiliate(self, id: str) -> Affiliate | None:
        """An affiliate."""

    def coupon(self, advertiser: str, code: str) -> Coupon | None:
        """A coupon code of an advertiser."""

    def number(self, number: str) -> Number | None:
        """A tracking number."""


class Clicks(Protocol):
    """The visits table."""

    def item(self, click: Click) -> Row:
        """The row that `put` writes."""

    def put(self, row: Row, deadline: float | None = None) -> None:
        """Write a row once."""

    def click(self, id: ClickId) -> Click:
        """The click of an id, without evidence if its row is not there."""

    def impression_item(self, shown: Click) -> Row:
        """The row of an impression."""

    def put_late(self, row: Row, at_ms: int) -> None:
        """Write a row that has waited, once, and note that it came in late."""


class Facts(Protocol):
    """The ledger."""

    def settle(self, conversion: str, question: Question, is_new: bool) -> Answer:
        """Ask what follows from the facts so far, and write it down."""

    def keep_refusal(
        self, advertiser: str, moment: tuple[int, str], answer: dict[str, str], said: dict[str, str]
    ) -> None:
        """Keep an authenticated refusal, once by content."""


class Customers(Protocol):
    """Who brought which customer."""

    def binding(self, advertiser: str, customer: str) -> Binding | None:
        """Who brought a customer, read consistently."""

    def bind(self, advertiser: str, customer: str, binding: Binding) -> None:
        """Keep who brought a customer, unless that is known."""

    def keep(self, fact: "Fact", personal: "Personal") -> None:
        """Keep what was said of the customer of a fact that is about to be written."""


class Queue(Protocol):
    """The fallback queue."""

    def send(self, message: dict[str, Any], deadline: float | None = None) -> None:
        """Queue a message."""
