"""Multi-head attention."""

from typing import Any

import keras
from keras import ops

from kerasdl.arguments import check_rates
from kerasdl.layers.arguments import serialize_rotary
from kerasdl.layers.attention.attention_masks import AttentionMasks, check_input_shapes, zero_unused
from kerasdl.layers.attention.base_multi_head_attention import BaseMultiHeadAttention
from kerasdl.layers.random_layer import RandomLayer
from kerasdl.ops.attention import scaled_dot_product_attention
from kerasdl.ops.insertion import insert
from kerasdl.ops.masks import as_mask
from kerasdl.ops.positions import known_index
from kerasdl.registration import public

Cache = dict[str, Any]


@public
class MultiHeadAttention(BaseMultiHeadAttention, RandomLayer):
    """Lets every position of a sequence gather from all positions of another, or its own.

    Query, key and value are projected to heads, each head takes an average of the values,
    weighted by how well its keys match its query, and the heads are projected back
    (Vaswani et al., 2017, "Attention is all you need"). What it does beyond
    `keras.layers.MultiHeadAttention`: a row that is masked wholly gives zeros and no gradient
    with and without dropout and scores, masked positions may hold inf or NaN, query heads can
    share key heads, positions can be rotated in, keys and values can be cached, and long
    sequences need memory in proportion to their length alone.

    Args:
        num_heads: Number of query heads.
        key_dim: Width of a query's and key's head. Defaults to the width of the query divided
            by `num_heads`.
        value_dim: Width of a value's head. Defaults to that of a key's.
        output_dim: Width of the output. Defaults to the width of the query.
        num_key_value_heads: Number of key and value heads, a divisor of `num_heads`; 1 is
            multi-query, anything between grouped-query attention (Ainslie et al., 2023).
            Defaults to `num_heads`.
        causal: Whether a query attends to no position after its own.
        rotary: Layer that is applied to the heads of query and key, with an argument
            `start_index`: `RotaryPositionalEmbedding`. It is copied. None for none.
        dropout: Fraction of the attention weights that is set to zero in training.
        use_bias: Whether the projections add a bias.
        kernel_initializer: Initializer of the projections' kernels.
        block_size: Number of queries that are computed at a time, see
            `kerasdl.ops.scaled_dot_product_attention`; None chooses.
        seed: Seed of the dropout.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        query: Tensor of shape `(batch, query time, width)`.
        value: Tensor of shape `(batch, key time, value width)`; None: self-attention.
        key: Tensor of shape `(batch, key time, key width)`. Defaults to `value`.
        mask: Boolean tensor, True = attend, of shape `(batch, query time, key time)` or
            `(batch, heads, query time, key time)`. In self-attention also `(batch, time)`,
            the padding of the sequence. Merged by AND with the masks that come with the
            inputs and the three below.
        query_mask: Boolean tensor of shape `(batch, query time)`. Masked queries give zeros.
        value_mask: Boolean tensor of shape `(batch, key time)`.
        key_mask: Boolean tensor of shape `(batch, key time)`.
        training: Whether dropout is applied.
        bias: Tensor that is added to the scores, of a shape that broadcasts to
            `(batch, heads, query time, key time)`, such as what `ALiBi` gives.
        cache: What `init_cache` made or an earlier call returned: keys and values of this
            call are added to it, and attended to with those before them. Or what
            `cache_memory` made: the keys and values of another sequence, as they are.
        return_attention_scores: Whether to return the attention weights too.

    Returns:
        Tensor of shape `(batch, query time, output_dim)`, in the compute dtype. With
        `return_attention_scores` a tuple of it and the weights before dropout, of shape
        `(batch, heads, query time, key time)`; with `cache`, the new cache comes last.

    Raises:
        ValueError: A shape, mask or number does not fit, or the cache is full. In a compiled
            function, where the number of cached positions is not known, a cache that is too
            short cannot be noticed.

    Example:

    >>> x = keras.random.normal((2, 6, 32), seed=1)
    >>> layer = MultiHeadAttention(num_heads=4, num_key_value_heads=2, causal=True)
    >>> layer(x).shape
    TensorShape([2, 6, 32])

    One position after the other, as in generation:

    >>> cache = layer.init_cache(batch_size=2, max_length=6)
    >>> for t in range(6):
    ...     output, cache = layer(x[:, t : t + 1], cache=cache)
    >>> bool(keras.ops.max(keras.ops.abs(output - layer(x)[:, 5:])) < 1e-5)
    True
    """

    def __init__(
        self,
        num_heads: int,
        key_dim: int | None = None,
        value_dim: int | None = None,
        output_dim: int | None = None,
        num_key_value_heads: int | None = None,
        causal: bool = False,
        rotary: Any = None,
        dropout: float = 0.0,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        block_size: int | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            num_heads=num_heads,
            key_dim=key_dim,
            value_dim=value_dim,
            output_dim=output_dim,
            num_key_value_heads=num_key_value_heads,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            rotary=rotary,
            seed=seed,
            **kwargs,
        )
        check_rates(dropout=dropout)
        self.causal = causal
        self.dropout = dropout
        self.block_size = block_size

    def call(
        self,
        query: Any,
        value: Any = None,
        key: Any = None,
        mask: Any = None,
        query_mask: Any = None,
        value_mask: Any = None,
        key_mask: Any = None,
        training: bool | None = None,
        *,
        bias: Any = None,
        cache: Cache | None = None,
        return_attention_scores: bool = False,
    ) -> Any:
        """Attends; see the class."""
        is_self = value is None and key is None
        masks = AttentionMasks.merge(is_self, mask, query_mask, value_mask, key_mask)
        start: Any = 0
        if cache is None:
            heads = self.rotate(*self.project(query, value, key, masks), start)
        else:
            start = cache.get("index", 0)
            heads, masks, cache = self._with_cache(query, value, key, masks, cache)
        attended = scaled_dot_product_attention(
            heads[0],
            heads[1],
            heads[2],
            mask=masks.merged(),
            bias=bias,
            causal=self.causal,
            query_offset=start,
            dropout_rate=self.dropout if training else 0.0,
            dropout_seed=self.seed_generator,
            block_size=None if return_attention_scores else self.block_size,
            return_weights=return_attention_scores,
        )
        context, weights = attended if return_attention_scores else (attended, None)
        rows = masks.attending_rows(self.causal, ops.shape(query)[1], start)
        results = [self.project_back(context, rows)]
        if return_attention_scores:
            results.append(ops.cast(weights, self.compute_dtype))
        if cache is not None:
            results.append(cache)
        return results[0] if len(results) == 1 else tuple(results)

    def init_cache(self, batch_size: int, max_length: int) -> Cache:
        """Makes an empty cache, for `max_length` positions.

        Returns:
            Dictionary of `key` and `value`, `(batch, key heads, max_length, width)`, `mask`,
            `(batch, max_length)`, and `index`, the number of positions that are in it.
        """
        self._check_built("init_cache")
        shape = (batch_size, self._key_heads, max_length)
        return {
            "key": ops.zeros((*shape, self._key_width), self.compute_dtype),
            "value": ops.zeros((*shape, self._value_width), self.compute_dtype),
            "mask": ops.zeros((batch_size, max_length), "bool"),
            "index": ops.zeros((), "int32"),
        }

    def cache_memory(self, value: Any, key: Any = None, mask: Any = None) -> Cache:
        """Projects the other sequence of cross-attention, once for all calls.

        Args:
            value: Tensor of shape `(batch, key time, value width)`.
            key: Tensor of shape `(batch, key time, key width)`. Defaults to `value`.
            mask: Boolean tensor of shape `(batch, key time)`.

        Returns:
            Dictionary of `key`, `value` and `mask`, without an index: nothing is added to it.
        """
        self._check_built("cache_memory")
        value = ops.cast(ops.convert_to_tensor(value), self.compute_dtype)
        key = value if key is None else ops.cast(ops.convert_to_tensor(key), self.compute_dtype)
        check_input_shapes(value.shape, value.shape, key.shape)
        mask = ops.ones(ops.shape(value)[:2], "bool") if mask is None else as_mask("mask", mask)
        AttentionMasks(None, mask, None).check_shapes(value.shape, value.shape)
        used = ops.expand_dims(mask, -1)
        key, value = self.project_memory(zero_unused(value, used), zero_unused(key, used))
        key = key if self.rotary is None else self.rotary(key, start_index=0)
        return {"key": key, "value": value, "mask": mask}

    def _with_cache(
        self, query: Any, value: Any, key: Any, masks: AttentionMasks, cache: Cache
    ) -> tuple[Any, AttentionMasks, Cache]:
        """Heads and masks over all that is cached, and the new cache."""
        if "index" not in cache:
            if value is not None or key is not None:
                raise ValueError(
                    "A cache from `cache_memory` holds keys and values already. Received `value` "
                    "or `key` as well. Leave them out, or call without a cache."
                )
            heads = self.project_query(zero_unused(query, masks.used()[0]))
            if self.rotary is not None:
                heads = self.rotary(heads, start_index=0)
            masks = AttentionMasks(masks.query, cache["mask"], masks.pairs)
            return (heads, cache["key"], cache["value"]), masks, cache
        length = ops.shape(query if value is None else value)[1]
        _check_space(cache, length)
        index = cache["index"]
        # The explicit mask is about cached positions too: it cannot tell which of the new
        # ones take part.
        new = AttentionMasks(masks.query, masks.key, None)
        new_query, new_key, new_value = self.rotate(*self.project(query, value, key, new), index)
        is_there = masks.key
        if is_there is None:
            is_there = ops.ones((ops.shape(new_key)[0], length), "bool")
        cache = {
            "key": insert(cache["key"], new_key, index, axis=2),
            "value": insert(cache["value"], new_value, index, axis=2),
            "mask": insert(cache["mask"], is_there, index, axis=1),
            "index": index + length,
        }
        masks = AttentionMasks(masks.query, cache["mask"], masks.pairs)
        return (new_query, cache["key"], cache["value"]), masks, cache

    def _check_built(self, method: str) -> None:
        if not self.built:
            raise ValueError(
                f"`{method}` needs the widths of the projections. Received a layer that is not "
                "built. Call it, or `build(query_shape)`, first."
            )

    def compute_output_spec(
        self,
        query: Any,
        value: Any = None,
        key: Any = None,
        mask: Any = None,
        query_mask: Any = None,
        value_mask: Any = None,
        key_mask: Any = None,
        training: bool | None = None,
        *,
        bias: Any = None,
        cache: Cache | None = None,
        return_attention_scores: bool = False,
    ) -> Any:
        """Shapes and dtypes of what `call` returns."""
        shape = self.compute_output_shape(query.shape)
        results: list[Any] = [keras.KerasTensor(shape, self.compute_dtype)]
        if return_attention_scores:
            keys = query.shape[1] if value is None else value.shape[1]
            keys = keys if cache is None else cache["key"].shape[2]
            shape = (query.shape[0], self.num_heads, query.shape[1], keys)
            results.append(keras.KerasTensor(shape, self.compute_dtype))
        if cache is not None:
            spec = {
                name: keras.KerasTensor(tensor.shape, tensor.dtype)
                for name, tensor in cache.items()
            }
            results.append(spec)
        return results[0] if len(results) == 1 else tuple(results)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {
            **super().get_config(),
            "causal": self.causal,
            "dropout": self.dropout,
            "rotary": serialize_rotary(self.rotary),
            "block_size": self.block_size,
        }


def _check_space(cache: Cache, length: Any) -> None:
    """Raises where it is known that the cache cannot take `length` positions more."""
    total, used = cache["key"].shape[2], known_index(cache["index"])
    if total is None or not isinstance(length, int) or used + length <= total:
        return
    raise ValueError(
        f"The cache is full: it has room for {total} positions, holds {used}, and "
        f"{length} more were given. Make it longer: `init_cache(batch_size, max_length)`."
    )
