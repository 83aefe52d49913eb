"""Runs: workflows under way, advanced step by step and recorded as they go."""
