"""The quality scale: what a block has to have to be called bronze, silver, gold or platinum.

One table of rules; docs/quality-scale.md is made of it. A rule of a block is `done`, `exempt` with
a reason, or `todo`. A block has a level when every rule of it, and of those below, is done or
exempt. What can be seen in the block's folder is seen by `blocks.authoring.judging`; the rest its
author states in `quality.json`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Literal

Status = Literal["done", "exempt", "todo"]


class Level(IntEnum):
    """How good a block is; `NONE` is one that should not be offered."""

    NONE = 0
    BRONZE = 1
    SILVER = 2
    GOLD = 3
    PLATINUM = 4

    @property
    def word(self) -> str:
        """As it is shown and written: `gold`, or `none`."""
        return self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing a block of a level has.

    Attributes:
        id: What `quality.json` and the tool call it.
        level: The level that needs it.
        text: What the block has, a sentence.
        why: Whom it helps, a sentence.
        is_seen: Whether the tool sees it; else the author states it.
        is_waivable: Whether an author may be exempt from it, with a reason.
    """

    id: str
    level: Level
    text: str
    why: str
    is_seen: bool = True
    is_waivable: bool = True


@dataclass(frozen=True, slots=True)
class Standing:
    """How a block stands to a rule; `reason` is the remedy of what is to do."""

    rule: Rule
    status: Status
    reason: str = ""


LEVELS = {
    Level.BRONZE: "It works, it is honest about what it does, and one can find out what that is.",
    Level.SILVER: "It fails well: whoever uses it can foresee each way it may end.",
    Level.GOLD: "It is a pleasure to use: its page and its form answer what people ask.",
    Level.PLATINUM: "It is proven: in several languages, by tests, against the real other side.",
}

RULES = (
    Rule(
        id="manifest",
        level=Level.BRONZE,
        text="`block.json` fits the format, with schemas of the closed profile.",
        why="Any other is refused, so nobody could install it.",
        is_waivable=False,
    ),
    Rule(
        id="entry",
        level=Level.BRONZE,
        text="What the kind runs is there and can be read: `def run(ctx)` in `block.py`, or a"
        " request, or a workflow.",
        why="A block without it fails at its first step.",
        is_waivable=False,
    ),
    Rule(
        id="permissions",
        level=Level.BRONZE,
        text="Every ability and connection that the code uses is declared, with a reason.",
        why="What is not declared is refused while a workflow runs.",
        is_waivable=False,
    ),
    Rule(
        id="licence",
        level=Level.BRONZE,
        text="The licence is an SPDX expression.",
        why="Whoever installs it has to know what they may do with it.",
        is_waivable=False,
    ),
    Rule(
        id="icon",
        level=Level.BRONZE,
        text="The icon is an SVG or PNG that does nothing but show itself.",
        why="People find blocks in the palette by their icon.",
        is_waivable=False,
    ),
    Rule(
        id="page",
        level=Level.BRONZE,
        text="`README.md` says in at least 100 characters what the block is for.",
        why="It is the page that users read beside the settings.",
        is_waivable=False,
    ),
    Rule(
        id="example",
        level=Level.BRONZE,
        text="At least one example can be run.",
        why="An example is the block's test and its shortest explanation.",
        is_waivable=False,
    ),
    Rule(
        id="titles",
        level=Level.SILVER,
        text="Every setting, every field of the input and of what leaves has a title.",
        why="Without one the form shows the field's technical name.",
    ),
    Rule(
        id="errors",
        level=Level.SILVER,
        text="Every error that the code raises is declared, with words for the user.",
        why="The declaration decides whether it is tried again, and what the user reads.",
    ),
    Rule(
        id="port-examples",
        level=Level.SILVER,
        text="Every way out has an example that leaves by it.",
        why="A way out that nobody tried is one that nobody can rely on.",
    ),
    Rule(
        id="least",
        level=Level.SILVER,
        text="It asks for no more than it uses, and what reaches others names its hosts.",
        why="Every permission is one more thing that a security officer must accept.",
    ),
    Rule(
        id="limit",
        level=Level.SILVER,
        text="A block that speaks to others says how long it waits (`behaviour.timeout_s`).",
        why="A system that hangs should not hold up a workflow for longer than it has to.",
    ),
    Rule(
        id="descriptions",
        level=Level.GOLD,
        text="Every setting and field of the input is described, but for choices and yes or no.",
        why="The form shows it where the question comes up.",
    ),
    Rule(
        id="error-examples",
        level=Level.GOLD,
        text="Every declared error has an example that ends with it.",
        why="It shows that the error comes when it should, and is tried again when it should.",
    ),
    Rule(
        id="repeats",
        level=Level.GOLD,
        text="A block that changes something says whether a repeat does harm"
        " (`behaviour.idempotent`).",
        why="A step may be performed twice when a machine dies in between.",
    ),
    Rule(
        id="picture",
        level=Level.GOLD,
        text="The page shows a picture of the block in a workflow.",
        why="One look tells where it belongs.",
    ),
    Rule(
        id="page-complete",
        level=Level.GOLD,
        text="The page names every setting, every field of the input and every way out.",
        why="A page that leaves something out sends people to the source code.",
    ),
    Rule(
        id="page-example",
        level=Level.GOLD,
        text="The page has an example of its use, marked **Example**.",
        why="Most people copy before they read.",
    ),
    Rule(
        id="keywords",
        level=Level.GOLD,
        text="At least three keywords.",
        why="People search by the words of their trade.",
    ),
    Rule(
        id="languages",
        level=Level.PLATINUM,
        text="Its texts are translated to at least one further language (`i18n`).",
        why="An operator on night shift reads their own language faster.",
    ),
    Rule(
        id="tests",
        level=Level.PLATINUM,
        text="It has tests of its own beside its examples (`tests/test_*.py`).",
        why="Examples show what should happen, tests what must not.",
    ),
    Rule(
        id="types",
        level=Level.PLATINUM,
        text="Every function says what it takes and what it gives.",
        why="A type checker finds the mistake before a user does.",
    ),
    Rule(
        id="changes",
        level=Level.PLATINUM,
        text="`CHANGELOG.md` says what is new in this version.",
        why="Whoever decides about an upgrade reads it first.",
    ),
    Rule(
        id="real-peer",
        level=Level.PLATINUM,
        text="It was tried against the real system that it speaks to; the reason says which, and"
        " when.",
        why="A mocked world agrees with whoever mocked it.",
        is_seen=False,
    ),
)


def level_of(standings: Iterable[Standing]) -> Level:
    """Say which level a block has: the highest below the first with something to do."""
    lacking = [one.rule.level for one in standings if one.status == "todo"]
    return Level(min(lacking, default=Level.PLATINUM + 1) - 1)


def find_rule(rule_id: str) -> Rule | None:
    """Return the rule of that id."""
    return next((rule for rule in RULES if rule.id == rule_id), None)


QUALITY_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "/schemas/block-quality",
    "title": "What a block's author states about its quality",
    "type": "object",
    "additionalProperties": False,
    "required": ["quality", "rules"],
    "properties": {
        "quality": {"const": 1},
        "rules": {
            "type": "object",
            "propertyNames": {"enum": [rule.id for rule in RULES]},
            "additionalProperties": {
                "type": "object",
                "additionalProperties": False,
                "required": ["status"],
                "properties": {
                    "status": {"enum": ["done", "exempt", "todo"]},
                    "reason": {"type": "string", "minLength": 1, "maxLength": 300},
                },
            },
        },
    },
}


def scale_page() -> str:
    """Write docs/quality-scale.md."""
    parts = [_HEAD]
    for level, meaning in LEVELS.items():
        rows = [
            f"| `{rule.id}` | {rule.text} | {rule.why} |" for rule in RULES if rule.level is level
        ]
        parts.append("\n".join([f"## {level.word.capitalize()}", meaning, "", *_TABLE_HEAD, *rows]))
    return "\n\n".join([*parts, _foot()]) + "\n"


_TABLE_HEAD = ("| rule | the block | why |", "|---|---|---|")
_HEAD = """# Quality scale
What a block has to have to be called bronze, silver, gold or platinum. This page is written from
the table in `blocks/quality.py` by `tools/write_quality_scale.py`. `garland block check` says where
a block stands and what is to do for the next level; with `--level gold` it ends with 1 below gold.
Every block that comes with Garland is gold.

A block has a level when every rule of it, and of the levels below, is `done` or `exempt`. What can
be seen in the folder is seen by the tool, whatever the author says. For the rest, and for what does
not apply, there is `quality.json` beside the manifest. What is exempt may also stand in the
manifest itself, in `exempt`: by rule, with the reason.

```json
{"quality": 1,
 "rules": {
   "real-peer": {"status": "done", "reason": "Acme probe 4.2, November 2026"},
   "least": {"status": "exempt", "reason": "The address is the user's: any host may be meant"},
   "languages": {"status": "todo"}}}
```

`exempt` needs a reason, which people who decide about the block can read. `todo` says that
something is lacking although the tool sees nothing. `done` counts only for a rule
that the tool cannot see."""


def _foot() -> str:
    stated = ", ".join(f"`{rule.id}`" for rule in RULES if not rule.is_seen)
    fixed = ", ".join(f"`{rule.id}`" for rule in RULES if not rule.is_waivable)
    return (
        "## What may be stated\n"
        f"The author states {stated}; the tool sees all others. Nobody is exempt from {fixed}."
    )
