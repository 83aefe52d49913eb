"""First steps: how far an organisation is towards a workflow that runs, and made-up alarms."""
