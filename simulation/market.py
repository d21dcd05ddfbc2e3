"""What happens in the market: what is bought and by whom, and what becomes of it afterwards."""

from dataclasses import dataclass, field
from typing import Final

from simulation.acts import Act, Senders
from simulation.dice import Dice
from simulation.scene import CURRENCY, PHONE, WAYS
from simulation.world import HOUR_MS, Job, World

KNOWN: Final = 12
"""So many of the newest orders are spoken of again; of older ones little is heard."""


@dataclass(slots=True, eq=False)
class Order:
    """A sale as its shop knows it."""

    goal: str
    said: dict[str, str]
    minor: int
    changes: int = 0


@dataclass(slots=True, eq=False)
class Market:
    """Makes up what people do."""

    world: World
    senders: Senders
    orders: list[Order] = field(default_factory=list)
    calls: int = 0

    @property
    def dice(self) -> Dice:
        """The world's."""
        return self.world.dice

    def visitors(self) -> list[Job]:
        """One to three people, of whom some see an advertisement first."""
        jobs = []
        for _ in range(self.dice.number(1, 3)):
            way = self.dice.pick(WAYS)
            jobs.append(self.senders.impression(way) if self.dice.chance(0.2) else self.senders.visit(way))
        return jobs

    def sale(self) -> list[Job]:
        """Somebody buys; the server says so, and often the browser, in any order."""
        order = self._order()
        if order is None:
            return self.visitors()
        self.orders.append(order)
        browser = {name: order.said[name] for name in ("click_id", "goal", "order_id", "amount") if name in order.said}
        act = self.senders.means("sale", order.said, self._copies())
        jobs = [self.senders.send(act)] if self.dice.chance(0.7) else []
        jobs += [self.senders.send(act)] if jobs and self.dice.chance(0.2) else []
        if "click_id" in order.said and self.dice.chance(0.5):
            if self.dice.chance(0.1):
                browser["click_id"] = self.dice.pick(self.senders.clicks)[0]
            jobs.append(self.senders.claim(browser))
        if self.dice.chance(0.1) and jobs:
            jobs.append(self.senders.send(self._contradiction(order)))
        return self.dice.shuffled(jobs)

    def ring(self) -> list[Job]:
        """Somebody calls."""
        if not self.calls or self.dice.chance(0.6):
            self.calls += 1
        said = {"call_id": f"R-{self.calls}", "number": PHONE, "duration": str(30 + self.calls), "status": "completed"}
        if self.calls % 4:
            said["caller"] = f"+1555020{self.calls % 10}"
        return [self.senders.send(self.senders.means("call", said, self._copies()))]

    def change(self) -> list[Job]:
        """What becomes of an order; sometimes two things at once."""
        if not self.orders:
            return self.visitors()
        order = self.dice.pick(self.orders[-KNOWN:])
        acts = [self._change(order) for _ in range(self.dice.pick((1, 1, 2, 3)))]
        return [self.senders.send(act) for act in acts for _ in range(2 if self.dice.chance(0.15) else 1)]

    def again(self) -> list[Job]:
        """What nobody has answered, and what is said once more."""
        acts = self.dice.shuffled(self.senders.open())[: self.dice.number(1, 4)]
        return [self.senders.send(act) for act in acts] or self.visitors()

    def _order(self) -> Order | None:
        goal = self.dice.weighed((("sale", 6.0), ("lead", 2.0), ("plan", 2.0)))
        minor, number = self.dice.number(100, 20_000), len(self.orders) + 1
        said = {"goal": goal, "order_id": f"A-{number}", "amount": f"{minor // 100}.{minor % 100:02d}"}
        if self.senders.clicks and not self.dice.chance(0.1):
            said["click_id"] = self.dice.pick(self.senders.clicks[-KNOWN:])[0]
        elif self.dice.chance(0.5) and goal != "lead":
            said["coupon"] = self.dice.pick(("TEA", "MILK", "NONE"))
        if "click_id" not in said and "coupon" not in said:
            return None
        if goal == "plan":
            said["customer_id"] = f"c{self.dice.number(1, 4)}"
        if self.dice.chance(0.2):
            said["status"] = self.dice.pick(("pending", "approved", "rejected", "strange"))
        if self.dice.chance(0.2):
            said["event_time"] = str((self.world.clock.now_ms - self.dice.number(0, 5 * HOUR_MS)) // 1000)
        return Order(goal, said, minor)

    def _change(self, order: Order) -> Act:
        order.changes += 1
        about = {name: order.said[name] for name in ("goal", "order_id", "click_id") if name in order.said}
        part, id = self.dice.number(1, order.minor), f"{order.said['order_id']}-{order.changes}"
        amount = f"{part // 100}.{part % 100:02d}"
        kind = self.dice.weighed((("refund", 9.0), ("total", 1.0), ("status", 3.0), ("amend", 1.0), ("dispute", 2.0)))
        match kind:
            case "refund":
                said = {"refund_id": id, "amount": amount}
            case "total":
                said = {"refunded_total": amount}
            case "status":
                said = {"status": self.dice.pick(("approved", "rejected", "pending"))}
            case "amend":
                said = {"change_id": id, "amount": amount}
            case _:
                said = {"dispute_id": order.said["order_id"], "dispute": self.dice.pick(("opened", "won", "lost"))}
        return self.senders.means(kind, about | said, self._copies())

    def _contradiction(self, order: Order) -> Act:
        said = order.said | {"amount": f"{order.minor // 100 + 1}.00"}
        return self.senders.means("contradiction", said)

    def _copies(self) -> int:
        return self.dice.number(1, 3) if self.dice.chance(0.3) else 0


def rates_of() -> dict[str, str]:
    """What finance uploads: dollars for a euro."""
    return {code: {"USD": "1.1", "EUR": "1"}[code] for code in sorted(set(CURRENCY.values()) - {"EUR"})}
