"""Asks the database for those who look after Garland, who are told something even without it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from garland.services import Services
from tenancy.scope import system

T = TypeVar("T")


def asked(services: Services, look: Callable[[Session], T]) -> T | None:
    """Give what a look over all tenants finds; None where the database cannot be read."""
    try:
        with services.reading() as session, system(session):
            return look(session)
    except SQLAlchemyError:
        return None
