"""How attention layers treat the masks they are given."""

from typing import Any, NamedTuple

from keras import ops

from kerasdl.ops.attention_hiding import visible_rows
from kerasdl.ops.masks import as_mask, merge_masks


class AttentionMasks(NamedTuple):
    """What may attend to what; None = everything."""

    query: Any  # (batch, query time)
    key: Any  # (batch, key time)
    pairs: Any  # (batch or 1, heads or 1, query time or 1, key time)

    @classmethod
    def merge(
        cls, is_self: bool, mask: Any, query_mask: Any, value_mask: Any, key_mask: Any
    ) -> "AttentionMasks":
        """Merges an explicit mask and those that came with the inputs.

        Keras hands the mask of a single input over as `mask`, of shape `(batch, time)`;
        in self-attention that is about both queries and keys.
        """
        if mask is not None and len(mask.shape) == 2:
            if not is_self:
                raise ValueError(
                    "Between two sequences a mask of rank 2 could be about either; `mask` must "
                    "be of shape (batch, query time, key time) or (batch, heads, query time, key "
                    f"time). Received shape {tuple(mask.shape)}. Give padding masks as "
                    "`query_mask` and `value_mask`."
                )
            query_mask = both(query_mask, as_mask("mask", mask))
            mask = None
        key_mask = both(key_mask, value_mask)
        query_mask = None if query_mask is None else as_mask("query_mask", query_mask)
        key_mask = both(key_mask, query_mask if is_self else None)
        key_mask = None if key_mask is None else as_mask("key_mask", key_mask)
        return cls(query_mask, key_mask, merge_masks(mask))

    def merged(self) -> Any:
        """What keys each query attends to, as one mask of rank 4, or None."""
        return merge_masks(self.pairs, key_mask=self.key)

    def used(self) -> tuple[Any, Any]:
        """Which queries and which keys take part at all; `(batch or 1, time or 1, 1)`, or None.

        What takes no part must be set to zero before it meets a weight, whose gradient
        would otherwise be zero times whatever stands there.
        """
        queries = None if self.query is None else ops.expand_dims(self.query, -1)
        keys = None if self.key is None else ops.expand_dims(self.key, -1)
        if self.pairs is not None:
            queries = both(queries, ops.any(self.pairs, axis=(1, 3))[..., None])
            keys = both(keys, ops.any(self.pairs, axis=(1, 2))[..., None])
        return queries, keys

    def attending_rows(self, causal: bool, length: Any, offset: Any = 0) -> Any:
        """Which queries attend to anything, `(batch, query time, 1)`, or None: all."""
        rows = None if self.query is None else ops.expand_dims(self.query, -1)
        mask = self.merged()
        if mask is not None:
            rows = both(rows, ops.any(visible_rows(mask, causal, length, offset), axis=1))
        return rows

    def check_shapes(self, query_shape: Any, value_shape: Any, num_heads: int = 1) -> None:
        """Raises a ValueError where a mask does not fit the inputs."""
        batch, queries, keys = query_shape[0], query_shape[-2], value_shape[-2]
        for name, mask, expected in (
            ("query_mask", self.query, (batch, queries)),
            ("value_mask and key_mask", self.key, (batch, keys)),
            ("mask", self.pairs, (batch, num_heads, queries, keys)),
        ):
            if mask is None:
                continue
            received = tuple(mask.shape)
            fits = len(received) == len(expected) and all(
                have == want or have is None or want is None or (have == 1 and name == "mask")
                for have, want in zip(received, expected, strict=True)
            )
            if not fits or (name == "mask" and received[-1] == 1 and keys not in (1, None)):
                raise ValueError(
                    f"`{name}` must be of shape {expected} to fit query {tuple(query_shape)} and "
                    f"value {tuple(value_shape)}. Received shape {received}."
                )

    def check_padding_only(self, layer: Any) -> None:
        """Raises a ValueError where the mask is not about whole positions."""
        if self.pairs is not None:
            raise ValueError(
                f"{type(layer).__name__} never computes a score for each pair, so it takes masks "
                "of whole positions only, (batch, time). Received `mask` of shape "
                f"{tuple(self.pairs.shape)}. Use MultiHeadAttention for other masks."
            )


def both(a: Any, b: Any) -> Any:
    """The AND of two masks, either of which may be None: no mask."""
    if a is None or b is None:
        return b if a is None else a
    return ops.logical_and(a, b)


def zero_unused(tensor: Any, used: Any) -> Any:
    """Zeros where `used` is False; None: everything is used."""
    return tensor if used is None else ops.where(used, tensor, ops.zeros_like(tensor))


def check_input_shapes(
    query_shape: Any, value_shape: Any, key_shape: Any, ranks: Any = (3,)
) -> None:
    """Raises a ValueError where the inputs of an attention layer do not fit each other."""
    shapes = {"query": query_shape, "value": value_shape, "key": key_shape}
    received = ", ".join(f"{name} {tuple(shape)}" for name, shape in shapes.items())
    if len({len(shape) for shape in shapes.values()}) > 1 or len(query_shape) not in ranks:
        raise ValueError(
            "query, value and key must be of rank 3, (batch, time, width)"
            f"{' or 4, (batch, heads, time, width)' if 4 in ranks else ''}. "
            f"Received: {received}. Reshape or add the missing axis."
        )
    if None not in (value_shape[-2], key_shape[-2]) and value_shape[-2] != key_shape[-2]:
        raise ValueError(
            "value and key must be equally long: each value belongs to one key. "
            f"Received: {received}."
        )
    if 0 in (query_shape[-2], value_shape[-2]):
        raise ValueError(
            f"Attention over an empty time axis is undefined. Received: {received}. "
            "Leave such sequences out, or pad them and mask the padding."
        )
