"""Every blueprint of the application; machine ones carry no CSRF token."""

from __future__ import annotations

from flask import Blueprint

import designer.blocks.api
import designer.blocks.views
import designer.clipboard.views
import designer.data.views
import designer.exchange.views
import designer.gallery.own.views
import designer.gallery.views
import designer.guide.views
import designer.history.views
import designer.inspecting.views
import designer.keeping.views
import designer.opened.views
import designer.packs.api
import designer.packs.views
import designer.palette.views
import designer.publishing.views
import designer.renaming.views
import designer.rule_links.views
import designer.rules.asked.views
import designer.rules.backtested.views
import designer.rules.firings.views
import designer.rules.hits.views
import designer.rules.simulated.views
import designer.rules.versions.views
import designer.rules.views
import designer.saving.views
import designer.setup.views
import designer.starting.views
import designer.tables.views
import designer.tidying.views
import designer.together.views
import designer.trials.kept.views
import designer.trials.views
import designer.workflows.views
import garland.announced.views
import garland.announcements.api
import garland.announcements.views
import garland.archives.views
import garland.customers.many.views
import garland.customers.views
import garland.deletions.views
import garland.home.views
import garland.live.views
import garland.operations.views
import garland.plans.api
import garland.plans.views
import garland.reference.views
import garland.tenant_templates.api
import garland.tenant_templates.api_here
import garland.tenant_templates.here
import garland.tenant_templates.views
import garland.trends.views
import garland.usage.api
import garland.usage.views
import marketplace.advisories.api
import marketplace.advisories.views
import marketplace.browse.installs.views
import marketplace.browse.views
import marketplace.catalogue.api
import marketplace.catalogue.bundles.views
import marketplace.catalogue.decided.api
import marketplace.catalogue.explained.views
import marketplace.catalogue.offers.views
import marketplace.catalogue.own.views
import marketplace.catalogue.rules.views
import marketplace.catalogue.views
import marketplace.collections.api
import marketplace.collections.views
import marketplace.impact.api
import marketplace.leaders.api
import marketplace.leaders.views
import marketplace.money.api
import marketplace.money.charge_pages.views
import marketplace.money.price_pages.views
import marketplace.money.share_pages.views
import marketplace.money.views
import marketplace.pictures.views
import marketplace.ratings.api
import marketplace.ratings.reported.views
import marketplace.ratings.views
import marketplace.recalls.api
import marketplace.recalls.views
import marketplace.releases.api
import marketplace.reviews.api
import marketplace.reviews.views
import marketplace.rollouts.api
import marketplace.rollouts.holds.views
import marketplace.rollouts.views
import marketplace.search.api
import marketplace.shadow.api
import marketplace.shadow.views
import marketplace.sharing.api
import marketplace.sharing.taken.views
import marketplace.sharing.views
import marketplace.studio.listings.views
import marketplace.studio.namespaces.views
import marketplace.studio.releases.views
import marketplace.studio.views
import marketplace.together.api
import marketplace.versions.views
import marketplace.wishes.api
import marketplace.wishes.views
import runtime.alarms.api
import runtime.alarms.console.views
import runtime.alarms.intake.api
import runtime.alarms.intake.views
import runtime.alarms.policy.views
import runtime.alarms.sources.api
import runtime.alarms.sources.editor.views
import runtime.alarms.sources.listened.rules.views
import runtime.alarms.sources.listened.views
import runtime.alarms.sources.snmp.entry.views
import runtime.alarms.sources.snmp.views
import runtime.alarms.sources.views
import runtime.alarms.tmf642.api
import runtime.alarms.tmf642.hub.views
import runtime.alarms.views
import runtime.approvals.api
import runtime.approvals.views
import runtime.backtests.api
import runtime.block_pictures.views
import runtime.calendars.api
import runtime.calendars.views
import runtime.connections.api
import runtime.connections.views
import runtime.environments.api
import runtime.environments.views
import runtime.flow_control.api
import runtime.flows.api
import runtime.flows.exchange.api
import runtime.going_live.api
import runtime.going_live.views
import runtime.hooks.api
import runtime.hooks.called.api
import runtime.hooks.views
import runtime.inventory.api
import runtime.inventory.lookups.views
import runtime.inventory.views
import runtime.limits.api
import runtime.limits.views
import runtime.maintenance.api
import runtime.maintenance.views
import runtime.messages.api
import runtime.network_map.views
import runtime.quieting.api
import runtime.quieting.views
import runtime.retention.purging.api
import runtime.retention.purging.views
import runtime.rules.api
import runtime.rules.decisions.api
import runtime.rules.versions.api
import runtime.runs.api
import runtime.runs.views
import runtime.services.api
import runtime.services.imports.views
import runtime.services.views
import runtime.simulations.api
import runtime.step_state.api
import runtime.use.tmf635.api
import runtime.verdicts.api
import runtime.where_used.api
import runtime.where_used.views
import tenancy.addresses.views
import tenancy.api
import tenancy.audit.api
import tenancy.audit.views
import tenancy.brand.editing.api
import tenancy.brand.editing.views
import tenancy.brand.views
import tenancy.custom_roles.views
import tenancy.customers.api
import tenancy.delegation.views
import tenancy.identity.afterwards.views
import tenancy.identity.settings.views
import tenancy.identity.views
import tenancy.invitations.api
import tenancy.invitations.views
import tenancy.joining.views
import tenancy.keys.views
import tenancy.membership.api
import tenancy.membership.views
import tenancy.parties.api
import tenancy.rights.views
import tenancy.scim.api
import tenancy.scim.discovered.api
import tenancy.sign_ins.account.views
import tenancy.sign_ins.views
import tenancy.sign_ups.views
import tenancy.views

PAGES: tuple[Blueprint, ...] = (
    tenancy.views.bp,
    tenancy.membership.views.bp,
    tenancy.invitations.views.bp,
    tenancy.joining.views.bp,
    tenancy.addresses.views.bp,
    tenancy.sign_ups.views.bp,
    tenancy.custom_roles.views.bp,
    tenancy.delegation.views.bp,
    tenancy.rights.views.bp,
    tenancy.sign_ins.views.bp,
    tenancy.sign_ins.account.views.bp,
    tenancy.identity.views.bp,
    tenancy.identity.afterwards.views.bp,
    tenancy.identity.settings.views.bp,
    tenancy.audit.views.bp,
    tenancy.keys.views.bp,
    tenancy.brand.views.bp,
    tenancy.brand.editing.views.bp,
    garland.home.views.bp,
    garland.archives.views.bp,
    garland.announced.views.bp,
    garland.announcements.views.bp,
    garland.customers.many.views.bp,
    garland.customers.views.bp,
    garland.deletions.views.bp,
    garland.plans.views.bp,
    garland.tenant_templates.here.bp,
    garland.tenant_templates.views.bp,
    garland.usage.views.bp,
    marketplace.money.charge_pages.views.bp,
    marketplace.money.price_pages.views.bp,
    marketplace.money.share_pages.views.bp,
    marketplace.money.views.bp,
    marketplace.sharing.taken.views.bp,
    marketplace.sharing.views.bp,
    garland.live.views.bp,
    garland.operations.views.bp,
    garland.trends.views.bp,
    garland.reference.views.bp,
    runtime.alarms.views.bp,
    runtime.alarms.policy.views.bp,
    runtime.retention.purging.views.bp,
    runtime.alarms.console.views.bp,
    runtime.alarms.sources.views.bp,
    runtime.alarms.tmf642.hub.views.bp,
    runtime.alarms.sources.editor.views.bp,
    runtime.alarms.intake.views.bp,
    runtime.alarms.sources.listened.rules.views.bp,
    runtime.alarms.sources.listened.views.bp,
    runtime.alarms.sources.snmp.entry.views.bp,
    runtime.alarms.sources.snmp.views.bp,
    runtime.approvals.views.bp,
    runtime.calendars.views.bp,
    runtime.connections.views.bp,
    runtime.environments.views.bp,
    runtime.going_live.views.bp,
    runtime.hooks.views.bp,
    runtime.inventory.views.bp,
    runtime.inventory.lookups.views.bp,
    runtime.limits.views.bp,
    runtime.maintenance.views.bp,
    runtime.network_map.views.bp,
    runtime.quieting.views.bp,
    runtime.runs.views.bp,
    runtime.services.views.bp,
    runtime.where_used.views.bp,
    runtime.services.imports.views.bp,
    runtime.block_pictures.views.bp,
    designer.blocks.views.bp,
    designer.packs.views.bp,
    designer.palette.views.bp,
    designer.opened.views.bp,
    designer.workflows.views.bp,
    designer.gallery.views.bp,
    designer.gallery.own.views.bp,
    designer.guide.views.bp,
    designer.data.views.bp,
    designer.inspecting.views.bp,
    designer.setup.views.bp,
    designer.starting.views.bp,
    designer.trials.kept.views.bp,
    designer.tidying.views.bp,
    designer.together.views.bp,
    designer.trials.views.bp,
    designer.clipboard.views.bp,
    designer.history.views.bp,
    designer.keeping.views.bp,
    designer.exchange.views.bp,
    designer.saving.views.bp,
    designer.rule_links.views.bp,
    designer.rules.views.bp,
    designer.publishing.views.bp,
    designer.renaming.views.bp,
    designer.rules.asked.views.bp,
    designer.rules.backtested.views.bp,
    designer.rules.firings.views.bp,
    designer.rules.hits.views.bp,
    designer.rules.simulated.views.bp,
    designer.rules.versions.views.bp,
    designer.tables.views.bp,
    marketplace.reviews.views.bp,
    marketplace.studio.views.bp,
    marketplace.studio.namespaces.views.bp,
    marketplace.studio.releases.views.bp,
    marketplace.studio.listings.views.bp,
    marketplace.pictures.views.bp,
    marketplace.leaders.views.bp,
    marketplace.collections.views.bp,
    marketplace.ratings.views.bp,
    marketplace.ratings.reported.views.bp,
    marketplace.recalls.views.bp,
    marketplace.rollouts.views.bp,
    marketplace.rollouts.holds.views.bp,
    marketplace.versions.views.bp,
    marketplace.shadow.views.bp,
    marketplace.browse.views.bp,
    marketplace.browse.installs.views.bp,
    marketplace.catalogue.views.bp,
    marketplace.catalogue.offers.views.bp,
    marketplace.catalogue.explained.views.bp,
    marketplace.catalogue.rules.views.bp,
    marketplace.catalogue.bundles.views.bp,
    marketplace.catalogue.own.views.bp,
    marketplace.wishes.views.bp,
    marketplace.advisories.views.bp,
)
MACHINES: tuple[Blueprint, ...] = (
    designer.blocks.api.api,
    designer.packs.api.api,
    marketplace.releases.api.api,
    marketplace.reviews.api.api,
    marketplace.search.api.api,
    marketplace.leaders.api.api,
    marketplace.collections.api.api,
    marketplace.ratings.api.api,
    marketplace.together.api.api,
    marketplace.catalogue.api.api,
    marketplace.catalogue.decided.api.api,
    marketplace.wishes.api.api,
    runtime.alarms.api.api,
    runtime.alarms.intake.api.api,
    runtime.alarms.tmf642.api.v4,
    runtime.alarms.tmf642.api.v5,
    runtime.use.tmf635.api.api,
    runtime.alarms.sources.api.api,
    runtime.approvals.api.api,
    runtime.calendars.api.api,
    runtime.connections.api.api,
    runtime.flows.api.api,
    runtime.flow_control.api.api,
    runtime.flows.exchange.api.api,
    runtime.step_state.api.api,
    runtime.environments.api.api,
    runtime.going_live.api.api,
    runtime.hooks.api.api,
    runtime.hooks.called.api.hooks,
    runtime.inventory.api.api,
    runtime.limits.api.api,
    runtime.maintenance.api.api,
    runtime.quieting.api.api,
    runtime.messages.api.api,
    runtime.rules.decisions.api.api,
    runtime.verdicts.api.api,
    runtime.where_used.api.api,
    runtime.simulations.api.api,
    runtime.rules.versions.api.api,
    runtime.backtests.api.api,
    runtime.retention.purging.api.api,
    runtime.rules.api.api,
    runtime.runs.api.api,
    runtime.runs.api.starts,
    runtime.services.api.api,
    tenancy.api.api,
    tenancy.membership.api.api,
    tenancy.invitations.api.api,
    garland.tenant_templates.api.api,
    marketplace.sharing.api.api,
    marketplace.sharing.api.taken,
    garland.tenant_templates.api_here.api,
    tenancy.customers.api.api,
    garland.announcements.api.api,
    marketplace.impact.api.api,
    marketplace.rollouts.api.api,
    marketplace.recalls.api.api,
    marketplace.shadow.api.api,
    marketplace.advisories.api.api,
    tenancy.audit.api.api,
    tenancy.brand.editing.api.api,
    garland.plans.api.api,
    garland.usage.api.api,
    marketplace.money.api.api,
    tenancy.parties.api.parties,
    tenancy.parties.api.roles,
    tenancy.scim.api.api,
    tenancy.scim.discovered.api.api,
)
BLUEPRINTS = (*((one, False) for one in PAGES), *((one, True) for one in MACHINES))
