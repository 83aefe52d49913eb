"""Every blueprint of the application; machine ones carry no CSRF token."""

from __future__ import annotations

from flask import Blueprint

import designer.history.views
import designer.keeping.views
import designer.rules.views
import designer.setup.views
import designer.starting.views
import designer.trials.views
import designer.workflows.views
import garland.home.views
import garland.live.views
import garland.operations.views
import runtime.alarms.api
import runtime.alarms.intake.api
import runtime.alarms.sources.listened.views
import runtime.alarms.sources.snmp.views
import runtime.alarms.sources.views
import runtime.alarms.views
import runtime.approvals.api
import runtime.approvals.views
import runtime.calendars.api
import runtime.calendars.views
import runtime.flow_control.api
import runtime.flows.api
import runtime.hooks.api
import runtime.hooks.views
import runtime.limits.api
import runtime.limits.views
import runtime.messages.api
import runtime.runs.api
import runtime.runs.views
import tenancy.api
import tenancy.views

PAGES: tuple[Blueprint, ...] = (
    tenancy.views.bp,
    garland.home.views.bp,
    garland.live.views.bp,
    garland.operations.views.bp,
    runtime.alarms.views.bp,
    runtime.alarms.sources.views.bp,
    runtime.alarms.sources.listened.views.bp,
    runtime.alarms.sources.snmp.views.bp,
    runtime.approvals.views.bp,
    runtime.calendars.views.bp,
    runtime.hooks.views.bp,
    runtime.limits.views.bp,
    runtime.runs.views.bp,
    designer.workflows.views.bp,
    designer.setup.views.bp,
    designer.starting.views.bp,
    designer.trials.views.bp,
    designer.history.views.bp,
    designer.keeping.views.bp,
    designer.rules.views.bp,
)
MACHINES: tuple[Blueprint, ...] = (
    runtime.alarms.api.api,
    runtime.alarms.intake.api.api,
    runtime.approvals.api.api,
    runtime.calendars.api.api,
    runtime.flows.api.api,
    runtime.flow_control.api.api,
    runtime.hooks.api.api,
    runtime.hooks.api.hooks,
    runtime.limits.api.api,
    runtime.messages.api.api,
    runtime.runs.api.api,
    runtime.runs.api.starts,
    tenancy.api.api,
)
BLUEPRINTS = (*((one, False) for one in PAGES), *((one, True) for one in MACHINES))
