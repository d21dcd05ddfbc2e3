"""What a visitor's browser or page says of consent, and whether a visit may be kept with an identifier.

Only the bits that decide are read, and only when somebody sends them. Where a signal cannot be read it counts as a
refusal: nobody can show a consent that nobody can read. Layouts, bit for bit:
TCF core string https://github.com/InteractiveAdvertisingBureau/GDPR-Transparency-and-Consent-Framework
GPP header and sections https://github.com/InteractiveAdvertisingBureau/Global-Privacy-Platform
US Privacy https://github.com/InteractiveAdvertisingBureau/USPrivacy
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from chalicelib.model.click import CONSENT
from chalicelib.model.network import ConsentRule

_MOST: Final = {"gdpr": 1, "gdpr_consent": 512, "gpp": 512, "gpp_sid": 64, "us_privacy": 4}
_SIGNS: Final = re.compile(r"[A-Za-z0-9._~,-]+")
_DIGITS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_READ: Final = 64
"""So many characters of a string are read: what decides stands at its beginning."""

_TCF_PURPOSES, _TCF_INTEREST = 152, 176
_STATES: Final = (9, 10, 12, 13, 14, 15, 16, 17, 19, 20, 21, 22)
_OPT_OUTS: Final = {7: (18, 20, 22), 8: (12, 14), 11: (14, 16), 18: (14, 16)} | dict.fromkeys(_STATES, (12, 14))
"""By GPP section: where its two-bit answers on sale, sharing and targeted advertising begin; 1 is 'opted out'."""

_TCF_SECTION, _US_SECTION = 2, 6


def text(asked: Mapping[str, str]) -> str:
    """The signals among parameters as they are kept, such as 'gdpr=1&gdpr_consent=CP...'; '' if there are none.

    A value is cut to what decides and its proof. What no such value can look like, or a placeholder that nobody filled
    in, says nothing.
    """
    said = {name: asked.get(name, "").strip()[: most + 1] for name, most in _MOST.items()}
    return "&".join(f"{name}={said[name][: _MOST[name]]}" for name in CONSENT if _may_be(name, said[name]))


def permits(said: str, rule: ConsentRule) -> bool:
    """Whether an identifier may be kept, given the kept signals (see `text`) and a campaign's rule.

    'respect' keeps none where a signal refuses, 'require' also none where there is no signal, 'ignore' does not look.
    """
    if rule == "ignore":
        return True
    answers = list(_answers(dict(pair.partition("=")[::2] for pair in said.split("&") if pair)))
    return all(answers) and (bool(answers) or rule != "require")


def _may_be(name: str, value: str) -> bool:
    """Long strings are cut; a short one that is longer than it can be is something else."""
    return bool(_SIGNS.fullmatch(value)) and (len(value) <= _MOST[name] or _MOST[name] >= _READ)


def _answers(said: Mapping[str, str]) -> Iterator[bool]:
    """What each framework says that has a say: True for yes."""
    gdpr, consent = said.get("gdpr"), said.get("gdpr_consent")
    if gdpr == "0":
        yield True
    elif gdpr is not None or consent is not None:
        yield _tcf(consent or "")
    if "us_privacy" in said:
        yield _us_privacy(said["us_privacy"])
    if "gpp" in said or "gpp_sid" in said:
        yield from _gpp(said.get("gpp", ""), said.get("gpp_sid", ""))


def _tcf(consent: str) -> bool:
    """Purpose 1 by consent; purpose 7, measuring advertising, by consent or as an interest that nobody objected to."""
    bits = _bits(consent.partition(".")[0])
    if len(bits) < _TCF_INTEREST + 24 or int(bits[:6], 2) != 2:
        return False
    measures = bits[_TCF_PURPOSES + 6] == "1" or bits[_TCF_INTEREST + 6] == "1"
    return bits[_TCF_PURPOSES] == "1" and measures


def _us_privacy(said: str) -> bool:
    """'1YNN': version, notice, opted out of sale, covered by the agreement."""
    return re.fullmatch(r"1[YNyn-]{3}", said) is not None and said[2] not in "Yy"


def _gpp(whole: str, named: str) -> Iterator[bool]:
    """Each section that applies: those that `gpp_sid` names, else all that there are. 0 and -1 name none."""
    header, *sections = whole.split("~")
    there = dict(zip(_sections(header), sections, strict=False))
    wanted = re.split(r"[,_.]", named) if named else [str(id) for id in there] or [""]
    for word in wanted:
        id = int(word) if word.isdigit() else -1 if word == "-1" else None
        if id is None or id > 0:
            yield id is not None and _section(id, there.get(id, ""))


def _section(id: int, said: str) -> bool:
    core, *more = said.split(".")
    if id == _TCF_SECTION:
        return _tcf(core)
    if id == _US_SECTION:
        return _us_privacy(core)
    bits, places = _bits(core), _OPT_OUTS.get(id, ())
    if not places or len(bits) < places[-1] + 2 or int(bits[:6], 2) != 1:
        return False
    # A part of type 1 hands on whether the browser sent Global Privacy Control.
    controlled = any(_bits(part)[:3] == "011" for part in more)
    return not controlled and all(bits[place : place + 2] != "01" for place in places)


def _sections(header: str) -> Iterator[int]:
    """The ids that a GPP header lists, in the order of their sections; none for what is no header."""
    bits = _bits(header)
    if len(bits) < 24 or int(bits[:6], 2) != 3:
        return
    at, last = 24, 0
    for _ in range(int(bits[12:24], 2)):
        is_range = bits[at : at + 1] == "1"
        first, at = _fibonacci(bits, at + 1)
        more, at = _fibonacci(bits, at) if is_range else (0, at)
        if not first or first + more > _READ:
            return
        yield from range(last + first, last + first + more + 1)
        last += first + more


def _fibonacci(bits: str, at: int) -> tuple[int, int]:
    """A number whose Fibonacci code begins at `at`, and where it ends; 0 if it does not end."""
    end = bits.find("11", at)
    if end < 0:
        return 0, len(bits)
    total, weight, following = 0, 1, 2
    for bit in bits[at : end + 1]:
        total += weight if bit == "1" else 0
        weight, following = following, weight + following
    return total, end + 2


def _bits(said: str) -> str:
    """The bits of a beginning, six for each character; '' if one is foreign."""
    places = [_DIGITS.find(sign) for sign in said[:_READ]]
    return "" if min(places, default=-1) < 0 else "".join(f"{place:06b}" for place in places)
