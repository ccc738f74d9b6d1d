"""Training steps of a small GPT: kerasdl and PyTorch as in nanoGPT.

nanoGPT's setting for a CPU: 4 layers, 4 heads, 128 wide, 64 tokens of context, batches of
12 windows, 65 characters, no dropout. Both draw windows at random places of a long row
of tokens, and take steps of AdamW with the gradients' norm clipped at 1.

- PyTorch: the model of nanoGPT (learned positions, LayerNorm without bias, exact GELU,
  tied embedding, `scaled_dot_product_attention`), and its way of making batches;
- kerasdl: the recipe `gpt`, with its data and its schedule.

    python benchmarks/gpt.py --rounds 7 --steps 96
"""

from collections.abc import Callable
from typing import Any

import click
import interleaved
import numpy as np

LAYERS, HEADS, WIDTH, CONTEXT, BATCH, VOCABULARY = 4, 4, 128, 64, 12, 65

TARGETS = (interleaved.Target("kerasdl", "PyTorch", 0.8),)


def tokens() -> np.ndarray:
    """As many tokens as Tiny Shakespeare trains on; which ones costs no time."""
    return np.random.default_rng(0).integers(0, VOCABULARY, 1_003_854)


def kerasdl_steps(steps: int) -> interleaved.Turn:
    from types import SimpleNamespace

    from kerasdl.data.pipelines import resident
    from kerasdl.data.windows import random_windows
    from kerasdl.recipes import gpt

    config = gpt.Config(data="python_sources", batch_size=BATCH, context=CONTEXT)
    data = SimpleNamespace(tokenizer=SimpleNamespace(size=VOCABULARY))
    model = gpt.build_model(config, data)
    row = resident(tokens().astype(np.uint8))

    def turn() -> dict[str, float]:
        epoch = int(model.optimizer.iterations) // steps
        batches = random_windows(row, CONTEXT, BATCH, steps, 0, epoch)
        loss = model.fit(batches, shuffle=False, verbose=0).history["loss"][-1]
        return {"loss": loss}

    return turn


def torch_steps(steps: int) -> interleaved.Turn:
    import torch
    from torch import nn
    from torch.nn import functional

    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.norm_1, self.norm_2 = (nn.LayerNorm(WIDTH, bias=False) for _ in range(2))
            self.attention = nn.Linear(WIDTH, 3 * WIDTH, bias=False)
            self.projection = nn.Linear(WIDTH, WIDTH, bias=False)
            self.widen = nn.Linear(WIDTH, 4 * WIDTH, bias=False)
            self.narrow = nn.Linear(4 * WIDTH, WIDTH, bias=False)

        def forward(self, x: Any) -> Any:
            batch, time, width = x.shape
            heads = (
                part.view(batch, time, HEADS, width // HEADS).transpose(1, 2)
                for part in self.attention(self.norm_1(x)).split(WIDTH, dim=2)
            )
            attended = functional.scaled_dot_product_attention(*heads, is_causal=True)
            attended = attended.transpose(1, 2).contiguous().view(batch, time, width)
            x = x + self.projection(attended)
            return x + self.narrow(functional.gelu(self.widen(self.norm_2(x))))

    class GPT(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.tokens = nn.Embedding(VOCABULARY, WIDTH)
            self.positions = nn.Embedding(CONTEXT, WIDTH)
            self.blocks = nn.ModuleList(Block() for _ in range(LAYERS))
            self.norm = nn.LayerNorm(WIDTH, bias=False)
            self.logits = nn.Linear(WIDTH, VOCABULARY, bias=False)
            self.tokens.weight = self.logits.weight
            for parameter in self.parameters():
                if parameter.dim() > 1:
                    nn.init.normal_(parameter, std=0.02)

        def forward(self, inputs: Any) -> Any:
            x = self.tokens(inputs) + self.positions(torch.arange(inputs.shape[1]))
            for block in self.blocks:
                x = block(x)
            return self.logits(self.norm(x))

    torch.manual_seed(0)
    model, row = GPT(), tokens()
    matrices = [p for p in model.parameters() if p.dim() > 1]
    others = [p for p in model.parameters() if p.dim() == 1]
    optimizer = torch.optim.AdamW(
        [{"params": matrices, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}],
        lr=1e-3,
        betas=(0.9, 0.99),
    )

    def batch() -> tuple[Any, Any]:
        starts = torch.randint(len(row) - CONTEXT, (BATCH,))
        inputs = torch.stack([torch.from_numpy(row[i : i + CONTEXT]) for i in starts])
        targets = torch.stack([torch.from_numpy(row[i + 1 : i + 1 + CONTEXT]) for i in starts])
        return inputs, targets

    def turn() -> dict[str, float]:
        for _ in range(steps):
            inputs, targets = batch()
            logits = model(inputs)
            loss = functional.cross_entropy(logits.view(-1, VOCABULARY), targets.view(-1))
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        return {"loss": float(loss)}

    return turn


@click.command(help=__doc__.split("\n\n")[0])
@click.option("--rounds", default=7, show_default=True, type=click.IntRange(1))
@click.option("--steps", default=96, show_default=True, type=click.IntRange(1))
@click.option("--worker", hidden=True)
def main(rounds: int, steps: int, worker: str | None) -> None:
    contenders: dict[str, Callable[[], interleaved.Turn]] = {
        "PyTorch": lambda: torch_steps(steps),
        "kerasdl": lambda: kerasdl_steps(steps),
    }
    interleaved.main(
        "gpt",
        f"{steps} steps of nanoGPT's CPU setting: {LAYERS} layers, {HEADS} heads, {WIDTH} wide, "
        f"context {CONTEXT}, batch {BATCH}",
        contenders,
        TARGETS,
        rounds=rounds,
        worker=worker,
        arguments=["--rounds", str(rounds), "--steps", str(steps)],
    )


if __name__ == "__main__":
    main()
