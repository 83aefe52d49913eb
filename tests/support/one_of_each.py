"""One of each thing that an address of Garland names: found in the demo world, or made in it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from blocks.packages.keys import read_key_file
from blocks.packages.package import sign_package
from blocks.packages.trusted import add_publisher
from garland.settings import Settings
from garland.trust import change, list_release, root_key_file
from tests.factories.flows import flow_document, step
from tests.factories.installs import REACHES_OUT, make_package
from tests.factories.tables import make_table_document
from tests.support.running import Running, wait_for

PUBLISHER = "pages"
KEY = Ed25519PrivateKey.from_private_bytes(b"p" * 32)
PACK = "garland.notify"
ALARM = {
    "managed_object": "link-of-each",
    "perceived_severity": "critical",
    "event_type": "communicationsAlarm",
    "specific_problem": "Loss of signal",
    "attributes": {"site": "ZRH"},
}
NOTE = step("write-log", config={"message": "told"})
SERVICES = b"key,name,resources,need,sla\nof-each,Of each,link-zrh-brn,all,99.9\n"
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class Person:
    """Somebody with a browser that only sends forms."""

    def __init__(self, garland: Running, role: str = "admin") -> None:
        found = next(
            one
            for one in garland.demo["users"]
            if one["organisation"] == "acme" and one["role"] == role
        )
        none_kept = httpx.Limits(max_keepalive_connections=0)  # nothing is left to close
        self._http = httpx.Client(base_url=garland.url, timeout=60, limits=none_kept)
        self.post("/sign-in", email=found["email"], password=found["password"])

    def post(self, path: str, *, on: str = "", files: Any = None, **form: str) -> httpx.Response:
        """Send a form to an address; `on` is the page it stands on, if that is another."""
        page = self._http.get(on or path, follow_redirects=True).text
        found = _TOKEN.search(page)
        assert found is not None, f"{on or path} has no form"
        data = {**form, "csrf_token": found[1]}
        answer = self._http.post(path, data=data, files=files)
        assert answer.is_redirect, answer.text[-2_000:]
        return answer

    def first_link(self, page: str, part: str) -> str:
        """Give what follows a part of an address in the first link of a page that has it."""
        found = re.search(rf'href="[^"]*{part}([^"/]+)"', self._http.get(page).text)
        assert found is not None, f"{page} has no link with {part}"
        return found[1]


def _last_part(answer: httpx.Response) -> str:
    return answer.headers["location"].partition("?")[0].rstrip("/").rpartition("/")[2]


def one_of_each(garland: Running, folder: Path) -> dict[str, str]:
    """Give the id of one of each thing, by the names that `tests.support.every_page` uses."""
    person = Person(garland)
    garland.send(ALARM)
    ids = {**_found(garland), **_made(garland), **_imported(garland, person)}
    ids |= _installed(garland, folder)
    ids |= _tried(person, ids["flow"])
    ids["look_up_table"] = person.first_link("/t/acme/look-up-tables", "/look-up-tables/")
    at = person.first_link(f"/t/acme/runs/{ids['failed_run']}", "/retry\\?step=")
    ids["failed_step"] = at
    large = f"/runs/{ids['large_run']}"
    wait_for(lambda: garland.api(large)["state"] == "succeeded", within_s=40, what="the run")
    ids["trigger"] = _webhook_of(garland, ids["started"])
    return ids


def _first(garland: Running, path: str, **query: str) -> dict[str, Any]:
    items = wait_for(
        lambda: garland.api(path, **query)["items"], within_s=40, what=f"one of {path} {query}"
    )
    first: dict[str, Any] = items[0]
    return first


def _found(garland: Running) -> dict[str, str]:
    of = {
        "alarm": ("/alarms", {"q": "link-of-each"}),
        "announcement": ("/announcements/received", {"q": "Core router"}),
        "approval": ("/approvals", {}),
        "calendar": ("/calendars", {}),
        "failed_run": ("/runs", {"state": "failed"}),
        "flow": ("/flows", {"q": "Take care of a critical alarm"}),
        "json": ("/sources", {"kind": "json"}),
        "resource": ("/resources", {"q": "core-zrh"}),
        "rule": ("/rules", {"q": "Critical communications"}),
        "run": ("/runs", {"q": "link-of-each", "state": "succeeded"}),
        "service": ("/services", {}),
        "started": ("/flows", {"q": "Restart routers"}),
        "window": ("/maintenance-windows", {}),
    }
    ids = {name: _first(garland, path, **query)["id"] for name, (path, query) in of.items()}
    for one in garland.api("/sources")["items"]:
        ids[one["kind"]] = one["id"]
    return ids


def sent(garland: Running, method: str, path: str, **parts: Any) -> dict[str, Any]:
    """Send something to the REST API as Acme's program and give the answer."""
    token = {"Authorization": f"Bearer {garland.demo['tokens']['acme']}"}
    headers = {**token, **parts.pop("headers", {})}
    address = f"{garland.url}/api/v1{path}"
    answer = httpx.request(method, address, headers=headers, timeout=60, **parts)
    assert answer.is_success, answer.text
    made: dict[str, Any] = answer.json()
    return made


def _posted(garland: Running, path: str, body: Any) -> dict[str, Any]:
    return sent(garland, "POST", path, json=body)


def _made(garland: Running) -> dict[str, str]:
    values = {"name": "Of each", "kind": "bearer", "hosts": ["x.example"]}
    connection = _posted(garland, "/connections", {**values, "values": {"token": "t"}})
    table = make_table_document(name="Of each")
    note = {"note": NOTE}
    changed = _flow(garland, "Of each, changed", note)
    _posted(garland, f"/flows/{changed}/publish", {})
    more = {**note, "again": NOTE}
    document = flow_document(more, ["hand > note"], name="Of each, changed")
    sent(garland, "PUT", f"/flows/{changed}/draft", json=document, headers={"If-Match": '"1"'})
    large = step("set-data", config={"values": {"text": "x" * 20_000}})
    heavy = _flow(garland, "Of each, large", {"note": large})
    _posted(garland, f"/flows/{heavy}/publish", {})
    return {
        "changed": changed,
        "large_run": _posted(garland, f"/flows/{heavy}/runs", {})["id"],
        "connection": connection["id"],
        "empty": _flow(garland, "Of each, empty", {}),
        "request": _posted(garland, f"/flows/{changed}/publish-requests", {})["id"],
        "table": _posted(garland, "/rules", table)["id"],
        "environment": _posted(garland, "/environments", {"name": "Each"})["slug"],
    }


def _flow(garland: Running, name: str, steps: Any) -> str:
    wires = [f"hand > {one}" for one in list(steps)[:1]]
    document = flow_document(steps, wires, name=name)
    return str(_posted(garland, "/flows", {"name": name, "document": document})["id"])


def _imported(garland: Running, person: Person) -> dict[str, str]:
    """Stage a file of each kind, so that there is a plan to look at."""
    rows = {"inventory": b"key,kind,name\nof-each,node,Of each\n", "service": SERVICES}
    ids = {
        f"{kind}_import": sent(
            garland, "POST", f"/{kind}-imports", params={"origin": "each"}, content=content
        )["id"]
        for kind, content in rows.items()
    }
    text = json.dumps(flow_document({"note": NOTE}, ["hand > note"], name="Of each, brought"))
    answer = person.post("/t/acme/workflows/import", text=text)
    return {**ids, "workflow_import": _last_part(answer)}


def _installed(garland: Running, folder: Path) -> dict[str, str]:
    """Install a package that a trusted publisher signed, look at its next version, and a pack."""
    settings = Settings(data_dir=garland.data_dir, encryption_keys="unused", secret_key="unused")
    root = read_key_file(root_key_file(settings))
    public = KEY.public_key()
    change(settings, lambda session, now: add_publisher(session, root, PUBLISHER, public, now=now))
    files = []
    for version in ("1.0.0", "1.1.0", "1.2.0"):
        facts: dict[str, Any] = {"id": "pages.say", "publisher": PUBLISHER, "version": version}
        made = make_package(**facts, permissions=REACHES_OUT, examples=[])
        file = folder / f"pages.say-{version}.gblk"
        file.write_bytes(sign_package(made, KEY))
        list_release(settings, root, file, by=PUBLISHER)
        files.append(file.read_bytes())
    old, _ = (
        sent(garland, "POST", "/installs?consent=1", content=content) for content in files[:2]
    )
    package = sent(garland, "POST", "/installs/packages", content=files[2])
    _posted(garland, f"/packs/{PACK}/install", {"consent": True})
    return {"install": old["id"], "package": package["digest"], "pack": PACK}


def _webhook_of(garland: Running, flow: str) -> str:
    triggers = garland.api(f"/flows/{flow}/draft")["triggers"]
    return next(str(name) for name, one in triggers.items() if one["kind"] == "webhook")


def _tried(person: Person, flow: str) -> dict[str, str]:
    answer = person.post(
        f"/t/acme/workflows/{flow}/trials",
        on=f"/t/acme/workflows/{flow}/trials/ask",
        source="sample",
        effects="none",
    )
    return {"trial": _last_part(answer)}
