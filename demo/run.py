"""`make run`: the whole product on this machine, with a network to look at and a shop to buy from.

It packages the real template, puts it up as a stack on the local AWS, sets up a demo network once, plays a journey over
HTTP, and stays up until Ctrl-C. What it prints is in .local/run.json, too.
"""

import argparse
import json
import signal
import sys
import threading
import time
from pathlib import Path
from types import FrameType
from urllib.parse import urlencode

from demo import journey, network
from demo.shop import Shop
from infra import account, desk, emulator, stack
from infra.account import StackError
from infra.emulator import Emulator, EmulatorError
from infra.package import PackageError, package

FOLDER = Path(__file__).parent.parent / ".local"
STACK = "clickledger-local"
DOMAIN = "go.localhost"


def main() -> int:
    """Run until Ctrl-C or a TERM signal; 1 with one clear line if it cannot start."""
    asked = argparse.ArgumentParser(prog="make run", description=__doc__)
    asked.add_argument("--port", type=int, default=8787, help="of the local AWS and the short links")
    asked.add_argument("--shop-port", type=int, default=8788, help="of the demo shop")
    asked.add_argument("--folder", type=Path, default=FOLDER, help="where the state is kept between runs")
    told = asked.parse_args()
    leave = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        leave.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    try:
        _run(told.port, told.shop_port, told.folder, leave)
    except (EmulatorError, StackError, PackageError) as wrong:
        hint = " (make run PORT=...)" if str(wrong).startswith("port ") else ""
        print(f"run: {wrong}{hint}", file=sys.stderr)
        return 1
    except OSError as taken:
        text = f"port {told.shop_port} for the shop: {taken.strerror}; choose another (make run SHOP_PORT=...)"
        print(f"run: {text}", file=sys.stderr)
        return 1
    return 0


def _run(port: int, shop_port: int, folder: Path, leave: threading.Event) -> None:
    started = time.monotonic()
    made = package("local", say=_say)
    shop = Shop(tracking_origin=f"http://{DOMAIN}:{port}", postback_url="", postback_host="", token="", port=shop_port)
    running = None
    try:
        _say(f"starting the local AWS on 127.0.0.1:{port}, its state in {folder.name}/")
        running = emulator.start(folder, port=port, say=_say)
        here = account.local(running)
        parameters = {"Domain": DOMAIN, "WithFunctionUrl": "true", "LinkSeconds": "5", "ProtectData": "false"}
        outputs = stack.deploy(made, STACK, here, parameters, say=_say)
        facts = _facts(running, outputs, shop)
        _write(folder, facts)
        _open(folder, facts, shop, running, outputs)
        _say(f"ready after {time.monotonic() - started:.1f} s")
        print(_card(facts), flush=True)
        _wait(running, leave)
    finally:
        shop.stop()
        if running is not None:
            _say("stopping, and writing the state down")
            running.stop()


def _facts(running: Emulator, outputs: dict[str, str], shop: Shop) -> dict[str, object]:
    """What run.json says before the network is there."""
    site = f"http://{DOMAIN}:{running.port}"
    return {
        "endpoint": running.endpoint,
        "stack": STACK,
        "site": site,
        "address": emulator.doors(running, outputs)["edge"],
        "link": f"{site}/c/{network.SLUG}",
        "shop": f"{shop.origin}/",
        "postback": f"{site}/postback",
        "pixel": f"{site}/p.gif",
        "tag": f"{site}/tag.js",
        "bucket": outputs["Bucket"],
    }


def _open(folder: Path, facts: dict[str, object], shop: Shop, running: Emulator, outputs: dict[str, str]) -> None:
    """Set up the network, open the shop and play the first sale; run.json gets the credentials and the report."""
    at_desk = desk.open_desk("", folder / "run.json")
    credentials = network.set_up(at_desk, shop.origin, folder / "demo.json", _say)
    shop.token = credentials["token"]
    shop.postback_url = f"{running.endpoint}/postback"
    shop.postback_host = f"{DOMAIN}:{running.port}"
    shop.start()
    facts["credentials"] = credentials | {"aws_access_key_id": emulator.KEY_ID, "aws_secret_access_key": emulator.KEY}
    facts["report"] = journey.play(facts, shop, at_desk, _say)
    _write(folder, facts)


def _write(folder: Path, facts: dict[str, object]) -> None:
    file = folder / "run.json"
    file.touch(mode=0o600)
    file.write_text(json.dumps(facts, indent=2) + "\n")


def _card(facts: dict[str, object]) -> str:
    said = urlencode({"click_id": "CLICK_ID", "goal": "sale", "order_id": "A-1", "amount": "49.90", "currency": "USD"})
    return f"""
  Click this link, buy the kettle, reload the thank-you page as often as you like:

    {facts["link"]}

  The shop                 {facts["shop"]}
  The tag                  {facts["tag"]}
  The pixel                {facts["pixel"]}
  The postback             {facts["postback"]}?{said}&token=TOKEN
  The day's report so far  ./clickledger report {str(facts["report"]).split("/")[1]} --preview
  What was received        ./clickledger log {network.ADVERTISER}

  The token and all of this is in .local/run.json. Ctrl-C stops; the next `make run` goes on where this one ended.
"""


def _wait(running: Emulator, leave: threading.Event) -> None:
    while not leave.wait(1):
        if not emulator.answers(running.port):
            raise EmulatorError("the local AWS has ended by itself; its last words are in .local/emulator.log")


def _say(text: str) -> None:
    """Progress of the parts begins with their own name; what is said here begins with ours."""
    print(text if text.partition(" ")[0].endswith(":") else f"run: {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
