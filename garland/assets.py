"""Addresses of static files with a digest, so that browsers keep them for ever.

Scripts import each other by relative addresses, which can carry no query: the digest of all of them
stands in their folder's name instead, `js@<digest>/…`, and whatever one imports has it as well.

Style sheets that a page needs together come as one file, `css/tokens+base.css`, in the order in
which they are named: a first visit waits for two requests and not for two dozen.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path, PurePosixPath
from posixpath import normpath
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask, Request, Response, request
from typing_extensions import override
from werkzeug.exceptions import NotFound, SecurityError
from werkzeug.routing import MapAdapter

from kernel.ids import sha256_of
from kernel.resources import resource_folder

DIGEST_CHARACTERS = 12


@cache
def asset_version(name: str) -> str:
    """Give a short digest of a static file, so that browsers may keep it for ever."""
    return sha256_of(b"".join(file.read_bytes() for file in _files(name)))[:DIGEST_CHARACTERS]


def _files(name: str) -> list[Path]:
    folder, several = resource_folder("static"), _SHEETS.fullmatch(name)
    names = [f"css/{one}.css" for one in several[1].split("+")] if several else [name]
    return [folder / one for one in names]


_SHEETS = re.compile(r"css/([a-z-]+(?:\+[a-z-]+)+)\.css")


@cache
def scripts_version() -> str:
    """Give a short digest of all scripts together."""
    folder = resource_folder("static") / "js"
    files = sorted(folder.rglob("*.js"))
    read = ((file.relative_to(folder).as_posix(), file.read_bytes()) for file in files)
    return sha256_of(b"".join(b"%s\0%s\0" % (name.encode(), data) for name, data in read))[
        :DIGEST_CHARACTERS
    ]


def address_parts(name: str) -> dict[str, str]:
    """Give what the address of a static file is made of: its name, and its digest in it.

    >>> address_parts("js/main.js")["filename"].endswith("/main.js")
    True
    """
    if name.startswith("js/"):
        return {"filename": f"js@{scripts_version()}/{name.removeprefix('js/')}"}
    return {"filename": name, "v": asset_version(name)}


_IMPORTS = re.compile(r'^(?:import|export)\b[^;"]*"(\.{1,2}/[^"]+)"', re.MULTILINE)


@cache
def imported_by(name: str) -> tuple[str, ...]:
    """List the scripts that a script needs, those among them that others need included.

    >>> "js/canvas/dom.js" in imported_by("js/canvas/designer.js")
    True
    """
    folder = resource_folder("static")
    found: dict[str, None] = {}
    left = [name]
    while left:
        text = (folder / left[-1]).read_text(encoding="utf-8")
        here = PurePosixPath(left.pop()).parent
        wanted = [normpath(here / one) for one in _IMPORTS.findall(text)]
        left.extend(one for one in wanted if one not in found and one != name)
        found.update(dict.fromkeys(one for one in wanted if one != name))
    return tuple(found)


_SCRIPTS = re.compile(r"js@([0-9a-f]+)/")


def may_be_kept(name: str, version: str) -> bool:
    """Tell whether what such an address gives never changes.

    Args:
        name: The file as the address names it.
        version: The digest asked for in the query; empty where there is none.
    """
    scripts = _SCRIPTS.match(name)
    return scripts[1] == scripts_version() if scripts else bool(version)


class Site(Flask):
    """An application whose scripts lie in a folder named by their digest.

    Where its public address is known, that is what links to the outside and redirects begin with:
    a request's `Host` is whatever its sender likes. The host names of brands are known too, and
    a request by one of them is answered with addresses of that one.
    """

    public_url = ""
    owner_of: Callable[[str], UUID | None]

    def brand_host_of(self, request: Request) -> str:
        """Give the host name of a brand that a request came by; "" where it came by no such."""
        try:
            said = request.host.lower()
        except SecurityError:
            return ""
        name = said.partition(":")[0]
        if said == urlsplit(self.public_url).netloc or self.owner_of(name) is None:
            return ""
        return name

    @override
    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Bind the addresses to a request, but to the public host and scheme."""
        adapter, public = super().create_url_adapter(request), urlsplit(self.public_url)
        if adapter is not None and public.netloc:
            adapter.server_name, adapter.url_scheme = public.netloc, public.scheme
            name = self.brand_host_of(request) if request is not None else ""
            if name:
                adapter.server_name = f"{name}:{public.port}" if public.port else name
        return adapter

    @override
    def send_static_file(self, filename: str) -> Response:
        """Send a static file; a page of another release gets the scripts there are."""
        if _SHEETS.fullmatch(filename):
            return _send_sheets(filename)
        return super().send_static_file(_SCRIPTS.sub("js/", filename, count=1))


def _send_sheets(name: str) -> Response:
    files = _files(name)
    if not all(file.is_file() for file in files):
        raise NotFound
    answer = Response(b"".join(file.read_bytes() for file in files), mimetype="text/css")
    answer.add_etag()  # of what it holds: nothing is kept of the names that somebody makes up
    answer.make_conditional(request)
    return answer
