"""What providers above an organisation are called to it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from tenancy.brand import store
from tenancy.brand.model import read_brand
from tenancy.brand.naming import NO_NAME, names_above
from tenancy.organisations import OrganisationView, ancestors_of
from tests.factories.organisations import make_below
from tests.factories.tenancy import NOON, make_csp


def called(session: Session, one: OrganisationView) -> list[str]:
    names = names_above(session, one.id)
    return [names[above.id] for above in ancestors_of(session, one.id)]


def test_without_a_brand_who_stands_right_above_and_the_vendor_are_named(session: Session) -> None:
    csp = make_csp(session)
    reseller = make_below(session, csp, "reseller", "Reseller")
    vendor = ancestors_of(session, csp.id)[0]

    assert called(session, make_below(session, csp, name="Near")) == [csp.name, vendor.name]
    assert called(session, make_below(session, reseller, name="Far")) == [
        "Reseller",
        NO_NAME,
        vendor.name,
    ]


def test_a_brand_covers_who_chose_it_and_all_above(session: Session) -> None:
    csp = make_csp(session)
    reseller = make_below(session, csp, "reseller", "Reseller")
    far = make_below(session, reseller, name="Far")
    store.change_brand(session, csp.id, read_brand({"product": "North"}), {}, by="A", now=NOON)

    assert called(session, far) == ["Reseller", "North", "North"]

    store.change_brand(session, reseller.id, read_brand({"product": "Fjord"}), {}, by="A", now=NOON)

    assert called(session, far) == ["Fjord", "Fjord", "Fjord"]
