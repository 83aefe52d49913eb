"""Headers that every answer carries, and cookie settings.

The content policy allows this origin alone and no inline script or style; see docs/security.md.
"""

from __future__ import annotations

from flask import Flask, Response, request

from garland.assets import may_be_kept

CONTENT_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def install_security(app: Flask, *, is_https: bool) -> None:
    """Set cookie flags and add the headers to every answer."""
    app.config.update(
        SESSION_COOKIE_NAME="__Host-garland" if is_https else "garland",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=is_https,
        SESSION_COOKIE_PATH="/",
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_SECURE=is_https,
        WTF_CSRF_TIME_LIMIT=None,  # a page may stay open all night; the session ends it
        WTF_CSRF_SSL_STRICT=is_https,
    )
    app.extensions["garland.is_https"] = is_https
    app.after_request(_add_headers)


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint == "static":
        name = (request.view_args or {}).get("filename", "")
        is_kept = may_be_kept(name, request.args.get("v", ""))
        fresh = "public, max-age=31536000, immutable" if is_kept else "no-cache"
        response.headers["Cache-Control"] = fresh
    elif "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    if response.status_code == 204:  # noqa: PLR2004  no content, so none of a type
        response.headers.pop("Content-Type", None)
    return response
