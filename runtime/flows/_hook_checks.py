"""Is a webhook trigger fit to be published?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from runtime.flows._expression_checks import trigger_expression_problems
from runtime.flows.problems import FlowProblem


def hook_problems(id_: str, trigger: Mapping[str, Any]) -> Iterable[FlowProblem]:
    """Yield what is wrong with a webhook."""
    correlate, title = trigger.get("correlate"), trigger.get("title") or id_
    if correlate is None:
        return
    pointer = f"/triggers/{id_}/correlate"
    yield from trigger_expression_problems(correlate, pointer, f"{title}: resume by")
    if trigger.get("respond") == "when_done":
        message = (
            f"{title}: what resumes a run is answered at once; answering when done counts only "
            "for the runs that this webhook starts"
        )
        yield FlowProblem(f"/triggers/{id_}/respond", message, severity="warning")
