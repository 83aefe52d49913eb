"""Which modules a package's Python imports: advice for who decides, never the defence.

Code can import in ways that no reader sees; the sandbox is what holds it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

NOTABLE = frozenset(
    {
        "_thread",
        "asyncio",
        "ctypes",
        "importlib",
        "marshal",
        "mmap",
        "multiprocessing",
        "os",
        "pickle",
        "pty",
        "resource",
        "signal",
        "socket",
        "subprocess",
        "sys",
        "threading",
    }
)
"""What is worth showing beside the permissions."""
_BY_NAME = frozenset({"__import__", "exec", "eval", "compile"})


def imported_modules(files: Mapping[str, bytes]) -> tuple[str, ...]:
    r"""List the modules that the Python files name, by their first part, in order.

    Code that is made at run time shows as what makes it, such as `exec()`; a file that is no
    Python shows as `unreadable: <name>`.

    >>> imported_modules({"block.py": b"import ctypes.util\nfrom os import path\neval('1')"})
    ('ctypes', 'eval()', 'os')
    """
    found: set[str] = set()
    for name, content in files.items():
        if not name.endswith(".py"):
            continue
        try:
            found.update(_named_in(ast.parse(content)))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            found.add(f"unreadable: {name}")
    return tuple(sorted(found))


def notable_modules(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """List those that a person should know of before they trust the package."""
    return tuple(one for one in imported_modules(files) if one in NOTABLE or not one.isidentifier())


def _named_in(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]
        elif isinstance(node, ast.Name) and node.id in _BY_NAME:
            yield f"{node.id}()"
