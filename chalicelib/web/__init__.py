"""How it is asked on the hot path: redirect, pixel, postback, tag."""
