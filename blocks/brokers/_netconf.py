"""A NETCONF session (RFC 6241) over SSH (RFC 6242), and how a change is made in it.

All or nothing: a change goes into the candidate where the device has one, is validated, committed
and, if that is wanted, confirmed over a second connection, without which the device takes it back.
What fails is thrown away before it is told, and so are locks.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import quoteattr

from blocks.brokers._netconf_frames import FrameError, Frames, framed
from blocks.brokers._ssh_line import TOTAL_MAX_BYTES, Goal, signed_in, whatever_comes
from blocks.permissions.ssh import SshLogin
from blocks.sdk import BlockError, NetconfAnswer, NetconfCall
from blocks.xml_documents import Element, XmlError, read_xml

BASE = "urn:ietf:params:xml:ns:netconf:base:1.0"
_BASES = ("urn:ietf:params:netconf:base:1.0", "urn:ietf:params:netconf:base:1.1")
_ABLE = "urn:ietf:params:netconf:capability:"
_LOCKED = frozenset({"lock-denied", "in-use"})
ERRORS_SHOWN = 3


@dataclass(slots=True)
class Session:
    """One session: says hello, asks, and reads what is answered.

    Attributes:
        able: What the device can: its capabilities, without their parameters.
        warnings: What it remarked.
    """

    channel: Any
    goal: Goal
    able: frozenset[str] = frozenset()
    warnings: list[str] = field(default_factory=list)
    _frames: Frames = field(default_factory=lambda: Frames(most=TOTAL_MAX_BYTES), init=False)
    _asked: int = field(default=0, init=False)
    _last: bytes = field(default=b"", init=False)

    def greet(self) -> None:
        """Exchange hellos, and agree on how messages are parted."""
        ours = "".join(f"<capability>{one}</capability>" for one in _BASES)
        self._send(f'<hello xmlns="{BASE}"><capabilities>{ours}</capabilities></hello>')
        hello = self._receive()
        capabilities = hello.first("capabilities")
        if hello.name != "hello" or capabilities is None or not hello.said("session-id").isdigit():
            raise _bad_answer(self.goal, "its first message is no hello with a session-id")
        said = (one.text.strip() for one in capabilities.all("capability"))
        self.able = frozenset(one.partition("?")[0] for one in said)
        if not self.able & set(_BASES):
            raise _bad_answer(self.goal, "it speaks neither NETCONF 1.0 nor 1.1")
        self._frames.chunked = _BASES[1] in self.able

    def has(self, capability: str) -> bool:
        """Tell whether the device has a capability, such as `candidate:1.0`."""
        return _ABLE + capability in self.able

    def ask(self, operation: str) -> str:
        """Ask for one operation; give what stands in its `data` as XML, "" when there is none.

        Raises:
            BlockError: `netconf.refused`, `netconf.locked`, `netconf.bad_answer`.
        """
        self._asked += 1
        self._send(f'<rpc message-id="{self._asked}" xmlns="{BASE}">{operation}</rpc>')
        reply = self._receive()
        if reply.name != "rpc-reply" or reply.attributes.get("message-id") != str(self._asked):
            raise _bad_answer(self.goal, "it answered another question than was asked")
        self._check(reply)
        data = reply.first("data")
        if data is None and reply.first("ok") is None and not list(reply.all("rpc-error")):
            raise _bad_answer(self.goal, "its answer is neither ok, nor data, nor an error")
        return self._data(reply, data) if data is not None else ""

    def _check(self, reply: Element) -> None:
        errors = list(reply.all("rpc-error"))
        self.warnings += [
            _sentence(one) for one in errors if one.said("error-severity") == "warning"
        ]
        grave = [one for one in errors if one.said("error-severity") != "warning"]
        if not grave:
            return
        told = "; ".join(_sentence(one) for one in grave[:ERRORS_SHOWN])
        if grave[0].said("error-tag") in _LOCKED:
            message = f"Somebody else is changing {self.goal.host}: {told}"
            raise BlockError("netconf.locked", message[:1_000], retryable=True)
        message = f"{self.goal.host} refused it: {told}"
        raise BlockError("netconf.refused", message[:1_000], retryable=False)

    def _data(self, reply: Element, data: Element) -> str:
        """Give the data as a document of its own: with the namespaces that are known around it."""
        spaces = {
            name: value
            for element in (reply, data)
            for name, value in element.attributes.items()
            if name.partition(":")[0] == "xmlns"
        }
        named = "".join(f" {name}={quoteattr(value)}" for name, value in spaces.items())
        begins, ends = data.inside
        inside = self._last[begins:ends].decode("utf-8", errors="replace")
        return f"<data{named}>{inside}</data>"

    def _send(self, text: str) -> None:
        try:
            self.channel.sendall(framed(text.encode(), chunked=self._frames.chunked))
        except FrameError as error:
            message = f"The XML cannot be sent: {error}."
            raise BlockError("netconf.bad_config", message, retryable=False) from None

    def _receive(self) -> Element:
        try:
            while (message := self._frames.next()) is None:
                self.channel.settimeout(self.goal.left_s())
                found = self.channel.recv(65_536)
                if not found:
                    raise _bad_answer(self.goal, "it ended the session")
                self._frames.feed(found)
        except FrameError as error:
            raise _bad_answer(self.goal, str(error)) from None
        try:
            self._last = _bare(message)
            return read_xml(self._last)
        except XmlError as error:
            raise _bad_answer(self.goal, str(error)) from None


def carry_out(call: NetconfCall, login: SshLogin, goal: Goal) -> NetconfAnswer:
    """Carry out a request.

    Raises:
        BlockError: see `sdk.Netconf`.
    """
    _check_document(call.document)
    with _opened(login, goal) as session:
        if call.what == "edit-config":
            steps = _change(session, call, login)
            return NetconfAnswer(steps=tuple(steps), warnings=tuple(session.warnings))
        wanted = f'<filter type="subtree">{call.document}</filter>' if call.document else ""
        if call.what == "get-config":
            xml = session.ask(f"<get-config>{_at('source', call.store)}{wanted}</get-config>")
        else:
            xml = session.ask(f"<get>{wanted}</get>")
        return NetconfAnswer(xml=xml, warnings=tuple(session.warnings))


@contextmanager
def _opened(login: SshLogin, goal: Goal) -> Iterator[Session]:
    with signed_in(login, goal, is_framed=True) as transport:
        channel = transport.open_session(timeout=goal.left_s())
        channel.settimeout(goal.left_s())
        channel.invoke_subsystem("netconf")
        session = Session(channel, goal)
        session.greet()
        yield session
        with whatever_comes():
            session.ask("<close-session/>")


def _change(session: Session, call: NetconfCall, login: SshLogin) -> list[str]:
    store = _store_for(session, call)
    steps: list[str] = []
    session.ask(f"<lock>{_at('target', store)}</lock>")
    steps.append(f"locked {store}")
    token = ""
    try:
        _edit(session, call, store, steps)
        if store == "candidate" and not call.checks_only:
            token = _commit(session, call.confirm_s, steps)
    finally:
        if store == "candidate" and not any(step.startswith("committed") for step in steps):
            with whatever_comes():
                session.ask("<discard-changes/>")
                steps.append("discarded")
        with whatever_comes():
            session.ask(f"<unlock>{_at('target', store)}</unlock>")
            steps.append(f"unlocked {store}")
    if token:  # not before: while we hold the lock no other session may commit (RFC 6241, 8.3.4.1)
        _confirm(session, login, token)
        steps.append("confirmed over a second connection")
    return steps


def _store_for(session: Session, call: NetconfCall) -> str:
    """Say where the change is made; refuse what this device cannot do."""
    lacks = ""
    if call.checks_only and not (session.has("candidate:1.0") and _validates(session)):
        lacks = "cannot check a change without making it (:candidate and :validate)"
    elif call.confirm_s and not (session.has("candidate:1.0") and _confirms(session)):
        lacks = "cannot make a change on probation (:confirmed-commit)"
    elif not (session.has("candidate:1.0") or _rolls_back(session)):
        lacks = "cannot make a change whole (:candidate, or :writable-running with rollback)"
    if lacks:
        raise BlockError("netconf.unsupported", f"{session.goal.host} {lacks}.", retryable=False)
    return "candidate" if session.has("candidate:1.0") else "running"


def _edit(session: Session, call: NetconfCall, store: str, steps: list[str]) -> None:
    tests = "<test-option>test-then-set</test-option>" if _validates(session) else ""
    on_error = "rollback-on-error" if store == "running" else "stop-on-error"
    session.ask(
        f"<edit-config>{_at('target', store)}"
        f"{tests if store == 'running' else ''}<error-option>{on_error}</error-option>"
        f"<config>{call.document}</config></edit-config>"
    )
    steps.append("edited")
    if store == "candidate" and _validates(session):
        session.ask(f"<validate>{_at('source', 'candidate')}</validate>")
        steps.append("validated")


def _commit(session: Session, confirm_s: int, steps: list[str]) -> str:
    """Commit; give the token that a commit on probation is confirmed with, "" when none is."""
    if not confirm_s:
        session.ask("<commit/>")
        steps.append("committed")
        return ""
    can_persist = session.has("confirmed-commit:1.1")
    token = f"garland-{secrets.token_hex(8)}" if can_persist else ""
    persist = f"<persist>{token}</persist>" if can_persist else ""
    session.ask(
        f"<commit><confirmed/><confirm-timeout>{confirm_s}</confirm-timeout>{persist}</commit>"
    )
    steps.append(f"committed on probation for {confirm_s} s")
    if not can_persist:  # 1.0: the session that made it alone may confirm it
        session.ask("<commit/>")
        steps.append("confirmed")
    return token


def _confirm(session: Session, login: SshLogin, token: str) -> None:
    try:
        with _opened(login, session.goal) as second:
            second.ask(f"<commit><persist-id>{token}</persist-id></commit>")
    except BlockError as error:
        _take_back(session, token)
        message = (
            "The change was made on probation and could not be confirmed over a second "
            f"connection, so it was taken back: {error.message}"
        )
        raise BlockError("netconf.not_confirmed", message[:1_000], retryable=False) from None


def _take_back(session: Session, token: str) -> None:
    """Take a change on probation back at once; where that fails, its time runs out."""
    with whatever_comes():
        session.ask(f"<cancel-commit><persist-id>{token}</persist-id></cancel-commit>")


def _rolls_back(session: Session) -> bool:
    return session.has("writable-running:1.0") and session.has("rollback-on-error:1.0")


def _validates(session: Session) -> bool:
    return session.has("validate:1.0") or session.has("validate:1.1")


def _confirms(session: Session) -> bool:
    return session.has("confirmed-commit:1.0") or session.has("confirmed-commit:1.1")


def _at(what: str, store: str) -> str:
    return f"<{what}><{store}/></{what}>"


def _check_document(document: str) -> None:
    """See that XML of ours is whole, so that it cannot end what it stands in."""
    if not document:
        return
    try:
        read_xml(f"<config>{document}</config>".encode())
    except XmlError as error:
        message = f"The XML cannot be read: {error}."
        raise BlockError("netconf.bad_config", message, retryable=False) from None


def _bare(message: bytes) -> bytes:
    """Take off what may stand before a document: blanks, and the XML declaration."""
    text = message.lstrip()
    if text.startswith(b"<?xml"):
        text = text.partition(b"?>")[2].lstrip()
    return text


def _sentence(error: Element) -> str:
    words = error.said("error-message") or error.said("error-tag") or "it does not say why"
    path = error.said("error-path")
    return f"{words} (at {path})" if path else words


def _bad_answer(goal: Goal, why: str) -> BlockError:
    message = f"{goal.host} answered what is not NETCONF as we speak it: {why}."
    return BlockError("netconf.bad_answer", message[:500], retryable=False)
