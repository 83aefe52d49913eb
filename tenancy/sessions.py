"""Who a browser session belongs to, and what ends it."""

from __future__ import annotations

from uuid import UUID

from flask_login import UserMixin
from typing_extensions import override

from tenancy.sign_ins.sessions import SessionView


class SignedIn(UserMixin):  # type: ignore[misc]
    """The person of a request, by the session their browser holds the secret of.

    What Flask-Login keeps in the cookie is the secret alone.
    """

    def __init__(self, session: SessionView, secret: str) -> None:
        self.session = session
        self.secret = secret

    @property
    def person_id(self) -> UUID:
        """The person's id."""
        return self.session.person_id

    @override
    def get_id(self) -> str:
        """Give what the cookie holds."""
        return self.secret
