"""GPT-2 decoders from 1 to 124 million parameters on token shards that the user has; steps to a loss are what counts.

Radford et al. 2019, "Language Models are Unsupervised Multitask Learners": an embedding and trained positions, blocks
with the normalization in front and GELU (its tanh form), a normalization, an output tied to the embedding.

| task | parameters | layers × width × heads | symbols | context | batch | training tokens | steps |
|---|---|---|---|---|---|---|---|
| gpt2_1m | 1,040,768 | 5 × 128 × 4 | 256 (bytes) | 128 | 16 | 2,097,152 | 1,000 |
| gpt2_10m | 9,938,080 | 6 × 160 × 5 | 50,257 | 256 | 32 | 20,971,520 | 2,500 |
| gpt2_30m | 30,142,848 | 6 × 384 × 6 | 50,257 | 512 | 32 | 50,331,648 | 3,000 |
| gpt2_124m | 124,439,808 | 12 × 768 × 12 | 50,257 | 1,024 | 16 | 99,614,720 | 6,000 |

**Data.** The environment variable BENCHSUITE_TOKENS names a folder with files ``*_train_*.bin`` and ``*_val_*.bin``
as llm.c and the speed-run projects after nanoGPT write them, such as FineWeb's: 256 int32 (20240520, 1, number of
tokens, zeros), then uint16 tokens. The first tokens of the training shards train, in windows of the context; the
first of the validation shards validate, the next ones test. Only as many are read as the table says, and shards with
fewer are refused. They are joined once in a file in a cache, inputs and targets, 4 bytes a token (0.4 GB for
gpt2_124m), which is mapped: the engine streams gpt2_124m from it in chunks of 64 MB and holds the first 8,192 windows,
64 MB, besides. The smaller tasks fit and lie on the device as int32, 8 bytes a token (0.4 GB for gpt2_30m). The cache
is the folder that BENCHSUITE_CACHE names, or else ``benchsuite`` in XDG_CACHE_HOME or ``~/.cache``. The same files give
the same numbers; records hold a checksum of what was read. gpt2_1m takes bytes as tokens, and any text will do::

    header = np.zeros(256, "<i4")
    header[:3] = 20240520, 1, len(text)
    Path("my_train_0.bin").write_bytes(header.tobytes() + np.frombuffer(text, "u1").astype("<u2").tobytes())

**Measure.** The loss in nats for each token of the validation part, and the steps until it reaches each target.
Meant for ``--device gpu``; gpt2_1m takes some seven minutes of one core. The cost of the others on a core is reckoned
from it, by parameters times tokens.

**Departures** from GPT-2 and nanoGPT. The embedding starts uniform on [−0.05, 0.05] (deviation 0.029), not from N(0,
0.02²); projections that end a branch start like all others, GPT-2 divides theirs by √(2·layers). No gradients are
accumulated: a batch has 2,048 to 16,384 tokens, GPT-2 had half a million. Windows go across the ends of documents, as
there; a window in training is always one of the same, nanoGPT draws its start. AdamW's decay acts on every variable,
nanoGPT spares biases and normalizations. Vocabularies are not padded to 50,304.

**Baseline.** nanoGPT's: AdamW with β₂ = 0.95 and λ = 0.1, gradients clipped at norm 1, warm-up, cosine to a tenth;
kernels N(0, 0.02²). Rates: 0.0006 for 124M is nanoGPT's; the others grow as networks shrink and are not tuned. The
targets of gpt2_1m were chosen on the King James Bible, its last 6 % held out: the baseline was at 2.42
after 100 steps, at 2.03 after 400 and at 1.80 after 700. Those of the others are estimates for FineWeb from published
curves, since no such shards were at hand.
"""

from dataclasses import dataclass

import benchsuite as bs
from benchsuite_tasks.large._joined import joined
from benchsuite_tasks.large._tokens import read

GPT2_SYMBOLS = 50_257


@dataclass(frozen=True)
class Size:
    """What distinguishes one of these tasks from another.

    Args:
        name: Of the task.
        layers: Blocks.
        width: Features.
        heads: Attention heads.
        symbols: Tokens are below it.
        context: Tokens of a window.
        batch_size: Windows of a step.
        train_windows: Windows of the training part.
        held_windows: Windows of the validation part, and of the test part.
        epochs: Default budget, of 100 steps each.
        learning_rate: Of the baseline.
        targets: Validation losses.
        cost: On one core.
    """

    name: str
    layers: int
    width: int
    heads: int
    symbols: int
    context: int
    batch_size: int
    train_windows: int
    held_windows: int
    epochs: int
    learning_rate: float
    targets: tuple[float, ...]
    cost: bs.Cost

    @property
    def parameters(self) -> int:
        """Trained numbers: embedding, positions, 12 square matrices and 13 vectors a block, the last normalization."""
        block = 12 * self.width**2 + 13 * self.width
        return (self.symbols + self.context + 2) * self.width + self.layers * block


SIZES = (
    Size(
        name="gpt2_1m",
        layers=5,
        width=128,
        heads=4,
        symbols=256,
        context=128,
        batch_size=16,
        train_windows=16_384,
        held_windows=256,
        epochs=10,
        learning_rate=0.003,
        targets=(2.3, 2.0, 1.8, 1.7),
        cost=bs.Cost(compile=20.0, epoch=40.0),
    ),
    Size(
        name="gpt2_10m",
        layers=6,
        width=160,
        heads=5,
        symbols=GPT2_SYMBOLS,
        context=256,
        batch_size=32,
        train_windows=81_920,
        held_windows=512,
        epochs=25,
        learning_rate=0.002,
        targets=(7.0, 6.4, 6.0),
        cost=bs.Cost(compile=30.0, epoch=1_100.0),
    ),
    Size(
        name="gpt2_30m",
        layers=6,
        width=384,
        heads=6,
        symbols=GPT2_SYMBOLS,
        context=512,
        batch_size=32,
        train_windows=98_304,
        held_windows=256,
        epochs=30,
        learning_rate=0.001,
        targets=(6.5, 5.8, 5.2),
        cost=bs.Cost(compile=30.0, epoch=7_000.0),
    ),
    Size(
        name="gpt2_124m",
        layers=12,
        width=768,
        heads=12,
        symbols=GPT2_SYMBOLS,
        context=1024,
        batch_size=16,
        train_windows=97_280,
        held_windows=256,
        epochs=60,
        learning_rate=0.0006,
        targets=(6.0, 5.0, 4.5),
        cost=bs.Cost(compile=60.0, epoch=29_000.0),
    ),
)


def data(size):
    """Return windows of tokens as uint16 ``[windows, context]``, and the tokens that follow each place; both mapped."""
    windows = {"train": size.train_windows, "val": 2 * size.held_windows}
    parts = {part: read(size.name, part, count * size.context + 1) for part, count in windows.items()}
    x, y = joined(size.name, parts, size.symbols)
    return bs.Arrays(x.reshape(-1, size.context), y.reshape(-1, size.context))


def model(size, blocks, inputs):
    """Return logits ``[batch, context, symbols]``."""
    embedding = blocks.embedding(size.symbols, size.width)
    x = blocks.positions()(embedding(inputs))
    for _ in range(size.layers):
        x = blocks.transformer(size.heads, causal=True)(x)
    return blocks.tied_output(embedding)(blocks.normalize()(x))


def task(size):
    """Return the task of a size."""
    return bs.Task(
        name=size.name,
        tier="large",
        data=lambda: data(size),
        split=bs.InOrder(size.train_windows, size.held_windows, size.held_windows),
        model=lambda blocks, inputs: model(size, blocks, inputs),
        loss="cross_entropy",
        primary="loss",
        targets=size.targets,
        batch_size=size.batch_size,
        epochs=size.epochs,
        steps_per_epoch=100,
        baseline={
            "optimizer": f"adamw[learning_rate={size.learning_rate},beta_2=0.95,weight_decay=0.1]",
            "schedule": "warmup+cosine[final=0.1]",
            "gradient_transform": "clip_global_norm[bound=1]",
            "initializer": "gaussian[deviation=0.02]",
            "normalization": "layer",
            "activation": "gelu[approximate=true]",
        },
        compares=["optimizer", "schedule"],
        cost=size.cost,
        summary=f"Steps to a loss of a GPT-2 with {size.parameters:,} parameters on your token shards.",
        source="the folder that BENCHSUITE_TOKENS names: *_train_*.bin and *_val_*.bin",
        license="that of the user's tokens",
        citation="Radford, Wu, Child, Luan, Amodei & Sutskever 2019",
    )


@bs.hookimpl
def register_tasks():
    """Register a task for each size; nothing is read before its data are asked for."""
    return [task(size) for size in SIZES]
