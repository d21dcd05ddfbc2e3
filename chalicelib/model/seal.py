"""Secrets of others that have to be kept: sealed by keys that derive from the master secret, so the table holds none.

What an advertiser signs with is derived (model.trust), but a telephone company's token is given to us and must be read
again. The standard library has no cipher, so this is synthetic-IV encryption over HMAC-SHA256: the IV is the MAC of the
name and the text, the stream is the MAC of IV and counter. Equal texts of one name give equal seals.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from itertools import count

from chalicelib.model.trust import generations


def sealed(master: str, name: str, text: str) -> str:
    """`text` as '<generation>.<base64>'. Only with the same `name` (whose it is, and what for) can it be opened."""
    generation = max(generations(master))
    raw = text.encode()
    iv = _mac(master, generation, "iv", name, raw)
    return f"{generation}.{urlsafe_b64encode(iv + _streamed(master, generation, iv, raw)).decode()}"


def opened(master: str, name: str, seal: str) -> str:
    """The text again; ValueError if it was altered, sealed under another name, or its generation has ended."""
    number, _, text = seal.partition(".")
    generation = int(number)
    if generation not in generations(master):
        raise ValueError(f"generation {generation} has ended")
    raw = urlsafe_b64decode(text)
    iv, hidden = raw[:32], raw[32:]
    found = _streamed(master, generation, iv, hidden)
    if not hmac.compare_digest(iv, _mac(master, generation, "iv", name, found)):
        raise ValueError("not sealed by us")
    return found.decode()


def _streamed(master: str, generation: int, iv: bytes, raw: bytes) -> bytes:
    blocks = (_mac(master, generation, "stream", str(number), iv) for number in count())
    stream = b"".join(block for block, _ in zip(blocks, range(0, len(raw), 32), strict=False))
    return bytes(one ^ other for one, other in zip(raw, stream, strict=False))


def _mac(master: str, generation: int, purpose: str, name: str, raw: bytes) -> bytes:
    key = hmac.digest(generations(master)[generation], f"clickledger\0seal {purpose}".encode(), "sha256")
    return hmac.digest(key, name.encode() + b"\0" + raw, "sha256")
