"""What the command needs to pay people: balances, lines by hand, and who is who."""

from dataclasses import dataclass

from chalicelib.manage.adjustments import Adjustments
from chalicelib.manage.parties import PartyDesk
from chalicelib.manage.payouts import Cashier


@dataclass(frozen=True, slots=True)
class Treasury:
    """All three, made together when a command first needs one."""

    cashier: Cashier
    adjustments: Adjustments
    parties: PartyDesk
