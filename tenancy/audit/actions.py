"""Every action that is noted, in plain words, and the group it is found under. Pure.

A test compares this table with the code: what is noted is here, and what is here is noted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

GROUPS: Mapping[str, str] = MappingProxyType(
    {
        "workflows": "Workflows",
        "rules": "Rules and decision tables",
        "going_live": "Requests and environments",
        "blocks": "Blocks and packs",
        "marketplace": "Marketplace",
        "catalogue": "Catalogue for customers",
        "connections": "Connections and webhooks",
        "sources": "Alarm sources",
        "people": "Members, roles and API tokens",
        "sign_in": "Signing in",
        "support": "Support access",
        "organisations": "Organisations and customers",
        "decisions": "Approvals",
        "policies": "Policies and retention",
        "files": "Files taken out and brought in",
        "audit": "The audit itself",
    }
)
"""What people filter by, in the order it is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One action: what is said of it, and its group.

    Attributes:
        words: What somebody did, as it follows on their name; `{it}` is what they did it to.
    """

    words: str
    group: str


def _of(group: str, words: Mapping[str, str]) -> dict[str, Action]:
    return {name: Action(words=said, group=group) for name, said in words.items()}


ACTIONS: Mapping[str, Action] = MappingProxyType(
    _of(
        "workflows",
        {
            "workflow.published": "published {it}",
            "workflow.paused": "paused {it}",
            "workflow.resumed": "resumed {it}",
            "workflow.made_live_again": "made an earlier version of {it} live again",
            "workflow.restored": "made an earlier version of {it} the draft",
            "workflow.version_retired": "retired a version of {it}",
            "workflow.version_brought_back": "brought back a version of {it}",
            "workflow.deleted": "deleted {it}, with its versions and runs",
        },
    )
    | _of(
        "rules",
        {
            "rule.published": "published {it}",
            "rule.switched_off": "switched off {it}",
            "rule.deleted": "deleted {it}",
        },
    )
    | _of(
        "going_live",
        {
            "publish_request.asked": "asked to publish {it}",
            "publish_request.approved": "said yes to publishing {it}",
            "publish_request.refused": "refused to publish {it}",
            "publish_request.withdrawn": "took back the request to publish {it}",
            "promotion.asked": "asked to bring here what is live in {it}",
            "promotion.done": "brought here what is live in {it}",
            "promotion.refused": "refused to bring here what is live in {it}",
            "promotion.withdrawn": "took back the request to bring here what is live in {it}",
            "promotion.undone": "took back what was brought here from {it}",
            "environment.added": "added {it}",
            "environment.untied": "let {it} be an organisation of its own",
        },
    )
    | _of(
        "blocks",
        {
            "block.installed": "installed {it}",
            "block.removed": "removed {it}",
            "block.held": "held {it}, so that no new run uses it",
            "block.released": "let {it} be used again",
            "block.recalled": "lost {it}, which a provider recalled",
            "workflow.block_moved": "moved {it} to another version of a block, by a roll-out",
            "workflow.block_moved_back": "moved {it} back, with a roll-out",
            "rollout.begun": "began to roll out {it}",
            "rollout.steered": "steered the roll-out of {it}",
            "rollout.halted": "halted the roll-out of {it}, since too much failed",
            "rollout.finished": "finished the roll-out of {it}",
            "rollout.taken_back": "took back the roll-out of {it}",
            "rollout.stopped": "let no roll-out of {it} go on",
            "rollout.stop_lifted": "let roll-outs of {it} go on",
            "recall.made": "recalled {it}",
            "shadow.asked": "let {it} be tried on what steps were given",
            "pack.installed": "installed {it}",
            "pack.upgraded": "upgraded {it}",
            "pack.removed": "removed {it}",
            "pack.upgrade_undone": "took back the upgrade of {it}",
        },
    )
    | _of(
        "marketplace",
        {
            "publisher.claimed": "claimed the namespace {it}",
            "publisher.verified": "verified the namespace {it}",
            "publisher.refused": "refused the claim of the namespace {it}",
            "publisher.key_added": "listed a key under the namespace {it}",
            "publisher.key_revoked": "revoked a key of the namespace {it}",
            "listing.changed": "changed what the marketplace says of {it}",
            "listing.pictures_changed": "changed the pictures of {it}",
            "listing.taken": "took {it} from the marketplace, and agreed to its price",
            "release.submitted": "submitted {it}",
            "release.refused": "refused {it}, for a check failed",
            "release.questioned": "asked the publisher about {it}",
            "release.approved": "approved {it}",
            "release.rejected": "rejected {it}",
            "release.listed": "listed {it}",
            "release.channel_changed": "moved {it} to another channel",
            "release.deprecated": "deprecated {it}",
            "release.restored": "took back that {it} is deprecated",
            "release.withdrawn": "withdrew {it}",
            "collection.made": "made the collection {it}",
            "collection.changed": "changed the collection {it}",
            "collection.removed": "removed the collection {it}",
            "rating.given": "rated {it}",
            "rating.taken_back": "took the rating of {it} back",
            "rating.answered": "answered a rating of {it}",
            "rating.reported": "reported a rating of {it}",
            "rating.hidden": "hid a rating of {it}",
            "rating.shown_again": "showed a hidden rating of {it} again",
            "rating.left": "left a reported rating of {it} as it is",
            "advisory.published": "published the advisory {it}",
            "advisory.amended": "changed the advisory {it}",
            "advisory.withdrawn": "withdrew the advisory {it}",
            "mirror.imported": "took in the marketplace of {it}",
        },
    )
    | _of(
        "connections",
        {
            "connection.made": "made {it}",
            "connection.changed": "changed {it}",
            "connection.rotated": "put new secrets into {it}",
            "connection.rotation_undone": "put the secrets from before back into {it}",
            "connection.removed": "removed {it}",
            "keys.rotated": "made a new key, by which secrets are sealed",
            "keys.destroyed": "destroyed the keys by which secrets were sealed",
            "webhook.secret_set": "set a new signing secret for {it}",
            "webhook.old_secret_dropped": "let the old signing secret of {it} count no longer",
            "webhook.address_renewed": "gave {it} a new address",
        },
    )
    | _of(
        "sources",
        {
            "source.added": "added {it}",
            "source.changed": "changed the settings of {it}",
            "source.renamed": "renamed {it}",
            "source.paused": "paused {it}",
            "source.resumed": "resumed {it}",
            "source.key_renewed": "gave {it} a new address",
            "source.removed": "removed {it}",
        },
    )
    | _of(
        "people",
        {
            "invitation.made": "invited {it}",
            "invitation.sent_again": "made a new link for {it}",
            "invitation.revoked": "took back the invitation of {it}",
            "invitation.accepted": "accepted the invitation of {it}",
            "member.joined": "made {it} a member, by an invitation",
            "member.role_changed": "changed the role of {it}",
            "member.removed": "removed {it}",
            "member.left": "left: {it}",
            "member.deactivated": "ended the membership of {it}, as a directory",
            "member.reactivated": "let {it} be a member again, as a directory",
            "invitation.role_changed": "changed the role that {it} is invited as",
            "role.made": "made the role {it}",
            "role.changed": "changed the role {it}",
            "role.deleted": "deleted the role {it}",
            "token.created": "created {it}",
            "token.revoked": "revoked {it}",
        },
    )
    | _of(
        "sign_in",
        {
            "sign_in.made": "signed in",
            "sign_in.ended": "signed out",
            "sign_in.refused": "was refused to sign in as {it}",
            "sessions.ended": "ended sessions of {it}",
            "password.changed": "changed the password of {it}",
            "password.reset": "chose a new password for {it}, by a mailed link",
            "email.changed": "changed the e-mail address of {it}",
            "email.verified": "proved the e-mail address of {it}",
            "second_factor.added": "set up an authenticator app for {it}",
            "second_factor.removed": "removed the authenticator app of {it}",
            "second_factor.codes_renewed": "made new recovery codes for {it}",
            "second_factor.demanded": "asked every member for a second factor",
            "second_factor.left_open": "no longer asked members for a second factor",
            "passkey.added": "added a passkey of {it}",
            "passkey.removed": "removed a passkey of {it}",
            "identity.set_up": "set up the identity provider {it}",
            "identity.changed": "changed the identity provider {it}",
            "identity.tried": "tried the identity provider {it}",
            "identity.switched_on": "let people sign in by {it}",
            "identity.switched_off": "let nobody sign in by {it} any more",
            "identity.removed": "removed the identity provider {it}",
            "identity.domain_proven": "proved a domain that {it} speaks for",
            "identity.linked": "was linked to an identity provider as {it}",
            "identity.refused": "came by {it} and was not let in",
            "identity.demanded": "asked every member to come by an identity provider",
            "identity.left_open": "no longer asked members to come by an identity provider",
        },
    )
    | _of(
        "support",
        {
            "support_access.asked": "asked to be let into {it}",
            "support_access.granted": "let support into {it}",
            "support_access.refused": "refused to let support into {it}",
            "support_access.withdrawn": "took back what was asked of {it}",
            "support_access.ended": "ended the access of support to {it}",
            "support_access.used": "did something in {it} as support",
            "break_glass.asked": "asked to break the glass of {it}",
            "break_glass.confirmed": "broke the glass of {it}, as the second person",
            "break_glass.reviewed": "looked at the break-glass of {it}",
            "break_glass.allowed": "allowed break-glass",
            "break_glass.forbidden": "forbade break-glass",
        },
    )
    | _of(
        "organisations",
        {
            "organisation.added": "added {it}",
            "organisation.signed_up": "signed {it} up",
            "organisation.state_changed": "changed the state of {it}",
            "organisation.moved": "moved {it} to another place in the tree",
            "organisation.renamed": "renamed {it}",
            "organisation.plan_changed": "put {it} on another plan",
            "spend_cap.set": "set what {it} may spend in a month",
            "usage.near_its_end": "warned that a limit of use is near its end",
            "usage.at_its_end": "warned that all of a limit of use is used",
            "trial.near_its_end": "warned that a trial is about to end",
            "warnings.chosen": "chose what to be mailed of customers",
            "usage.exported": "took out what was used as a file",
            "price.set": "set what {it} costs",
            "price.withdrawn": "withdrew a price of {it} before it held",
            "share.set": "set the share that is kept of what {it} earn",
            "share.withdrawn": "withdrew a share of what {it} earn before it held",
            "charge.credited": "gave back a part of a charge for {it}",
            "charge.reversed": "gave back all of a charge for {it}",
            "statement.exported": "took out a statement as a file",
            "plan.made": "made the plan {it}",
            "plan.changed": "changed the plan {it}",
            "plan.retired": "retired the plan {it}",
            "plan.offered_again": "offered the plan {it} again",
            "plan.deleted": "deleted the plan {it}",
            "shared_template.shared": "shared the template {it}",
            "shared_template.shared_again": "shared a new version of the template {it}",
            "shared_template.withdrawn": "withdrew the shared template {it}",
            "shared_template.offered_again": "offered the shared template {it} again",
            "shared_template.taken_over": "took over the shared template {it}",
            "shared_template.updated": "brought a new version of the shared template {it} in",
            "shared_template.let_go": "follows the shared template {it} no more",
            "tenant_template.made": "made the template {it} for customers",
            "tenant_template.taken_again": "took the template {it} again, as a new version",
            "tenant_template.changed": "changed the template {it} or the plans it goes with",
            "tenant_template.archived": "archived the template {it}",
            "tenant_template.offered_again": "offered the template {it} again",
            "tenant_template.removed": "removed the template {it} with its versions",
            "tenant_template.offered": "offered a template: {it}",
            "tenant_template.brought": "brought in what the template {it} holds",
            "customer.plan_changed": "put the customer {it} on another plan",
            "customer.spend_cap_set": "set what the customer {it} may spend in a month",
            "customers.exported": "took the list of customers out as a file",
            "customer.added": "added the customer {it}",
            "customer.admin_invited": "invited the first admin of the customer {it} again",
            "customer.state_changed": "changed the state of the customer {it}",
            "customer.moved": "moved the customer {it} to another place in the tree",
            "customer.renamed": "renamed the customer {it}",
            "deletion.asked": "asked that {it} be deleted for good",
            "deletion.cancelled": "called off the deletion of {it}",
            "deletion.begun": "began to delete {it} for good",
            "deletion.finished": "deleted {it} for good, with a certificate of it",
            "brand.changed": "changed the brand {it}",
            "brand.dropped": "went back from the brand {it} to the one above",
            "brand.host_agreed": "let a brand be served at {it}",
            "brand.host_refused": "let no brand be served at {it}",
            "announcement.published": "published the announcement {it}",
            "announcement.changed": "changed the announcement {it}",
            "announcement.added_to": "added to the announcement {it}",
            "announcement.ended": "ended the announcement {it}",
            "announcement.withdrawn": "withdrew the announcement {it}",
            "announcement.brought_back": "brought back the announcement {it}",
            "sign_up.opened": "let organisations sign up by themselves",
            "sign_up.plan_chosen": "chose the plan that organisations come on that sign up",
            "sign_up.closed": "let no organisation sign up by itself any more",
        },
    )
    | _of("decisions", {"approval.decided": "decided on {it}"})
    | _of(
        "catalogue",
        {
            "catalogue.default_set": "changed what becomes of blocks that no rule speaks of",
            "catalogue.rule_set": "set the rule {it} of the catalogue",
            "catalogue.rule_removed": "removed the rule {it} from the catalogue",
            "catalogue.offer_set": "set how {it} is offered to customers",
            "catalogue.offer_removed": "offers {it} to customers again as it comes",
            "catalogue.bundle_set": "set the bundle {it} of the catalogue",
            "catalogue.bundle_removed": "removed the bundle {it} from the catalogue",
            "catalogue.private_set": "offers {it} as a block of the catalogue's own",
            "catalogue.private_submitted": "submitted {it}, a block of its own, for review",
            "catalogue.private_approved": "approved {it}, a block of its own",
            "catalogue.private_rejected": "rejected {it}, a block of its own",
            "catalogue.eyes_set": "changed how many people approve blocks of the catalogue's own",
            "catalogue.private_removed": "took {it}, a block of its own, from the catalogue",
        },
    )
    | _of(
        "policies",
        {
            "publishing_policy.changed": "changed who has to say yes before something goes live",
            "alarm_policy.changed": "changed how alarms live",
            "limits.changed": "changed limits, or how long runs are kept",
        },
    )
    | _of(
        "files",
        {
            "organisation.exported": "took all of {it} out as a file",
            "organisation.export_asked": "asked for all of {it} as a file",
            "organisation.export_taken": "was given the file with all of {it}",
            "organisation.export_removed": "removed the file with all of {it}",
            "organisation.imported": "brought {it} in from a file of another installation",
            "workflows.exported": "took workflows out as a file",
            "workflows.imported": "brought in workflows from a file",
            "table.exported": "took {it} out as a file",
            "look_up_table.exported": "took {it} out as a file",
            "inventory.exported": "took the inventory out as a file",
            "inventory.imported": "applied an import to the inventory",
            "services.exported": "took the report of services out as a file",
            "services.imported": "applied an import of services",
            "alarms.exported": "took alarms out as a file",
            "alarms.purged": "deleted alarms by a filter",
            "backup.made": "backed up the whole installation to {it}",
            "backup.restored": "restored the whole installation from a backup",
        },
    )
    | _of(
        "audit",
        {
            "audit.exported": "took this audit out as a file",
            "audit.verified": "verified that this audit is whole",
            "audit.keeping_changed": "changed how long this audit is kept",
        },
    )
)


def actions_of(group: str) -> list[str]:
    """List the actions of a group.

    >>> actions_of("decisions")
    ['approval.decided']
    """
    return [name for name, one in ACTIONS.items() if one.group == group]


def actions_saying(text: str) -> list[str]:
    """List the actions whose words hold a text, whatever its case.

    >>> actions_saying("Signing secret")
    ['webhook.secret_set', 'webhook.old_secret_dropped']
    """
    wanted = text.lower()
    return [
        name for name, one in ACTIONS.items() if wanted in one.words.replace("{it}", "").lower()
    ]
