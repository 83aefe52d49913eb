"""Measures the tree that this folder lies in, whatever is installed.

The tree comes first on the path, and this folder last, where it was first: `blocks` is the package,
not blocks.py.
"""

import sys
from pathlib import Path

sys.path.append(sys.path.pop(0))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
