"""Every table of Garland, imported so that `Base.metadata` is complete."""

# ruff: noqa: F401  imported for what importing does

from __future__ import annotations

import blocks.installs._tables
import blocks.packages._tables
import designer.gallery._tables
import designer.guide._tables
import designer.palette._tables
import marketplace.recalls._tables
import marketplace.rollouts._tables
import runtime._tables
import runtime.alarms._tables
import runtime.alarms.console._tables
import runtime.alarms.holding._tables
import runtime.alarms.sources._tables
import runtime.alarms.sources.listened._tables
import runtime.alarms.tmf642.hub._tables
import runtime.approvals._tables
import runtime.archives._tables
import runtime.calendars._tables
import runtime.deleting._tables
import runtime.environments._tables
import runtime.flows._tables
import runtime.going_live._tables
import runtime.hooks._tables
import runtime.imports._tables
import runtime.inventory._tables
import runtime.limits._tables
import runtime.maintenance._tables
import runtime.packs._tables
import runtime.polls._tables
import runtime.quieting._tables
import runtime.rules._tables
import runtime.rules.backtest._tables
import runtime.runs._tables
import runtime.schedules._tables
import runtime.services._tables
import runtime.step_state._tables
import runtime.tenant_templates._tables
import runtime.trials._tables
import runtime.use._tables
import tenancy._tables
import tenancy.addresses._tables
import tenancy.announcements._tables
import tenancy.audit._tables
import tenancy.brand._tables
import tenancy.connections._tables
import tenancy.custom_roles._tables
import tenancy.customers.many._tables
import tenancy.delegation._tables
import tenancy.identity._tables
import tenancy.invitations._tables
import tenancy.keys._tables
import tenancy.life_cycle._tables
import tenancy.mails._tables
import tenancy.parties._tables
import tenancy.plans._tables
import tenancy.repeats._tables
import tenancy.scim._tables
import tenancy.sign_ins._tables
import tenancy.sign_ups._tables
