"""One journey, played over real HTTP: follow the link, buy, let the page and the server report, look at the report."""

import csv
import http.client
import io
from collections.abc import Callable, Mapping
from urllib.parse import parse_qs, urlencode, urlsplit

from chalicelib.manage.command import Desk
from chalicelib.model.day import accounting_day
from chalicelib.settings import settings
from demo.shop import Shop

SHOWN = ("affiliate", "campaign", "goal", "conversions", "currency", "revenue", "commission", "margin")


def play(facts: Mapping[str, object], shop: Shop, desk: Desk, say: Callable[[str], None]) -> str:
    """Play it, print what happens, and give the key of the day's previewed commissions."""
    location = _ask("GET", str(facts["link"]))[1]["location"]
    click = parse_qs(urlsplit(location).query)["clid"][0]
    say(f"a visitor follows {facts['link']} and arrives at {urlsplit(location).netloc}")
    _ask("GET", location)
    bought = _ask("POST", f"{shop.origin}/buy", urlencode({"click_id": click, "clid": click}))[1]["location"]
    order = parse_qs(urlsplit(bought).query)["order"][0]
    sale = {"click_id": click, "goal": shop.goal, "order_id": order, "amount": shop.amount, "currency": shop.currency}
    for _ in range(2):  # the page is loaded twice: the shop's server and the browser both repeat themselves
        _ask("GET", f"{shop.origin}{bought}")
        _ask("GET", f"{facts['pixel']}?{urlencode(sale)}")
    say(f"bought {order} for {shop.amount} {shop.currency}; postback and pixel were sent twice")
    return _show(desk, say)


def _show(desk: Desk, say: Callable[[str], None]) -> str:
    day = accounting_day(desk.clock(), settings().time_zone)
    keys = desk.reports().preview(day)
    summary = next(key for key in keys if key.endswith("summary.csv"))
    say(f"the report of {day} so far:")
    rows = list(csv.DictReader(io.StringIO((desk.bucket().read(summary) or b"").decode())))
    for cells in (SHOWN, *([row[name] for name in SHOWN] for row in rows)):
        print("    " + "".join(cell.ljust(13) for cell in cells).rstrip())
    return next(key for key in keys if key.endswith("commissions.csv"))


def _ask(method: str, url: str, form: str = "") -> tuple[int, dict[str, str]]:
    """One request to a *.localhost address, which Python does not resolve: the name travels in the Host header."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=30)
    headers = {"Host": parts.netloc, "User-Agent": "Mozilla/5.0 (the demo's own visitor)"}
    if form:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    try:
        connection.request(method, f"{parts.path or '/'}?{parts.query}".rstrip("?"), form or None, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}
    finally:
        connection.close()
