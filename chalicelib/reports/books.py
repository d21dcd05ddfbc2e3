"""What manual lines and payouts bring to a month close, and what a close brings to the payouts."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, Protocol

from chalicelib.model import manual, payout
from chalicelib.model.balance import Balance
from chalicelib.model.day import accounting_day
from chalicelib.model.line import Line
from chalicelib.model.manual import Manual
from chalicelib.model.payout import Act, Payout
from chalicelib.model.sale import Refusal

CLOSER: Final = "close"
"""The person that the facts of a close name."""


class Manuals(Protocol):
    """The manual lines (store.manual)."""

    def on(self, day: str) -> Iterator[Manual]:
        """Those that count on an accounting day."""


class Payouts(Protocol):
    """The payouts (store.payouts)."""

    def on(self, day: str) -> Iterator[Payout]:
        """The facts of an accounting day."""

    def settle(
        self, affiliate: str, currency: str, decide: Callable[[Sequence[Payout]], payout.Answer]
    ) -> payout.Answer:
        """Ask what follows from the facts of a balance, and write it down."""


class NotPayable(Exception):
    """The payouts refuse a closed balance: a person has to look."""


class Books:
    """The manual lines and payouts of a network in `time_zone`."""

    def __init__(self, manuals: Manuals, payouts: Payouts, time_zone: str) -> None:
        self._manuals, self._payouts, self._zone = manuals, payouts, time_zone

    def on(self, day: str) -> Iterator[Line]:
        """The lines of an accounting day: what people wrote, then what payouts moved."""
        for one in self._manuals.on(day):
            yield from manual.lines(one)
        # That a balance was closed is what the close before did to the payouts, and nothing that moves.
        yield from (payout.line(fact) for fact in self._payouts.on(day) if fact.kind != "closed")

    def closed(self, period: str, balance: Balance, at_ms: int) -> None:
        """Tell the payouts what a balance was closed with, debts too; a repetition changes nothing."""
        affiliate, currency = balance.affiliate, balance.currency
        when = (period, at_ms, accounting_day(at_ms, self._zone), CLOSER)
        why = "" if balance.payout else balance.status
        act = Act("closed", *when, amount=balance.closing.payable, reason=why)
        answer = self._payouts.settle(affiliate, currency, lambda said: payout.decide(said, affiliate, currency, act))
        if isinstance(answer, Refusal):
            raise NotPayable(f"{payout.line_id(period, affiliate, currency)}: {answer.reason}")
