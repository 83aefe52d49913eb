"""Who a browser session belongs to."""

from __future__ import annotations

from flask_login import UserMixin


class SignedIn(UserMixin):  # type: ignore[misc]
    """The person Flask-Login keeps in the session; its id is the person's."""

    def __init__(self, person_id: str) -> None:
        self.id = person_id
