"""Where something is used: by which workflows, rules and others, as a draft and live."""
