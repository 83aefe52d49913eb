"""Headers that no block may write as it likes."""

CREDENTIALS = frozenset({"authorization", "cookie", "proxy-authorization"})
"""What tells who we are: for the origin it was given for, and no other."""

SET_BY_US = frozenset(
    {
        "host",  # another name here would reach another site behind a permitted address
        "connection",
        "content-length",
        "expect",
        "keep-alive",
        "proxy-connection",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""What says how the message itself is carried."""
