"""Blocks as parts of a pack."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from typing_extensions import override

from blocks.installs import offering
from blocks.installs import store as installs
from blocks.installs.model import Offered
from kernel.errors import ConflictError, NotFoundError
from runtime.packs.desk import Desk, Kind, Said, few, found_or_none, without
from runtime.packs.parts import Part, block_document


class PackageGoneError(ConflictError):
    """A block cannot go back to what it was: nobody has that package any more."""

    code = "pack.package_gone"


class Blocks(Kind):
    permission = "blocks.edit"

    @override
    def find(self, desk: Desk, part: Part) -> UUID | None:
        wanted = part.document["block"], part.document["version"]
        return next(
            (
                one.id
                for one in installs.list_installs(*desk.where)
                if (one.manifest.id, one.manifest.version) == wanted
            ),
            None,
        )

    @override
    def read(self, desk: Desk, part_id: UUID, part: Part) -> Said | None:
        found = found_or_none(lambda: installs.get_install(*desk.where, part_id))
        if found is None:
            return None
        return block_document(found.manifest, found.digest)

    @override
    def make(self, desk: Desk, part: Part) -> UUID:
        if part.archive:
            found = offering.upload(
                *desk.where, part.archive, vouched_by=desk.vouched_by, **desk.who
            )
        else:  # a version that was installed before
            found = self._kept(desk, part)
        return desk.doors.install(*desk.where, found.digest, consents=True, **desk.who).id

    def _kept(self, desk: Desk, part: Part) -> Offered:
        said = part.document
        try:
            return offering.offered(*desk.where, said["digest"])
        except NotFoundError:
            message = (
                f"the package of {said['block']} {said['version']} is not kept here any more: "
                "install that version under Blocks first"
            )
            raise PackageGoneError(message, file=part.file, digest=said["digest"]) from None

    @override
    def change(self, desk: Desk, part_id: UUID, part: Part) -> UUID:
        return self.make(desk, part)

    @override
    def why_stays(
        self, desk: Desk, part_id: UUID, part: Part, besides: Collection[str] = ()
    ) -> str:
        found = self.read(desk, part_id, part)
        if found is None:
            return ""
        users = without(
            desk.doors.what_uses(*desk.where, found["block"], found["version"]), besides
        )
        return f"it is used by {few(users)}" if users else ""

    @override
    def remove(self, desk: Desk, part_id: UUID, part: Part) -> None:
        def used_by(block_id: str, version: str) -> Sequence[str]:
            return desk.doors.what_uses(*desk.where, block_id, version)

        installs.uninstall(*desk.where, part_id, used_by=used_by, now=desk.now)
