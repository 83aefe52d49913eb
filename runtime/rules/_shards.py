"""Shards: rules spread over definitions so that none nears a fixed size of the C code.

A shard mirrors the net the C code will build: a node's children by equality (only one value of
a field can match at once), by other tests, by absence, and forward links that an `or` joins at.
Adding a rule is undone when a limit would be passed, so that planning stays linear in the rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

# The C code's limits, with room to spare: 512 hashed children, 128 listed children, 256 rules on
# one node, 64 nodes waiting on its stack, 255 fields in a message.
CHILDREN_MAX = 380
LISTED_MAX = 100
ENDS_MAX = 200
STACK_MAX = 56
NAMES_MAX = 200
RULES_MAX = 1000


@dataclass(frozen=True, slots=True)
class Leaf:
    """One native test: `op` of a named field with an operand already written as JSON."""

    op: str
    name: str
    operand: str


@dataclass(frozen=True, slots=True)
class Tree:
    """Tests joined by `and` or `or`."""

    gate: str
    members: tuple[Tree | Leaf, ...]


@dataclass(frozen=True, slots=True)
class Shard:
    """One definition to load: its JSON, its rules' keys (`r<index>` there), the names it reads."""

    definition: str
    keys: tuple[str, ...]
    names: tuple[str, ...]


def spread(trees: Sequence[tuple[str, Tree]]) -> tuple[tuple[Shard, ...], tuple[str, ...]]:
    """Spread rules over shards in order; also the keys of those too wide for any shard."""
    filled: list[_Filling] = []
    leftover: list[str] = []
    for key, tree in trees:
        if filled and filled[-1].add(key, tree):
            continue
        fresh = _Filling()
        if fresh.add(key, tree):
            filled.append(fresh)
        else:
            leftover.append(key)
    return tuple(filling.shard() for filling in filled), tuple(leftover)


@dataclass(eq=False, slots=True)
class _Net:
    """One node of the net. `below` is the highest stack any child needs under itself."""

    parents: list[_Net] = field(default_factory=list)
    equal: dict[str, dict[Leaf, _Net]] = field(default_factory=dict)
    other: dict[Leaf, _Net] = field(default_factory=dict)
    absent: dict[Leaf, _Net] = field(default_factory=dict)
    forward: list[_Net] = field(default_factory=list)
    hashed: int = 0
    ends: int = 0
    below: int = 0

    @property
    def width(self) -> int:
        """Children that can match at once."""
        return len(self.equal) + len(self.other) + len(self.absent) + len(self.forward)

    @property
    def peak(self) -> int:
        """Stack needed when everything under this node matches."""
        return max(self.width, self.width - 1 + self.below)

    @property
    def is_over(self) -> bool:
        """Tell whether a limit is passed here."""
        listed = len(self.absent) + len(self.forward)
        return self.hashed > CHILDREN_MAX or listed > LISTED_MAX or self.ends > ENDS_MAX


class _Filling:
    """A shard being filled."""

    def __init__(self) -> None:
        self._root = _Net()
        self._rules: list[tuple[str, Tree]] = []
        self._names: dict[str, None] = {}
        self._undo: list[Callable[[], object]] = []
        self._over = False

    def add(self, key: str, tree: Tree) -> bool:
        """Add a rule; False, and nothing changed, when a limit would be passed."""
        self._undo, self._over = [], False
        end = self._put(self._root, tree)
        end.ends += 1
        self._undo.append(lambda: _decrease(end, "ends"))
        fresh = [leaf.name for leaf in _leaves(tree) if leaf.name not in self._names]
        names = len(self._names) + len(set(fresh))
        crowded = names > NAMES_MAX or len(self._rules) >= RULES_MAX
        if self._over or crowded or end.is_over or self._root.peak > STACK_MAX:
            for undo in reversed(self._undo):
                undo()
            return False
        self._names.update(dict.fromkeys(fresh))
        self._rules.append((key, tree))
        return True

    def shard(self) -> Shard:
        """Write the definition."""
        rules = (
            f'"r{index}":{{"all":[{{"m":{_written(tree)}}}]}}'
            for index, (_, tree) in enumerate(self._rules)
        )
        return Shard(
            definition="{" + ",".join(rules) + "}",
            keys=tuple(key for key, _ in self._rules),
            names=tuple(self._names),
        )

    def _put(self, net: _Net, tree: Tree | Leaf) -> _Net:
        if isinstance(tree, Leaf):
            return self._step(net, tree)
        if tree.gate == "and":
            for member in tree.members:
                net = self._put(net, member)
            return net
        join = _Net()
        for member in tree.members:
            last = self._put(net, member)
            last.forward.append(join)
            join.parents.append(last)
            self._undo.append(last.forward.pop)
            self._settle(last)
        return join

    def _step(self, net: _Net, leaf: Leaf) -> _Net:
        if leaf.op == "eq":
            if leaf.name not in net.equal:
                net.equal[leaf.name] = {}
                self._undo.append(lambda: net.equal.pop(leaf.name))
            return self._child(net, net.equal[leaf.name], leaf)
        return self._child(net, net.absent if leaf.op == "nex" else net.other, leaf)

    def _child(self, net: _Net, children: dict[Leaf, _Net], key: Leaf) -> _Net:
        child = children.get(key)
        if child is None:
            child = children[key] = _Net(parents=[net])
            self._undo.append(lambda: children.pop(key))
            if children is not net.absent:
                net.hashed += 1
                self._undo.append(lambda: _decrease(net, "hashed"))
            self._settle(net)
        return child

    def _settle(self, net: _Net) -> None:
        """Carry a node's new peak up to the root; peaks only grow while a rule is added."""
        self._over = self._over or net.is_over
        waiting = [net]
        while waiting:
            node = waiting.pop()
            for parent in node.parents:
                if node.peak > parent.below:
                    self._undo.append(_Restore(parent, parent.below))
                    parent.below = node.peak
                    waiting.append(parent)


@dataclass(frozen=True, slots=True)
class _Restore:
    net: _Net
    below: int

    def __call__(self) -> None:
        self.net.below = self.below


def _decrease(net: _Net, name: str) -> None:
    setattr(net, name, getattr(net, name) - 1)


def _leaves(tree: Tree | Leaf) -> Iterator[Leaf]:
    if isinstance(tree, Leaf):
        yield tree
    else:
        for member in tree.members:
            yield from _leaves(member)


def _written(tree: Tree | Leaf) -> str:
    if isinstance(tree, Tree):
        return f'{{"${tree.gate}":[{_listed(map(_written, tree.members))}]}}'
    if tree.op == "eq":
        return f'{{"{tree.name}":{tree.operand}}}'
    return f'{{"${tree.op}":{{"{tree.name}":{tree.operand}}}}}'


def _listed(parts: Iterable[str]) -> str:
    return ",".join(parts)
