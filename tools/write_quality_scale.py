"""Write docs/quality-scale.md from the table of rules in blocks/quality.py."""

import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))


def main() -> None:
    """Write the page."""
    from blocks.quality import scale_page

    (ROOT / "docs" / "quality-scale.md").write_text(scale_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
