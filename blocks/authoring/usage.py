"""What a block's code asks of its context, read from its syntax: nothing is run.

It is advice for an honest author (an ability used and not declared, a port nobody declared), no
defence: what code can do is decided by the sandbox and by the permissions, whatever is written.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import get_args

from typing_extensions import override

from blocks.manifest import PermissionName

ABILITIES = {name: name for name in get_args(PermissionName)} | {"netconf": "ssh"}
"""By what code writes, `ctx.http`, the permission it needs."""
CHECKS = ("verify_hmac", "verify_secret")
"""Of `ctx.hook`: what names a slot first."""
OUTSIDE = {
    "socket": "a block has no sockets: ask ctx.http",
    "urllib.request": "a block has no sockets: ask ctx.http",
    "http.client": "a block has no sockets: ask ctx.http",
    "requests": "a block has no sockets: ask ctx.http",
    "httpx": "a block has no sockets: ask ctx.http",
    "smtplib": "a block has no sockets: ask ctx.mail",
    "subprocess": "a block cannot start programs",
    "multiprocessing": "a block cannot start programs",
    "ctypes": "a block has no business outside Python",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the code something is."""

    file: str
    line: int

    @property
    def text(self) -> str:
        """As it is shown: `line 12`."""
        return f"line {self.line}"


@dataclass(slots=True)
class Usage:
    """What the code of a block asks for; each with the first place where it does.

    Attributes:
        abilities: `ctx.http` and the like, by the permission they need.
        slots: Connections it names.
        ports: Ways out it takes; those it computes are not known.
        errors: Codes of the errors it raises.
        outside: Imports that cannot work inside the sandbox.
        broken: Files Python cannot read, with what it says.
        has_run: Whether block.py defines `run`.
        bare: Functions that do not say what they take and give.
        is_certain: Whether nothing was computed that could be a port.
    """

    abilities: dict[str, Place] = field(default_factory=dict)
    slots: dict[str, Place] = field(default_factory=dict)
    ports: dict[str, Place] = field(default_factory=dict)
    errors: dict[str, Place] = field(default_factory=dict)
    outside: dict[str, Place] = field(default_factory=dict)
    broken: dict[Place, str] = field(default_factory=dict)
    has_run: bool = False
    bare: dict[str, Place] = field(default_factory=dict)
    is_certain: bool = True


def usage_of(code: Mapping[str, str], entry: str = "block.py") -> Usage:
    """Read what a block's code asks for.

    Args:
        code: Its Python by file name.
        entry: The file that defines `run`.
    """
    usage = Usage()
    for name, text in code.items():
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            line = getattr(error, "lineno", None) or 1
            usage.broken[Place(name, line)] = getattr(error, "msg", None) or str(error)
            continue
        _Reader(name, usage, _contexts_in(tree)).visit(tree)
        if name == entry:
            usage.has_run = any(
                isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == "run"
                for node in tree.body
            )
    return usage


def _contexts_in(tree: ast.AST) -> frozenset[str]:
    """List the names under which a step's context goes about in a file."""
    names = {"ctx"}
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        taken = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        if node.name == "run" and taken:
            names.add(taken[0].arg)
        names.update(one.arg for one in taken if _last_name(one.annotation) == "Context")
    return frozenset(names)


class _Reader(ast.NodeVisitor):
    def __init__(self, file: str, usage: Usage, contexts: frozenset[str]) -> None:
        self._file, self._usage, self._contexts = file, usage, contexts

    @override
    def visit_Attribute(self, node: ast.Attribute) -> None:
        """Note an ability: `ctx.http`."""
        if self._is_context(node.value) and node.attr in ABILITIES:
            self._usage.abilities.setdefault(ABILITIES[node.attr], self._at(node))
        self.generic_visit(node)

    @override
    def visit_Call(self, node: ast.Call) -> None:
        """Note ways out, errors, connections and abilities asked for by name."""
        self._read_slot(node)
        match node.func:
            case ast.Attribute(attr="emit" | "wait" as how) if self._is_context(node.func.value):
                self._read_port(node, how)
            case ast.Name(id="BlockError") | ast.Attribute(attr="BlockError"):
                self._read_error(node)
            case ast.Name(id="getattr") if node.args and self._is_context(node.args[0]):
                for name in _texts(node.args[1]):
                    if name in ABILITIES:
                        self._usage.abilities.setdefault(ABILITIES[name], self._at(node))
            case _:
                pass
        self.generic_visit(node)

    @override
    def visit_Import(self, node: ast.Import) -> None:
        """Note what the sandbox has no use for."""
        for alias in node.names:
            self._read_import(alias.name, node)

    @override
    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """Likewise."""
        self._read_import(node.module or "", node)

    @override
    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """Note functions without types."""
        self._read_types(node)
        self.generic_visit(node)

    @override
    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        """Likewise."""
        self._read_types(node)
        self.generic_visit(node)

    def _read_port(self, node: ast.Call, how: str) -> None:
        given = _argument(node, "port", 0 if how == "emit" else None)
        found = ["done"] if given is None and how == "wait" else list(_texts(given))
        if not found:
            self._usage.is_certain = False
        for port in found:
            self._usage.ports.setdefault(port, self._at(node))

    def _read_error(self, node: ast.Call) -> None:
        for code in _texts(_argument(node, "code", 0)):
            self._usage.errors.setdefault(code, self._at(node))

    def _read_slot(self, node: ast.Call) -> None:
        named = list(_texts(_argument(node, "connection", None)))
        if isinstance(node.func, ast.Attribute) and node.func.attr in CHECKS:
            named += _texts(_argument(node, "slot", 0))
        for slot in named:
            self._usage.slots.setdefault(slot, self._at(node))

    def _read_import(self, module: str, node: ast.stmt) -> None:
        for name in OUTSIDE:
            if module == name or module.startswith(name + "."):
                self._usage.outside.setdefault(name, self._at(node))

    def _read_types(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        taken = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        open_ones = [one for one in taken if one.annotation is None and one.arg != "self"]
        if open_ones or node.returns is None:
            self._usage.bare.setdefault(node.name, self._at(node))

    def _is_context(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id in self._contexts

    def _at(self, node: ast.expr | ast.stmt) -> Place:
        return Place(self._file, node.lineno)


def _argument(node: ast.Call, name: str, index: int | None) -> ast.expr | None:
    named = next((one.value for one in node.keywords if one.arg == name), None)
    if named is not None or index is None or len(node.args) <= index:
        return named
    return node.args[index]


def _texts(node: ast.expr | None) -> Iterator[str]:
    """Give the texts an expression may be: one, or those of `a if … else b`."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)


def _last_name(node: ast.expr | None) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Constant(value=str(name)):
            return name.rpartition(".")[2]
        case _:
            return ""
