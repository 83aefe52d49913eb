"""The release before: the last commit of the repository with a migration fewer, in a folder."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
FOLDER = "migrations/versions"
_NAMED = re.compile(r'^(revision|down_revision)\b[^=]*= (?:"([^"]+)"|None)', re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class OldRelease:
    """A commit, and how many migrations it is behind."""

    commit: str
    behind: int

    def unpack(self, folder: Path) -> None:
        """Write its files into a folder."""
        packed = subprocess.run(
            ["git", "archive", self.commit], cwd=ROOT, check=True, capture_output=True
        )
        subprocess.run(["tar", "-x", "-C", str(folder)], input=packed.stdout, check=True)


def last_with_fewer_migrations() -> OldRelease | None:
    """Find the newest commit whose migrations are the beginning of those here; None for none.

    Migrations that come together are put in a row as they are merged, so a commit's may be in
    another order than here: it is passed over.
    """
    here = _chain([one.read_text() for one in (ROOT / FOLDER).glob("*.py")])
    try:
        commits = _git("log", "--format=%H", "--", FOLDER).split()
    except (OSError, subprocess.CalledProcessError):
        return None
    for commit in commits:
        names = _git("ls-tree", "-r", "--name-only", commit, FOLDER).split()
        chain = _chain([_git("show", f"{commit}:{name}") for name in names])
        if chain and len(chain) < len(here) and here[: len(chain)] == chain:
            return OldRelease(commit=commit, behind=len(here) - len(chain))
    return None


def _chain(texts: list[str]) -> list[str]:
    """Give revisions from the first to the last; nothing where they fork."""
    found = [dict(_NAMED.findall(text)) for text in texts]
    after = {one.get("down_revision", ""): one["revision"] for one in found if "revision" in one}
    chain, last = list[str](), ""
    while last in after:
        last = after[last]
        chain.append(last)
    return chain if len(chain) == len(found) else []


def _git(*command: str) -> str:
    done = subprocess.run(["git", *command], cwd=ROOT, check=True, capture_output=True, text=True)
    return done.stdout
