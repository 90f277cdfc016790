"""The stack of residual blocks that the residual networks share."""


def residual_stages(blocks, x, widths, count):
    """Return what stages of residual blocks give, each block two convolutions of 3 × 3.

    The first block of each stage but the first halves the sides. Where sides or channels change, the shortcut is a
    convolution of 1 × 1; elsewhere it is the input.

    Args:
        blocks: Of the recipe.
        x: Images.
        widths: Channels of each stage.
        count: Blocks in a stage.
    """
    for stage, width in enumerate(widths):
        for place in range(count):
            stride = 2 if stage and not place else 1
            first, second = blocks.conv(width, stride=stride), blocks.conv(width, activate=False)
            shortcut = None
            if stride > 1 or x.shape[-1] != width:
                shortcut = blocks.conv(width, 1, stride, activate=False)
            x = blocks.residual(lambda x, first=first, second=second: second(first(x)), shortcut)(x)
    return x
