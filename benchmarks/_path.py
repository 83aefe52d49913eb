"""Puts this folder last on the path, where it was first: `blocks` is the package, not blocks.py."""

import sys

sys.path.append(sys.path.pop(0))
