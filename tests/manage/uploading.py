"""An advertiser's door on a real store, for tests and for a process of its own that a test kills."""

import sys
from pathlib import Path

from chalicelib.manage.upload import Door, Upload
from chalicelib.model import trust
from chalicelib.model.fx import NO_QUOTES
from chalicelib.store.customers import Customers
from chalicelib.store.directory import EXACT, Directory
from chalicelib.store.ledger import Ledger
from chalicelib.store.network import Network
from chalicelib.store.visits import Visits
from chalicelib.web.ground import Survey
from chalicelib.web.postback import Postback
from chalicelib.web.proof import Prover
from tests.services import Service
from tests.web.shopfront import MASTER, START, Switch


def door(table: Switch, advertiser: str, now_ms: int = START) -> Door:
    """The door of an advertiser at a time that stands still."""
    records = Directory(Network(table, "ledger"), 60, lambda: 0, EXACT)
    known = records.advertiser(advertiser)
    assert known is not None
    survey = Survey(records, trust.click_keys(MASTER), Customers(table, "ledger"))
    visits, ledger = Visits(table, "visits", 120), Ledger(table, "ledger")
    road = Postback(records, visits, ledger, survey, Prover(MASTER), "UTC", lambda day: NO_QUOTES)
    return Door(lambda said, must_exist: road.take(said, known, now_ms, must_exist), known.statuses)


if __name__ == "__main__":
    endpoint, shop, file, to = sys.argv[1:]
    Upload(Path(file), shop, door(Switch(Service(endpoint, "wire").connect("dynamodb")), shop), Path(to)).run()
