"""What each role may do: one table, and nothing that looks at a session or a request.

A role counts inside the organisation where it is held and nowhere else; a CSP's admin has no
rights in a customer. `ROLES_OF_KIND` says which roles an organisation of a kind can give.
"""

from __future__ import annotations

from enum import Enum
from types import MappingProxyType


class Role(Enum):
    """What a person or a token is inside one organisation."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    DESIGNER = "designer"
    ADMIN = "admin"
    CURATOR = "curator"
    SUPPORT = "support"
    BILLING = "billing"
    REVIEWER = "reviewer"
    INTEGRATOR = "integrator"
    DIRECTORY = "directory"


PERMISSIONS: MappingProxyType[str, str] = MappingProxyType(
    {
        "alarms.view": "see alarms and their history",
        "alarms.operate": "acknowledge, clear, shelve, group and comment on alarms",
        "alarms.policy": "decide how alarms live: expiry, escalation, how long they are kept",
        "alarms.share": "save and change views of the alarm list that everybody sees",
        "alarms.send": "send alarm events through the API",
        "workflows.view": "see workflows",
        "workflows.edit": "change drafts of workflows",
        "workflows.publish": "publish, pause and resume workflows",
        "workflows.run": "start a workflow by hand",
        "templates.share": "share templates of workflows and rules with other organisations",
        "blocks.view": "see which blocks can be used",
        "blocks.edit": "install, upgrade, hold and remove blocks",
        "rules.view": "see rules",
        "rules.edit": "change drafts of rules",
        "rules.publish": "put rules live and switch them off",
        "runs.view": "see runs, their steps, inputs and outputs",
        "runs.operate": "cancel and retry runs",
        "calendars.view": "see business calendars",
        "calendars.edit": "add, change and remove business calendars",
        "inventory.view": "see the inventory and look-up tables",
        "inventory.edit": "change and import the inventory and look-up tables",
        "maintenance.view": "see maintenance windows",
        "maintenance.edit": "plan, change and end maintenance windows",
        "services.view": "see services, how they do and did, and what was agreed",
        "services.edit": "add, change, import and remove services",
        "sources.view": "see where alarms come from",
        "sources.edit": "add, change and remove alarm sources",
        "members.view": "see who belongs to the organisation",
        "members.edit": "add and remove members and change their roles",
        "members.provision": "add, change and end members in any role, as a directory (SCIM)",
        "connections.view": "see connections, without their secrets",
        "connections.use": "let workflows that they publish use connections",
        "connections.edit": "add, change, test, rotate and remove connections",
        "tokens.edit": "create and revoke API tokens",
        "audit.view": "see, verify and take out the audit of who did what",
        "audit.keep": "choose how long the audit is kept",
        "environments.edit": "add environments, and let them go",
        "publishing.policy": "decide who has to say yes before something goes live",
        "limits.view": "see limits, how much of them is used, and how long runs are kept",
        "limits.edit": "set how long runs are kept",
        "organisation.view": "see what the organisation is called and how it is set up",
        "organisation.edit": "change the organisation's name and settings",
        "organisation.export": "take all of the organisation out as a file",
        "roles.edit": "make, change and delete roles of the organisation's own",
        "support.grant": "let the provider's support in for a while, and end that",
        "support.use": "act in a customer's organisation where it, or an emergency, allows it",
        "customers.view": "see the customers: their state, health and use, never what is in them",
        "customers.edit": "add customers, suspend, resume, close and move them",
        "plans.view": "see plans and what they hold",
        "plans.edit": "make and change plans and say who has which",
        "usage.view": "see what was used and what it comes to",
        "usage.cap": "set how much the organisation may spend in a month",
        "catalogue.view": "see what customers are offered of blocks, and why",
        "catalogue.edit": "decide what customers are offered of blocks, and how it is set up",
        "statements.view": "see statements of the marketplace: what is owed and earned",
        "prices.edit": "set what listings and offers of the marketplace cost",
        "charges.edit": "give charges of the marketplace back, in part or whole",
        "brand.edit": "change the name, the logo and the colours that customers see",
        "announcements.edit": "write announcements to customers, change and withdraw them",
        "releases.view": "see the organisation's namespaces, listings and releases",
        "releases.edit": "claim namespaces, list keys, submit releases and deprecate them",
        "reviews.view": "see claims of namespaces and the releases that wait for review",
        "reviews.decide": "verify namespaces, and approve, reject and list releases",
        "advisories.edit": "publish and withdraw advisories of blocks that are listed",
        "rollouts.edit": "roll out, take back and recall versions of blocks among customers",
    }
)

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Alarms", ("alarms", "sources", "maintenance")),
    ("Workflows and runs", ("workflows", "templates", "runs", "blocks", "calendars")),
    ("Rules", ("rules", "publishing")),
    ("Network and services", ("inventory", "services")),
    ("People and access", ("members", "roles", "tokens", "support", "audit")),
    ("Connections", ("connections",)),
    ("Organisation", ("organisation", "environments", "limits", "plans", "usage")),
    ("Customers", ("customers", "catalogue", "rollouts", "brand", "announcements")),
    ("Marketplace", ("releases", "reviews", "advisories")),
    ("Money of the marketplace", ("statements", "prices", "charges")),
)
"""The parts of the table as pages show them: a title, and what its permissions begin with."""

_PROVIDERS = frozenset({"vendor", "csp", "reseller"})
_SELLERS = frozenset({"vendor", "csp", "integrator"})
_KINDS: MappingProxyType[str, frozenset[str]] = MappingProxyType(
    {
        "customers.view": _PROVIDERS,
        "customers.edit": _PROVIDERS,
        "plans.edit": _PROVIDERS,
        "catalogue.view": frozenset({"csp", "reseller"}),
        "catalogue.edit": frozenset({"csp", "reseller"}),
        "brand.edit": _PROVIDERS,
        "announcements.edit": _PROVIDERS,
        "prices.edit": _SELLERS,
        "charges.edit": _SELLERS,
        "rollouts.edit": _PROVIDERS,
        "support.use": frozenset({"csp", "reseller"}),
        "support.grant": frozenset({"customer", "reseller"}),
        "reviews.view": frozenset({"vendor"}),
        "reviews.decide": frozenset({"vendor"}),
    }
)
"""In which kinds of organisation a permission means anything; one that is not here, in all."""

_SEES = frozenset(
    {
        "alarms.view",
        "workflows.view",
        "blocks.view",
        "rules.view",
        "runs.view",
        "calendars.view",
        "inventory.view",
        "maintenance.view",
        "services.view",
        "sources.view",
        "connections.view",
        "members.view",
        "limits.view",
        "organisation.view",
        "usage.view",
        "plans.view",
    }
)
_OPERATES = _SEES | {
    "alarms.operate",
    "alarms.send",
    "maintenance.edit",
    "workflows.run",
    "runs.operate",
}
_DESIGNS = _OPERATES | {
    "alarms.policy",
    "alarms.share",
    "workflows.edit",
    "workflows.publish",
    "rules.edit",
    "rules.publish",
    "calendars.edit",
    "inventory.edit",
    "services.edit",
    "sources.edit",
    "connections.use",
}
_GRANTS: MappingProxyType[Role, frozenset[str]] = MappingProxyType(
    {
        Role.VIEWER: _SEES,
        Role.OPERATOR: _OPERATES,
        Role.DESIGNER: _DESIGNS,
        Role.ADMIN: frozenset(PERMISSIONS),
        Role.CURATOR: _SEES
        | {
            "customers.view",
            "customers.edit",
            "announcements.edit",
            "catalogue.view",
            "catalogue.edit",
            "prices.edit",
            "rollouts.edit",
        },
        Role.SUPPORT: _SEES
        | {"runs.operate", "customers.view", "support.use", "announcements.edit"},
        Role.BILLING: frozenset(
            {
                "organisation.view",
                "members.view",
                "limits.view",
                "customers.view",
                "plans.view",
                "plans.edit",
                "usage.view",
                "statements.view",
                "prices.edit",
                "charges.edit",
            }
        ),
        Role.REVIEWER: _SEES | {"reviews.view", "reviews.decide", "advisories.edit"},
        Role.INTEGRATOR: _DESIGNS
        | {
            "blocks.edit",
            "templates.share",
            "releases.view",
            "releases.edit",
            "advisories.edit",
            "statements.view",
            "prices.edit",
        },
        Role.DIRECTORY: frozenset({"members.view", "members.provision"}),
    }
)

_COMMON = (Role.VIEWER, Role.OPERATOR, Role.DESIGNER, Role.ADMIN)
ROLES_OF_KIND: MappingProxyType[str, tuple[Role, ...]] = MappingProxyType(
    {
        "vendor": (Role.VIEWER, Role.OPERATOR, Role.REVIEWER, Role.ADMIN),
        "csp": (*_COMMON, Role.CURATOR, Role.SUPPORT, Role.BILLING),
        "reseller": (*_COMMON, Role.CURATOR, Role.SUPPORT, Role.BILLING),
        "customer": _COMMON,
        "integrator": (Role.VIEWER, Role.INTEGRATOR, Role.ADMIN),
    }
)
TOKEN_ROLES = (Role.DIRECTORY,)
"""The roles that a program's token can have and no member, in every kind of organisation."""


def permissions_of(role: Role | str) -> frozenset[str]:
    """Give every permission of a role; an unknown role has none."""
    try:
        return _GRANTS[Role(role)]
    except ValueError:
        return frozenset()


def possible_in(kind: str) -> frozenset[str]:
    """Give every permission that means anything in an organisation of a kind: its admin's.

    >>> "customers.edit" in possible_in("csp"), "customers.edit" in possible_in("customer")
    (True, False)
    """
    return frozenset(one for one in PERMISSIONS if kind in _KINDS.get(one, {kind}))


def grouped(permissions: frozenset[str]) -> list[tuple[str, list[str]]]:
    """Sort permissions as pages show them: by the parts of the table, then in its order.

    >>> grouped(frozenset({"runs.view", "alarms.view"}))
    [('Alarms', ['alarms.view']), ('Workflows and runs', ['runs.view'])]
    """
    found = [
        (title, [one for one in PERMISSIONS if one in permissions and one.split(".")[0] in nouns])
        for title, nouns in GROUPS
    ]
    return [(title, ones) for title, ones in found if ones]


def may(role: Role | str, permission: str) -> bool:
    """Tell whether the role grants the permission.

    >>> may("viewer", "alarms.view"), may("viewer", "alarms.operate"), may("nobody", "alarms.view")
    (True, False, False)
    """
    return permission in permissions_of(role)
