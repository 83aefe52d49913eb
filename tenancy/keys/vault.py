"""What seals and opens the secrets of one tenant, by keys that are this tenant's alone.

A sealed text names its key and is bound to the tenant: `g1.KEY.TOKEN`, where KEY is the id of the
key in hexadecimal, and TOKEN the base64url of a nonce of 12 bytes and of what AES-256-GCM makes of
the text with the tenant's id as associated data (NIST SP 800-38D). So a value that is copied into
another tenant's row does not open there, even if its key came along. Each key lies in the database
sealed by the installation's keys. What was sealed before tenants had keys opens by those.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BinasciiError
from secrets import token_bytes
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.clock import utc_now
from kernel.ids import new_id
from kernel.secrets import Sealer, SecretError, Vault
from tenancy.keys._tables import DataKey
from tenancy.rows import insert_new

MARK = "g1."
_KEY_BYTES, _NONCE_BYTES = 32, 12


class TenantVault:
    """Seals and opens short texts of one tenant, within one session.

    Nothing of a key outlives the session: one that is destroyed opens nothing from then on.
    """

    def __init__(self, session: Session, tenant_id: UUID, vault: Vault) -> None:
        self._session, self._tenant_id, self._vault = session, tenant_id, vault
        self._about = tenant_id.bytes

    def encrypt(self, text: str) -> str:
        """Seal a text by the tenant's current key, which is made where there is none yet."""
        row = current_key(self._session, self._tenant_id, self._vault)
        nonce = token_bytes(_NONCE_BYTES)
        sealed = nonce + self._cipher(row).encrypt(nonce, text.encode(), self._about)
        return f"{MARK}{row.id.hex}.{urlsafe_b64encode(sealed).decode()}"

    def decrypt(self, sealed: str) -> str:
        """Open a sealed text.

        Raises:
            SecretError: it is another tenant's, its key was destroyed, or no key of the
                installation opens that.
        """
        if not sealed.startswith(MARK):
            return self._vault.decrypt(sealed)
        key_id, token = _parts_of(sealed)
        mine = (DataKey.tenant_id == self._tenant_id, DataKey.id == key_id)
        row = self._session.scalar(select(DataKey).where(*mine))
        if row is None:
            raise SecretError(
                "a stored secret does not open: its key is not among this organisation's. "
                "Enter the secret anew"
            )
        try:
            text = self._cipher(row).decrypt(
                token[:_NONCE_BYTES], token[_NONCE_BYTES:], self._about
            )
        except (InvalidTag, ValueError):
            raise SecretError("a stored secret does not open: it was changed") from None
        return text.decode()

    def renew(self, sealed: str) -> str:
        """Seal by the current key what any sealed; raises SecretError as `decrypt` does."""
        return self.encrypt(self.decrypt(sealed))

    def _cipher(self, row: DataKey) -> AESGCM:
        return AESGCM(urlsafe_b64decode(self._vault.decrypt(row.sealed)))


def tenant_vault(session: Session, tenant_id: UUID, vault: Sealer) -> Sealer:
    """Give what seals and opens a tenant's secrets; of one that does so already, itself."""
    return TenantVault(session, tenant_id, vault) if isinstance(vault, Vault) else vault


def current_key(session: Session, tenant_id: UUID, vault: Vault) -> DataKey:
    """Give the key that a tenant's secrets are sealed by now, made where there is none.

    Held until the transaction ends: a rotation waits for what is sealed by it at the moment, so
    whoever looks for what it sealed after that finds all of it.
    """
    wanted = (
        select(DataKey)
        .where(DataKey.tenant_id == tenant_id, DataKey.retired_at.is_(None))
        .with_for_update(read=True, key_share=True)
    )
    found = session.scalar(wanted)
    while found is None:  # another process may retire the one that it made meanwhile
        insert_new(session, DataKey, new_row(tenant_id, vault), keys=())
        found = session.scalar(wanted)
    return found


def new_row(tenant_id: UUID, vault: Vault) -> dict[str, object]:
    """Give the row of a new key."""
    key = urlsafe_b64encode(token_bytes(_KEY_BYTES)).decode()
    return {
        "id": new_id(),
        "tenant_id": tenant_id,
        "sealed": vault.encrypt(key),
        "made_at": utc_now(),
        "retired_at": None,
    }


def prefix_of(key: DataKey) -> str:
    """Give how everything begins that a key sealed."""
    return f"{MARK}{key.id.hex}."


def _parts_of(sealed: str) -> tuple[UUID, bytes]:
    try:
        _, key_id, token = sealed.split(".")
        return UUID(hex=key_id), urlsafe_b64decode(token)
    except (ValueError, BinasciiError):
        raise SecretError("a stored secret does not open: it was changed") from None
