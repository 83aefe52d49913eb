"""What can be done on the canvas: one table that feeds the keys, the help, the bar and the menu.

Pure. The page draws its help, the bar over what is selected and the menu from it, and its script
takes the keys from it; what each does is a deed of the page (`static/js/canvas/deeds.js` has most).
A test compares both, so what is written and what happens can't differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_CAPS = {
    "delete": "Del",
    "escape": "Esc",
    "arrow": "Arrows",
    "backspace": "⌫",
    "contextmenu": "Menu",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One thing a person can do.

    `keys` are written as the script reads them (`ctrl+shift+z`; `arrow` is any of the four), with
    spaces between them. `when` says what has to be selected: a `node`, `nodes`, a `wire`, `any` of
    them, or nothing ("").
    `places` are where it is offered beside its keys: in the `bar`, in the `menu`. The keys of a
    `native` one are left to the browser, which answers them with an event of its own.
    """

    name: str
    title: str
    keys: str = ""
    icon: str = ""
    when: str = ""
    places: str = ""
    native: bool = False

    @property
    def caps(self) -> list[list[str]]:
        """Give the keys as a keyboard has them printed on.

        >>> Deed(name="redo", title="Redo", keys="ctrl+shift+z +").caps
        [['Ctrl', 'Shift', 'Z'], ['+']]
        """
        return [
            [_cap(part) for part in key.split("+")] if key[1:] else [key.upper()]
            for key in self.keys.split()
        ]


def _cap(part: str) -> str:
    return _CAPS.get(part) or (part.capitalize() if part[1:] else part.upper())


DEEDS: dict[str, tuple[Deed, ...]] = {
    "Add and set up": (
        Deed(name="add", title="Add a step here", keys="/ n", icon="plus", places="bar menu"),
        Deed(
            name="settings",
            title="Settings",
            keys="enter",
            icon="sliders-horizontal",
            when="node",
            places="bar menu",
        ),
        Deed(name="rename", title="Rename", keys="f2", icon="pencil", when="node", places="menu"),
        Deed(
            name="try",
            title="Run only this step",
            keys="r",
            icon="play",
            when="node",
            places="bar menu",
        ),
        Deed(
            name="disable",
            title="Switch off or on",
            keys="e",
            icon="ban",
            when="nodes",
            places="bar menu",
        ),
    ),
    "Loops, groups and notes": (
        Deed(name="inside", title="Add a step in the loop", keys="b"),
        Deed(name="put-in", title="Into the loop before it", keys=">"),
        Deed(name="take-out", title="Out of the loop", keys="<"),
        Deed(name="group", title="Group", keys="g", icon="boxes", when="nodes", places="bar menu"),
        Deed(name="note", title="Add a note", keys="m", icon="square-pen", places="menu"),
        Deed(name="open-here", title="Look into the called workflow", keys="o"),
    ),
    "Connect": (
        Deed(
            name="connect",
            title="Connect to …",
            keys="c",
            icon="link-2",
            when="node",
            places="bar menu",
        ),
        Deed(name="wire", title="Select its wire, or the next one", keys="w"),
    ),
    "Change": (
        Deed(
            name="cut",
            title="Cut",
            keys="ctrl+x",
            icon="clipboard",
            when="nodes",
            places="menu",
            native=True,
        ),
        Deed(
            name="copy",
            title="Copy",
            keys="ctrl+c",
            icon="copy",
            when="nodes",
            places="menu",
            native=True,
        ),
        Deed(
            name="paste",
            title="Paste",
            keys="ctrl+v",
            icon="clipboard-check",
            places="menu",
            native=True,
        ),
        Deed(
            name="duplicate",
            title="Duplicate",
            keys="ctrl+d",
            icon="layers",
            when="nodes",
            places="bar menu",
        ),
        Deed(
            name="remove",
            title="Delete",
            keys="delete backspace",
            icon="trash-2",
            when="any",
            places="bar menu",
        ),
        Deed(name="undo", title="Undo", keys="ctrl+z"),
        Deed(name="redo", title="Redo", keys="ctrl+y ctrl+shift+z"),
        Deed(name="nudge", title="Move what is selected", keys="arrow"),
        Deed(name="nudge-far", title="Move it by five steps", keys="shift+arrow"),
        Deed(name="tidy", title="Tidy", keys="t", icon="wand-sparkles", places="menu"),
    ),
    "Move about": (
        Deed(name="walk", title="Along the wires", keys="alt+arrow"),
        Deed(name="before", title="The step before", keys="["),
        Deed(name="after", title="The next step", keys="]"),
        Deed(name="first", title="The first step", keys="home"),
        Deed(name="last", title="The last step", keys="end"),
        Deed(name="problem", title="The next problem", keys="f8 shift+f8"),
        Deed(name="find", title="Find a step", keys="ctrl+f", icon="search", places="menu"),
        Deed(name="all", title="Select all", keys="ctrl+a", icon="square-check-big", places="menu"),
        Deed(name="none", title="Select nothing", keys="escape"),
        Deed(name="menu", title="All that can be done here", keys="shift+f10 contextmenu"),
    ),
    "View": (
        Deed(name="zoom-in", title="Larger", keys="+ ="),
        Deed(name="zoom-out", title="Smaller", keys="-"),
        Deed(name="actual", title="As large as it is", keys="0"),
        Deed(name="fit", title="Show all", keys="1", icon="maximize", places="menu"),
        Deed(name="outline", title="Outline", keys="l", icon="list", places="menu"),
        Deed(name="help", title="These keys", keys="?", icon="keyboard", places="menu"),
    ),
}
"""By the heading they stand under in the help."""


def offered(place: str) -> list[Deed]:
    """List the deeds of the bar or of the menu."""
    return [deed for deeds in DEEDS.values() for deed in deeds if place in deed.places.split()]


def keys_document() -> list[dict[str, Any]]:
    """Write the deeds for the script: which keys do what."""
    return [
        {"name": deed.name, "keys": [] if deed.native else deed.keys.split()}
        for deeds in DEEDS.values()
        for deed in deeds
    ]


HANDLING: dict[str, Any] = {"groups": DEEDS, "bar": offered("bar"), "menu": offered("menu")}
"""What the page's templates draw."""
