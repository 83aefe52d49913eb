"""Workflows drawn as pictures (SVG), as the canvas shows them."""
