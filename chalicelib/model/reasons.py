"""The closed list of reasons. Each refusal, hold or rejection names one of these words, and only these.

The groups are what a postback answers with; docs/reasons.md is made from this list.
"""

from typing import Final

UNREADABLE: Final = {
    "bad_body": "The body is not valid UTF-8, form data or JSON.",
    "bad_parameter": "A parameter is not text or a number, is too long, or holds control characters.",
    "duplicate_parameter": "The same parameter is given twice.",
    "unexpanded_macro": "A parameter still holds the sender's placeholder, such as {aff_sub} or #reqid#.",
    "bad_amount": "The amount is not a plain number.",
    "ambiguous_amount": "The amount can be read in two ways, such as 1.234,56 or 1,234.",
    "too_precise_amount": "The amount has more decimals than its currency.",
    "bad_currency": "The currency is not an ISO 4217 code.",
    "bad_event_time": "event_time is neither ISO 8601 with a zone nor Unix seconds.",
    "refund_amount_missing": "A refund needs an amount or refunded_total.",
    "change_amount_missing": "A change_id needs the new amount.",
    "bad_dispute": "A dispute needs a dispute_id and a dispute of opened, won or lost.",
    "bad_duration": "duration is not a whole number of seconds up to 86400.",
    "bad_correction": "A correction_id needs a tax, a shipping or a duration.",
    "two_changes": "A request speaks of one change: a refund, a new amount, a dispute or a correction.",
    "call_id_missing": "A call needs the telephone system's own id of it.",
    "bad_row": "A row of an uploaded file is broken, or has not the cells that its header names.",
    "bad_action": "A row's action is unknown, or the row holds what belongs to another action.",
}
"""400: the sender must mend the request."""

UNTRUSTED: Final = {
    "credentials_missing": "Neither a token nor a signature is given.",
    "unknown_advertiser": "No advertiser can be found from the token, the click id or the advertiser parameter.",
    "bad_token": "The token is not one of the advertiser's.",
    "bad_signature": "The signature does not match, or sig is not the last parameter.",
    "stale_signature": "The signature's time is more than 300 seconds from ours.",
}
"""401: nothing was stored."""

REJECTED: Final = {
    "click_id_missing": "A new conversion needs a click id.",
    "unknown_click": "The click id was not made by this network for this advertiser.",
    "unknown_conversion": "There is no conversion to change.",
    "outside_window": "The conversion is later than the campaign's attribution window.",
    "below_minimum_time": "The conversion came sooner after the click than the campaign allows.",
    "before_click": "event_time is before the click.",
    "in_future": "event_time is more than 300 seconds ahead.",
    "too_old": "event_time is more than 90 days ago.",
    "no_terms": "The campaign pays nothing for this goal.",
    "amount_unknown": "The conversion has no amount that could be refunded.",
    "nothing_left": "The whole amount has been refunded before.",
    "already_rejected": "The conversion was rejected before; only an operator can reinstate it.",
    "not_rejected": "Only a rejected conversion can be reinstated.",
    "not_pending": "The amount can only be changed while the conversion is pending.",
    "not_held": "No such rule holds the conversion.",
    "unknown_number": "The number that was called is none of this advertiser's tracking numbers.",
    "call_goes_on": "The call is not over yet. What counts is the message at its end.",
    "unanswered": "Nobody answered the call.",
}
"""422 `rejected`: judged and refused. The sale's key stays free: a corrected retry can still earn."""

QUARANTINED: Final = {
    "unknown_status": "The status word is not in the list and the advertiser has no mapping for it.",
    "goal_missing": "No goal is named and the advertiser has more than one.",
    "unknown_goal": "The advertiser has no goal of this name.",
    "order_id_missing": "The goal pays once per order, and no order id is given.",
    "customer_id_missing": "The goal pays once per customer, and no customer id is given.",
    "amount_missing": "The terms pay a share of the amount, and no amount is given.",
    "field_too_long": "An order id, coupon or goal is longer than 128 characters.",
}
"""422 `quarantined`: kept for a person to read, because the meaning is not certain."""

CONFLICT: Final = {
    "other_amount": "The same sale was reported before with another amount.",
    "other_currency": "The same sale was reported before in another currency.",
    "other_click": "The same sale was reported before with another click id.",
    "other_coupon": "The same sale was reported before with another coupon.",
    "other_customer": "The same sale was reported before with another customer.",
    "other_deductions": "The same sale was reported before with another tax or shipping.",
    "other_duration": "The same call was reported before with another duration.",
    "other_change": "The same change_id, dispute_id or correction_id was used before with other content.",
    "other_outcome": "The dispute has ended the other way before.",
    "dispute_open": "Another dispute of this conversion is open.",
    "duplicate_click": "The goal pays once per click, and this click has earned with another order.",
    "duplicate_customer": "The goal pays once per customer, and this customer has earned with another order.",
}
"""409: two facts of an authenticated sender differ. The first stands; the other is kept for people to read."""

NOT_SERVED: Final = {
    "unknown_path": "Nothing is served at this address.",
    "unknown_slug": "No link has this address, or it is none that a link could have.",
    "method_not_allowed": "The address does not know this method.",
    "campaign_closed": "The link's campaign is paused, has ended or is full, and has no fallback.",
    "link_unread": "The link was never seen, and the table is busy or away.",
}
"""404, 405, 410 and 503: a visitor who is not led on. The word is the event of the log line."""

BUSY: Final = {
    "try_again": "The table is busy or away. Nothing was lost; send the same request again.",
    "too_large": "The body is larger than 64 KB.",
}
"""503 with Retry-After, and 413."""

STANDING: Final = {
    "by_advertiser": "The advertiser rejected the conversion.",
    "by_network": "The network rejected the conversion.",
    "cancelled": "The customer cancelled.",
    "returned": "The customer sent the goods back.",
    "duplicate_order": "The same order under another id.",
    "fraud": "The conversion is not genuine.",
    "against_terms": "The affiliate broke the terms of the campaign.",
    "unconfirmed": "A browser's claim that no server confirmed.",
    "reattributed": "A browser's claim that the server confirmed for another click or in another currency.",
    "no_fx_rate": "Two currencies meet and no rate of exchange is known. It waits for one, and earns nothing before.",
    "below_duration": "The call was shorter than the shortest that earns.",
    "caller_withheld": "The caller's number is withheld, so nobody can say whether it has called before.",
}
"""Why a booked conversion stands where it stands."""

HELD: Final = {
    "bot": "The click was a robot's.",
    "scanner": "The click was a security scanner's, which follows every link it sees.",
    "datacenter": "The click came from a datacenter's network.",
    "burst": "The click was one of many that came at once from one place.",
    "click_flooding": "The affiliate's clicks precede conversions as if by chance: it claims what came by itself.",
    "last_second": "The click came too shortly before the conversion to have brought it.",
    "self_referral": "The customer is the affiliate itself.",
    "own_pixel": "The affiliate fires the pixel itself.",
    "duplicate_orders": "The same order was reported under several goals.",
    "cap_evasion": "The affiliate spreads its traffic to get round a cap.",
    "cookie_stuffing": "The affiliate's clicks were made without the visitor's doing.",
}
"""Why a conversion is held until a person has looked, and, if that person refuses it, why it was rejected."""

DESK: Final = {
    "already_so": "It is so already.",
    "nothing_proposed": "No account waits: for a second person, or for its week to end.",
    "other_account": "The account that was checked is not the one that was proposed last.",
    "same_person": "The second person must be another one.",
    "other_line": "The same key was used before for another line.",
    "unknown_line": "There is no line of this key.",
    "more_than_debt": "No more can be written off than is owed.",
    "closed_before": "The balance was closed with this period before, with another amount.",
    "period_not_open": "The period has not ended, or a later one is closed.",
    "period_not_closed": "The balance was not closed with this period.",
    "not_the_last_period": "A closed balance is paid in the month after its period; now a later one holds it.",
    "nothing_to_pay": "The closed balance is not above zero.",
    "wrong_step": "The payout does not stand where this step begins.",
    "other_batch": "The line is in another batch.",
    "no_account": "No bank account is in force: it is missing, waits seven days or waits for a second person.",
    "below_minimum": "The closed balance is below the affiliate's minimum payout; it is carried forward.",
    "no_legal_name": "The affiliate's legal name is not known.",
}
"""What an operator's commands about balances and payouts are refused for, and why a payout is put off."""

EVERY: Final = UNREADABLE | UNTRUSTED | REJECTED | QUARANTINED | CONFLICT | NOT_SERVED | BUSY | STANDING | HELD | DESK
