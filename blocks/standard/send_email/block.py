"""Send email: one plain-text mail to some people."""

from __future__ import annotations

from blocks.sdk import Context, Outcome


def run(ctx: Context) -> Outcome:
    """Hand the mail to the installation's mail server."""
    to = list(ctx.config["to"])
    message_id = ctx.mail.send(to=to, subject=ctx.config["subject"], body=ctx.config["body"])
    ctx.log.info(f"Mail sent to {len(to)} recipient(s)")
    return ctx.emit("done", {"message_id": message_id, "to": to})
