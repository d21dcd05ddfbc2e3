"""The result of a fold as JSON: what docs/vectors.md calls `periods`. What is empty, zero or ordinary is left out."""

from collections.abc import Iterable
from typing import Any

from chalicelib.model.balance import Balance
from chalicelib.model.line import PRICED, Buckets, Line
from chalicelib.model.money import decimal
from chalicelib.model.payout import line_id

BUCKETS = ("pending", "held", "payable")


def period(name: str, lines: Iterable[Line], balances: Iterable[Balance]) -> dict[str, Any]:
    """What one close gives."""
    known = list(balances)
    return {
        "period": name,
        "lines": [_line(one, name) for one in lines],
        "balances": [_balance(one) for one in known],
        "payables": [_payable(one, name) for one in known if one.payout],
    }


def _line(one: Line, period: str) -> dict[str, Any]:
    said: dict[str, Any] = {
        "kind": one.kind,
        "affiliate": one.affiliate,
        "advertiser": one.advertiser,
        "campaign": one.campaign,
        "goal": one.goal,
        "conversion": one.conversion,
        "fact": one.n if one.conversion else None,
        "origin": one.origin if one.origin != period else "",
        "quantity": one.quantity if one.quantity != 1 else None,
        "reason": one.reason,
        "rate": one.commission_rate if one.kind in PRICED and one.kind != "matured" else "",
        "currency": one.currency,
        "commission": _buckets(one.commission, one.currency),
        "pending_revenue": _amount(one.pending_revenue, one.currency),
        "revenue": _amount(one.revenue, one.currency),
        "due_currency": one.due_in,
        "due": _buckets(one.due, one.due_in),
        "note": one.note,
    }
    return {name: value for name, value in said.items() if value not in ("", None, {})}


def _balance(one: Balance) -> dict[str, Any]:
    said: dict[str, Any] = {
        "affiliate": one.affiliate,
        "currency": one.currency,
        "opening": _buckets(one.opening, one.currency),
        "moved": _buckets(one.moved, one.currency),
        "closing": _buckets(one.closing, one.currency),
        "payout": _amount(one.payout, one.currency),
        "status": one.status,
    }
    return {name: value for name, value in said.items() if value not in ("", {})}


def _payable(one: Balance, period: str) -> dict[str, str]:
    return {
        "payable": line_id(period, one.affiliate, one.currency),
        "affiliate": one.affiliate,
        "currency": one.currency,
        "amount": decimal(one.payout, one.currency),
    }


def _buckets(amounts: Buckets, code: str) -> dict[str, str]:
    return {name: decimal(minor, code) for name, minor in zip(BUCKETS, amounts, strict=True) if minor}


def _amount(minor: int, code: str) -> str:
    return decimal(minor, code) if minor else ""
