"""The plan: conditions compiled to durable_rules definitions that stay inside its safe subset.

Pure. durable_rules is fast on many single-event rules and fragile beyond fixed sizes, so rules
are spread over *shards* (`_shards`), negation is pushed down to the leaves, text operators and
patterns become flags computed here, and a message carries only typed values under short names
(`_names`). A rule too wide for any shard stays with the reference evaluator.

Source: limits and quirks found by fuzzing durable_rules 2.0.28 and by reading its C code.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any

from runtime.rules._flags import Flag, Flags, by_field, holding
from runtime.rules._names import Names
from runtime.rules._shards import Leaf, Shard, Tree, spread
from runtime.rules.conditions import (
    EQUALITY,
    NEGATIVE,
    PRESENCE,
    Condition,
    Gate,
    Group,
    Node,
    Op,
    Operand,
    reads_of,
)
from runtime.rules.fields import Kind, Read, Row
from runtime.rules.reference import holds

ANCHOR = Leaf("eq", "_k", "1")  # every rule begins with it: keeps `$nex` and `$or` off other input
_NATIVE = {Op.AT_LEAST: "gte", Op.AT_MOST: "lte", Op.MORE_THAN: "gt", Op.LESS_THAN: "lt"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One compiled ruleset.

    Attributes:
        shards: Definitions to load, each with its rules' keys and the names it reads.
        conditions: Every rule's condition by key, for the reference evaluator.
        leftover: Keys of rules that only the reference evaluator can judge.
        reads: Columns a row needs.
        values: Columns that travel in messages, with their names there.
        flags: Tests computed here, matched as the number 1 under their names.
        readers: For each name the shards that read it.
    """

    shards: tuple[Shard, ...]
    conditions: Mapping[str, Node]
    leftover: tuple[str, ...]
    reads: frozenset[Read]
    values: Mapping[Read, str]
    flags: tuple[Flags, ...]
    readers: Mapping[str, tuple[int, ...]]

    def messages(self, row: Row, number: int) -> list[str]:
        """Write one row as a message for each shard, in their order; `number` makes its id."""
        head = f'{{"id":"e{number}","_k":1'
        messages = [head] * len(self.shards)
        for read, name in self.values.items():
            if read in row:
                said = f',"{name}":{encode(_native(read, row[read]))}'
                for shard in self.readers.get(name, ()):
                    messages[shard] += said
        for name in holding(self.flags, row):
            for shard in self.readers.get(name, ()):
                messages[shard] += f',"{name}":1'
        return [message + "}" for message in messages]

    def judge(self, row: Row) -> frozenset[str]:
        """Judge a row with the reference evaluator alone: the same verdicts, one by one."""
        return frozenset(key for key, node in self.conditions.items() if holds(node, row))

    def judge_leftover(self, row: Row) -> set[str]:
        """Judge the rules that no shard holds."""
        return {key for key in self.leftover if holds(self.conditions[key], row)}


def encode(value: Operand) -> str:
    """Write a value as durable_rules' JSON reader takes it: never an exponent.

    >>> encode(1e-09), encode("a"), encode(True)
    ('0.000000001', '"a"', 'true')
    """
    if isinstance(value, str):
        return encode_basestring(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    text = format(Decimal(repr(value)), "f")
    return text if "." in text else f"{text}.0"


def _native(read: Read, value: Any) -> Operand:
    """Presence is said as the number 1, so that a value's own kind never matters to it."""
    return 1.0 if read.kind is Kind.PRESENCE else value


def compile_rules(conditions: Mapping[str, Node]) -> Program:
    """Compile conditions by key. The same conditions give the same program.

    O(total size of the conditions), times the rule's own width for each.
    """
    build = _Build(_popularity(conditions.values()))
    trees = [(key, build.tree(node)) for key, node in sorted(conditions.items())]
    trees.sort(key=lambda item: (repr(item[1]), item[0]))
    shards, leftover = spread(trees)
    return Program(
        shards=shards,
        conditions=dict(conditions),
        leftover=leftover,
        reads=frozenset(read for node in conditions.values() for read in reads_of(node)),
        values=build.values,
        flags=by_field(build.flags),
        readers=_readers(shards),
    )


def _readers(shards: Sequence[Shard]) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = {}
    for index, shard in enumerate(shards):
        for name in shard.names:
            found.setdefault(name, []).append(index)
    return {name: tuple(indices) for name, indices in found.items()}


def _popularity(nodes: Iterable[Node]) -> Counter[Any]:
    """Count how many rules share a top-level equality: shared ones first make the net narrow."""
    found: Counter[Any] = Counter()
    for node in nodes:
        members = node.members if isinstance(node, Group) and node.gate is Gate.ALL else (node,)
        for member in members:
            if isinstance(member, Condition) and member.op is Op.IS:
                found[member.read, member.operands] += 1
    return found


@dataclass
class _Build:
    """Turns conditions into trees of native leaves, naming columns and flags as it meets them."""

    popular: Counter[Any]
    names: Names = field(default_factory=Names)
    values: dict[Read, str] = field(default_factory=dict)
    flags: dict[Flag, str] = field(default_factory=dict)

    def tree(self, node: Node) -> Tree:
        """Build one rule's tree, anchored."""
        inner = self._node(node, negated=False)
        members = inner.members if isinstance(inner, Tree) and inner.gate == "and" else (inner,)
        return Tree("and", (ANCHOR, *members))

    def _node(self, node: Node, *, negated: bool) -> Tree | Leaf:
        if isinstance(node, Condition):
            return self._leaf(node, negated=negated)
        inside = negated is not (node.gate is Gate.NONE)
        conjunctive = (node.gate is Gate.ANY) is negated
        members = sorted(node.members, key=self._order) if conjunctive else node.members
        built = [self._node(member, negated=inside) for member in members]
        return _joined("and" if conjunctive else "or", built)

    def _order(self, node: Node) -> tuple[int, int, str]:
        if not isinstance(node, Condition):
            return (2, 0, "")
        if node.op is Op.IS:
            return (0, -self.popular[node.read, node.operands], repr(node))
        return (1, 0, repr(node))

    def _leaf(self, leaf: Condition, *, negated: bool) -> Tree | Leaf:
        if leaf.op in PRESENCE:
            absent = (leaf.op is Op.MISSING) is not negated
            return Leaf("nex" if absent else "ex", self._value(leaf.read), "1")
        if leaf.op in EQUALITY:
            return self._equality(leaf, negated=negated is not (leaf.op in NEGATIVE))
        if leaf.op in _NATIVE and not negated:
            return Leaf(_NATIVE[leaf.op], self._value(leaf.read), encode(leaf.operands[0]))
        name = self._flag(Flag(leaf.read, leaf.op, leaf.operands[0]))
        return Leaf("nex", name, "1") if negated else Leaf("eq", name, "1")

    def _equality(self, leaf: Condition, *, negated: bool) -> Tree | Leaf:
        name = self._value(leaf.read)
        operands = sorted(set(map(encode, leaf.operands)))
        if not negated:
            return _joined("or", [Leaf("eq", name, text) for text in operands])
        different = _joined("and", [Leaf("neq", name, text) for text in operands])
        return Tree("or", (Leaf("nex", name, "1"), different))

    def _value(self, read: Read) -> str:
        if read not in self.values:
            self.values[read] = self.names.take("f")
        return self.values[read]

    def _flag(self, flag: Flag) -> str:
        if flag not in self.flags:
            self.flags[flag] = self.names.take("x")
        return self.flags[flag]


def _joined(gate: str, members: list[Tree | Leaf]) -> Tree | Leaf:
    """Join members under a gate, taking in the members of those that have the same gate."""
    flat: list[Tree | Leaf] = []
    for member in members:
        same = isinstance(member, Tree) and member.gate == gate
        flat.extend(member.members if same and isinstance(member, Tree) else [member])
    return flat[0] if len(flat) == 1 else Tree(gate, tuple(flat))
