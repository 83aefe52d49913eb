"""Looking into a workflow that another one calls, without leaving the canvas."""
