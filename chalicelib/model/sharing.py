"""The shares of a conversion that several affiliates brought: each is a conversion of its own to whoever reads reports.

What happens, happens to the whole, whose id and numbers decide what is a repetition. From each of its facts follow as
many facts of shares, with the ids '<conversion>.1', '<conversion>.2', ..., the same number, and a part of the money.
They follow by themselves and always the same, so they can be written by anybody, any number of times.
"""

from dataclasses import replace

from chalicelib.model.credit import share
from chalicelib.model.fact import Fact, shared


def shares(whole: Fact) -> list[Fact]:
    """The facts that follow from one of a shared conversion; none if its affiliate earns alone.

    Nobody sees in its own share who else was there: only how much each touch counted.
    """
    weights = [credit.weight for credit in whole.credits]
    sides = zip(whole.credits, shared(whole.after, whole.credits), whole.parts, strict=True)
    return [
        replace(
            whole,
            conversion=f"{whole.conversion}.{place + 1}",
            affiliate=credit.affiliate,
            click_id=credit.click_id,
            subs=credit.subs,
            touches=(),
            after=replace(after, dues=()),
            moved=moved,
            due_in=credit.due_in or after.currency,
            credits=(),
            parts=(),
            share=share(place, weights),
        )
        for place, (credit, after, moved) in enumerate(sides)
    ]


def whole(conversion: str) -> str:
    """The id of the conversion that a share's id belongs to; the same for a conversion that nobody shares."""
    return conversion.partition(".")[0]


def is_share(conversion: str) -> bool:
    """Whether an id is a share's."""
    return "." in conversion
