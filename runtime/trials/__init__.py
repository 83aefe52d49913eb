"""Trials of drafts: what steps are pinned to, inputs that were kept, and starting one."""
