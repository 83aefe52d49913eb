"""Pages of workflows: the list, a workflow and its draft."""
