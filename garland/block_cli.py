"""The group `garland block`: what an integrator does with a block's folder.

Nothing of an installation is needed but for `dev` and `publish`. Its commands lie in the modules
`block_cli_*`; each imports what it needs when it is called, so that the group itself is there at
once.
"""

import click

from garland.block_cli_judging import check, diff, sbom, show, test
from garland.block_cli_making import draw, key, new, pack, sign
from garland.block_cli_serving import dev, publish
from garland.openapi_cli import from_openapi


@click.group()
def block() -> None:
    """Write blocks, check, test, pack, sign and publish them."""


for command in (
    new,
    from_openapi,
    check,
    test,
    dev,
    diff,
    draw,
    pack,
    key,
    sign,
    show,
    sbom,
    publish,
):
    block.add_command(command)
