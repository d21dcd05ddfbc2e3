"""The proof that a postback comes from the advertiser: a token, a signed query, or Standard Webhooks headers."""

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.model import trust
from chalicelib.model.network import Advertiser
from chalicelib.web.body import FIELDS
from chalicelib.web.message import Request, loose


@dataclass(eq=False, repr=False)
class Prover:
    """Checks proofs with secrets derived from the `master` secret."""

    master: str

    def wrong(self, request: Request, said: Mapping[str, str], advertiser: Advertiser | None, now_ms: int) -> str:
        """The reason not to trust the request, or '' if its proof holds. The strongest proof given counts."""
        signed = "webhook-signature" in request.headers or "sig" in said
        if not signed and not said.get("token"):
            return "credentials_missing"
        if advertiser is None:
            return "unknown_advertiser"
        if "webhook-signature" in request.headers:
            return self._webhook(request, advertiser, now_ms)
        if "sig" in said:
            return self._signature(request, said, advertiser, now_ms)
        return "" if trust.token_is_known(said["token"], advertiser.tokens) else "bad_token"

    def _webhook(self, request: Request, advertiser: Advertiser, now_ms: int) -> str:
        """Standard Webhooks sign the body; a parameter in the query would be nobody's word."""
        ts, message = request.header("webhook-timestamp"), request.header("webhook-id")
        expected = [trust.webhook_signature(secret, message, ts, request.body) for secret in self._secrets(advertiser)]
        known = trust.signature_is_known(request.header("webhook-signature"), expected)
        if not message or not known or _speaks(request.queries[0]):
            return "bad_signature"
        return "" if trust.is_recent(ts, now_ms) else "stale_signature"

    def _signature(self, request: Request, said: Mapping[str, str], advertiser: Advertiser, now_ms: int) -> str:
        """`sig` is the last parameter of the query, or of a form in the body; all before '&sig=' is signed.

        The other of the two must be silent: its parameters would be nobody's word.
        """
        body = request.body.decode("utf-8", "replace").strip()
        candidates = [body] if body and not _speaks(request.queries[0]) else [] if body else list(request.queries)
        signed = [before for text in candidates for before, last in [_split(text)] if last]
        ts = said.get("ts", "")
        expected = [trust.query_signature(secret, ts, text) for secret in self._secrets(advertiser) for text in signed]
        if not trust.signature_is_known(said["sig"].strip().lower(), expected):
            return "bad_signature"
        return "" if trust.is_recent(ts, now_ms) else "stale_signature"

    def _secrets(self, advertiser: Advertiser) -> list[str]:
        return trust.live_secrets(self.master, advertiser.id, advertiser.secrets)


def _speaks(query: str) -> bool:
    return any(name in FIELDS for name in loose(query))


def _split(text: str) -> tuple[str, bool]:
    before, found, after = text.rpartition("&sig=")
    return before, bool(found) and "&" not in after
