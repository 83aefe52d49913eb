"""Send e-mail: hands one plain message to the installation's mail server."""

from __future__ import annotations

from blocks.sdk import Context, Outcome


def run(ctx: Context) -> Outcome:
    """End by `done` once the mail server took the message."""
    config = ctx.config
    message_id = ctx.mail.send(to=config["to"], subject=config["subject"], body=config["body"])
    return ctx.emit("done", {"message_id": message_id})
