"""The image that every pixel is answered with."""

from base64 import b64decode
from typing import Final

from chalicelib.web.message import NO_STORE, Response

GIF: Final = b64decode("R0lGODlhAQABAPAAAAAAAAAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==")
"""One transparent dot, 43 bytes."""

DOT: Final = Response(200, GIF, {"Content-Type": "image/gif", "Cache-Control": NO_STORE})
