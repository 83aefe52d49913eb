"""Laying out a drawing anew when a person asks for it: the canvas says what stands on it."""
