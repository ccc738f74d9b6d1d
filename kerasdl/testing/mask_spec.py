"""What a layer promises about masked positions."""

import dataclasses
from collections.abc import Mapping
from typing import Literal


@dataclasses.dataclass(frozen=True)
class MaskSpec:
    """What a layer does with a mask, for `check_masks`.

    Args:
        mode: `"ignore"` for layers that mix positions (attention, recurrence, pooling): what
            masked positions hold, even infinities and NaN, changes neither the outputs nor any
            gradient. `"pass"` for elementwise layers (dropout, positional encoding): the
            mask goes on unchanged and positions do not mix. `"stop"` for layers to which masks do
            not matter and whose outputs have none, such as a bias made from positions alone.
        inputs: Masked input -> the call argument that takes its mask explicitly, or `None` where
            there is no such argument. By default the first input, with `mask` if `call` has it.
        empty: What a row without a single unmasked position gives: `"zeros"` (and zero gradient),
            or `"finite"` values.
        implicit: Whether the mask also arrives as Keras's implicit mask. Keras fills `mask` only
            where the layer is called with a single tensor, and `<name>_mask` where with several.
    """

    mode: Literal["ignore", "pass", "stop"] = "ignore"
    inputs: Mapping[str, str | None] | None = None
    empty: Literal["zeros", "finite"] = "finite"
    implicit: bool = True
