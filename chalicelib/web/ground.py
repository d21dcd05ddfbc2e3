"""Where a click id stands: its link and campaign, from what the id says of itself. The click's row is not read here."""

from dataclasses import dataclass

from chalicelib.model import clickid
from chalicelib.model.click import Click
from chalicelib.model.clickid import KeyRing
from chalicelib.model.judge import Ground
from chalicelib.model.ports import Directory


@dataclass(frozen=True, slots=True)
class Survey:
    """Reads click ids and looks up where they lead."""

    directory: Directory
    ring: KeyRing

    def ground(self, text: str) -> Ground | None:
        """The ground of a click id; None for a text that is none of ours, or whose link is gone."""
        id = clickid.read(self.ring, text)
        link = self.directory.link(id.link) if id else None
        campaign = self.directory.campaign(link.campaign) if link else None
        return Ground(Click(id), link, campaign) if id and link and campaign else None
