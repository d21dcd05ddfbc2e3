"""What a network has agreed by now, as a month close needs it: all affiliates and campaigns, and who the network is."""

from collections.abc import Callable, Mapping
from typing import Protocol

from chalicelib.model import party
from chalicelib.model.close import Setup
from chalicelib.model.fx import Quotes
from chalicelib.model.network import Affiliate, Campaign
from chalicelib.reports.agreed import minimum
from chalicelib.reports.month_stores import Agreed


class Network(Protocol):
    """The network's set-up (store.network)."""

    def listed(self, kind: str) -> list[str]:
        """The ids of advertisers, affiliates or campaigns."""

    def affiliate(self, id: str) -> Affiliate | None:
        """An affiliate."""

    def campaign(self, id: str) -> Campaign | None:
        """A campaign with all its terms."""


class Agreements:
    """The set-up of a network. `own` gives its profile, `currency` is the one its reports are summed up in.

    The network's own minimum payouts hold for every affiliate whose profile names none in that currency.
    """

    def __init__(
        self,
        network: Network,
        own: Callable[[], Mapping[str, str]],
        rates: Callable[[str], Quotes],
        time_zone: str,
        currency: str,
    ) -> None:
        self._network, self._own, self._rates, self._zone, self._currency = network, own, rates, time_zone, currency

    def agreed(self) -> Agreed:
        """All of it, as it stands."""
        own = self._own()
        least = party.minimums(own.get("minimum_payout", ""))
        affiliates = [self._network.affiliate(id) for id in self._network.listed("affiliate")]
        campaigns = [self._network.campaign(id) for id in self._network.listed("campaign")]
        known = {one.id: one for one in affiliates if one is not None}
        setup = Setup(
            self._zone,
            {one.id: one for one in campaigns if one is not None},
            known,
            self._rates,
            minimum(known, least),
        )
        return Agreed(setup, self._currency, own, least)
