"""Whether a request came before under its key, and what it was answered.

The key is claimed in the transaction that does what is asked, and the answer kept in it: both are
there or neither. A request that comes while its like is worked on waits for that transaction.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kernel.errors import ConflictError, GarlandError, MalformedError
from kernel.ids import new_id
from kernel.secrets import Sealer
from tenancy.keys.vault import tenant_vault
from tenancy.repeats._tables import KEY_MAX, KeptAnswer
from tenancy.rows import insert_new

KEPT_FOR = timedelta(hours=24)
ANSWER_MAX = 1024 * 1024
BITE = 500


class KeyReusedError(GarlandError):
    """The key came before, with another request."""

    code = "garland.idempotency_key_reused"
    status = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request under a key, by digests of the token and of all that it says."""

    token_digest: str
    key: str
    request_digest: str

    def __post_init__(self) -> None:
        is_visible = self.key.isascii() and self.key.isprintable() and " " not in self.key
        if not 0 < len(self.key) <= KEY_MAX or not is_visible:
            raise MalformedError(
                f"Idempotency-Key must be 1 to {KEY_MAX} visible ASCII characters: a UUID will do"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a request was answered."""

    status: int
    headers: Mapping[str, str]
    body: str


def claim_key(
    session: Session, tenant_id: UUID, asked: Asked, *, vault: Sealer, now: datetime
) -> Answer | None:
    """Claim a key for a request; give the answer where the same request had one.

    Raises:
        KeyReusedError: the key came before with another request.
        ConflictError: it was done before, and its answer was too long to be kept.
    """
    row = {
        "id": new_id(),
        "tenant_id": tenant_id,
        "token_digest": asked.token_digest,
        "key": asked.key,
        "request_digest": asked.request_digest,
        "made_at": now,
        "status": None,
        "sealed": None,
    }
    keys = ("tenant_id", "token_digest", "key")
    if insert_new(session, KeptAnswer, row, keys=keys):
        return None
    found = _row(session, tenant_id, asked)
    if found.status is None or found.made_at <= now - KEPT_FOR:
        found.request_digest, found.made_at = asked.request_digest, now
        found.status, found.sealed = None, None
        session.flush()
        return None
    if found.request_digest != asked.request_digest:
        raise KeyReusedError(
            "this Idempotency-Key came before with another request: send each request with a key "
            "of its own, and send it again unchanged"
        )
    if found.sealed is None:
        raise ConflictError("this was done before; its answer was too long to be kept")
    said: dict[str, Any] = json.loads(tenant_vault(session, tenant_id, vault).decrypt(found.sealed))
    return Answer(status=found.status, **said)


def keep_answer(
    session: Session, tenant_id: UUID, asked: Asked, answer: Answer, *, vault: Sealer
) -> None:
    """Keep what a request whose key was claimed is answered."""
    row = _row(session, tenant_id, asked)
    row.status = answer.status
    if len(answer.body) <= ANSWER_MAX:
        said = {"headers": dict(answer.headers), "body": answer.body}
        row.sealed = tenant_vault(session, tenant_id, vault).encrypt(json.dumps(said))
    session.flush()


def remove_old(session: Session, *, now: datetime, most: int = BITE) -> int:
    """Remove one bite of the answers that are kept no longer; in system scope."""
    old = session.scalars(
        select(KeptAnswer.id)
        .where(KeptAnswer.made_at <= now - KEPT_FOR)
        .order_by(KeptAnswer.made_at)
        .limit(most)
    ).all()
    gone = delete(KeptAnswer).where(KeptAnswer.id.in_(old))
    session.execute(gone.execution_options(synchronize_session=False))
    return len(old)


def _row(session: Session, tenant_id: UUID, asked: Asked) -> KeptAnswer:
    return session.scalars(
        select(KeptAnswer)
        .where(
            KeptAnswer.tenant_id == tenant_id,
            KeptAnswer.token_digest == asked.token_digest,
            KeptAnswer.key == asked.key,
        )
        .with_for_update()
    ).one()
