"""Between rules and workflows: which rules start a workflow, and a small picture of it."""
