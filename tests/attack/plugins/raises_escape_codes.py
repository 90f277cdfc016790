"""Raises with codes that a terminal obeys, and with markup."""

import benchsuite as bs


def make():
    print("\x1b[31mprinted\x1b[2J")
    raise ValueError(
        "\x1b]0;title\x07\x1b[2J\x1b[31m red [bold]bold[/] [/] <script>alert(1)</script> \x9b31m \u202ereversed"
    )


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="raises_escape_codes", make=make, summary="Hostile.")]
