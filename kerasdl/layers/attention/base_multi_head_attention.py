"""What all multi-head attention layers have in common."""

from typing import Any, NamedTuple

import keras
from keras import ops

from kerasdl.ops.attention import check_dropout_rate, visible_rows
from kerasdl.ops.attention_heads import linear, merge_heads, split_heads
from kerasdl.ops.masks import as_mask, merge_masks


class AttentionMasks(NamedTuple):
    """What may attend to what; None = everything."""

    query: Any  # (batch, query time)
    key: Any  # (batch, key time)
    pairs: Any  # (batch or 1, heads or 1, query time or 1, key time)


class BaseMultiHeadAttention(keras.layers.Layer):
    """Projects to heads, attends, projects back; subclasses say how to attend.

    A subclass implements `attend(query, key, value, masks, training)` on tensors of shape
    `(batch, heads, time, width)`.
    """

    def __init__(
        self,
        num_heads: int,
        key_dim: int | None = None,
        value_dim: int | None = None,
        output_dim: int | None = None,
        num_key_value_heads: int | None = None,
        causal: bool = False,
        dropout: float = 0.0,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        _check_positive("num_heads", num_heads)
        for name, size in (
            ("key_dim", key_dim),
            ("value_dim", value_dim),
            ("output_dim", output_dim),
            ("num_key_value_heads", num_key_value_heads),
        ):
            if size is not None:
                _check_positive(name, size)
        if num_key_value_heads is not None and num_heads % num_key_value_heads:
            raise ValueError(
                "`num_heads` must be a multiple of `num_key_value_heads`, so that as many query "
                f"heads share each key head. Received: num_heads={num_heads}, "
                f"num_key_value_heads={num_key_value_heads}"
            )
        check_dropout_rate(dropout)
        self.num_heads = num_heads
        self.key_dim = key_dim
        self.value_dim = value_dim
        self.output_dim = output_dim
        self.num_key_value_heads = num_key_value_heads
        self.causal = causal
        self.dropout = dropout
        self.use_bias = use_bias
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.supports_masking = True

    def build(self, query_shape: Any, value_shape: Any = None, key_shape: Any = None) -> None:
        """Creates the four projections."""
        value_shape = query_shape if value_shape is None else value_shape
        key_shape = value_shape if key_shape is None else key_shape
        _check_input_shapes(query_shape, value_shape, key_shape)
        if self.key_dim is None and query_shape[-1] % self.num_heads:
            raise ValueError(
                "Without `key_dim` the width of the query is divided among the heads, so it must "
                f"be a multiple of num_heads={self.num_heads}. Received query shape "
                f"{tuple(query_shape)}. Give `key_dim`, or another number of heads."
            )
        self._key_width = self.key_dim or query_shape[-1] // self.num_heads
        self._value_width = self.value_dim or self._key_width
        self._key_heads = self.num_key_value_heads or self.num_heads
        context_width = self.num_heads * self._value_width
        self.query_dense = self._dense("query", self.num_heads * self._key_width, query_shape)
        self.key_dense = self._dense("key", self._key_heads * self._key_width, key_shape)
        self.value_dense = self._dense("value", self._key_heads * self._value_width, value_shape)
        self.output_dense = self._dense(
            "output",
            self.output_dim or query_shape[-1],
            (*query_shape[:-1], context_width),
        )

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
    ) -> Any:
        """Attends; see the class."""
        is_self = value is None and key is None
        masks = self.merge_masks(is_self, mask, query_mask, value_mask, key_mask)
        heads = self.project(query, value, key, masks)
        context = self.attend(*heads, masks, training)
        return self.project_back(context, self.attending_rows(masks, ops.shape(query)[1]))

    def attend(
        self, query: Any, key: Any, value: Any, masks: AttentionMasks, training: bool | None
    ) -> Any:
        """Attends, on `(batch, heads, time, width)`; for subclasses to implement."""
        raise NotImplementedError(f"{type(self).__name__} must implement `attend`.")

    def merge_masks(
        self, is_self: bool, mask: Any, query_mask: Any, value_mask: Any, key_mask: Any
    ) -> AttentionMasks:
        """Merges the explicit mask and those that came with the inputs."""
        if mask is not None and len(mask.shape) == 2:
            if not is_self:
                raise ValueError(
                    "Between two sequences a mask of rank 2 could be about either; `mask` must "
                    "be of shape (batch, query time, key time) or (batch, heads, query time, key "
                    f"time). Received shape {tuple(mask.shape)}. Give padding masks as "
                    "`query_mask` and `value_mask`."
                )
            query_mask = _both(query_mask, as_mask("mask", mask))
            mask = None
        if is_self:
            key_mask = _both(key_mask, query_mask)
        key_mask = _both(key_mask, value_mask)
        query_mask = None if query_mask is None else as_mask("query_mask", query_mask)
        return AttentionMasks(query_mask, key_mask, merge_masks(mask))

    def project(
        self, query: Any, value: Any, key: Any, masks: AttentionMasks
    ) -> tuple[Any, Any, Any]:
        """Projects to heads: three tensors of shape `(batch, heads, time, width)`."""
        is_self = value is None and key is None
        value = query if value is None else value
        key = value if key is None else key
        _check_input_shapes(query.shape, value.shape, key.shape)
        _check_mask_shapes(masks, query.shape, value.shape, self.num_heads)
        used_queries, used_keys = _used(masks)
        if is_self:
            if used_queries is not None and used_keys is not None:
                used_queries = ops.logical_or(used_queries, used_keys)
                query = ops.where(used_queries, query, ops.zeros_like(query))
            return self._project_fused(query)
        if used_queries is not None:
            query = ops.where(used_queries, query, ops.zeros_like(query))
        if used_keys is not None:
            key, value = (ops.where(used_keys, x, ops.zeros_like(x)) for x in (key, value))
        return (
            self.project_query(query),
            split_heads(_apply(self.key_dense, key), self._key_heads),
            split_heads(_apply(self.value_dense, value), self._key_heads),
        )

    def project_query(self, query: Any) -> Any:
        """Projects the query alone to heads."""
        return split_heads(_apply(self.query_dense, query), self.num_heads)

    def project_back(self, context: Any, rows: Any = None) -> Any:
        """Merges the heads and projects; rows that are False give zeros."""
        outputs = _apply(self.output_dense, merge_heads(context))
        if rows is not None:
            outputs = ops.where(rows, outputs, ops.zeros_like(outputs))
        return outputs

    def attending_rows(self, masks: AttentionMasks, length: Any, offset: Any = 0) -> Any:
        """Which queries attend to anything, `(batch, query time, 1)`, or None: all."""
        rows = None if masks.query is None else ops.expand_dims(masks.query, -1)
        pairs = merge_masks(masks.pairs, key_mask=masks.key)
        if pairs is not None:
            visible = visible_rows(pairs, self.causal, length, offset)
            rows = _both(rows, ops.any(visible, axis=1))
        return rows

    def _dense(self, name: str, units: int, input_shape: Any) -> keras.layers.Dense:
        initializer = self.kernel_initializer
        if isinstance(initializer, keras.initializers.Initializer):
            initializer = initializer.clone()
        dense = keras.layers.Dense(
            units,
            use_bias=self.use_bias,
            kernel_initializer=initializer,
            dtype=self.dtype_policy,
            name=name,
        )
        dense.build(input_shape)
        return dense

    def _project_fused(self, inputs: Any) -> tuple[Any, Any, Any]:
        """The three projections of one and the same input as a single product."""
        layers = (self.query_dense, self.key_dense, self.value_dense)
        if any(layer.quantization_mode for layer in layers):
            parts = [layer(inputs) for layer in layers]
        else:
            kernel = ops.concatenate([ops.convert_to_tensor(x.kernel) for x in layers], axis=1)
            bias = None
            if self.use_bias:
                bias = ops.concatenate([ops.convert_to_tensor(x.bias) for x in layers], axis=0)
            projected = _linear(inputs, kernel, bias)
            if self._key_heads == self.num_heads and self._key_width == self._value_width:
                batch, time, _ = ops.shape(projected)
                shape = (batch, time, 3, self.num_heads, self._key_width)
                heads = ops.transpose(ops.reshape(projected, shape), (2, 0, 3, 1, 4))
                return heads[0], heads[1], heads[2]
            ends = (layers[0].units, layers[0].units + layers[1].units)
            parts = ops.split(projected, ends, axis=-1)
        counts = (self.num_heads, self._key_heads, self._key_heads)
        query, key, value = (split_heads(x, n) for x, n in zip(parts, counts, strict=True))
        return query, key, value

    def compute_mask(self, query: Any, mask: Any = None) -> Any:
        """The query's own mask, unchanged."""
        if mask is not None and len(mask.shape) == 2:
            return mask
        return getattr(query, "_keras_mask", None)

    def compute_output_shape(
        self, query_shape: Any, value_shape: Any = None, key_shape: Any = None
    ) -> tuple[int | None, ...]:
        """The query's shape, of width `output_dim`."""
        del value_shape, key_shape
        return (*query_shape[:-1], self.output_dim or query_shape[-1])

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {
            **super().get_config(),
            "num_heads": self.num_heads,
            "key_dim": self.key_dim,
            "value_dim": self.value_dim,
            "output_dim": self.output_dim,
            "num_key_value_heads": self.num_key_value_heads,
            "causal": self.causal,
            "dropout": self.dropout,
            "use_bias": self.use_bias,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "seed": self.seed,
        }


def _apply(dense: keras.layers.Dense, inputs: Any) -> Any:
    if dense.quantization_mode:
        return dense(inputs)
    return _linear(inputs, dense.kernel, dense.bias)


def _linear(inputs: Any, kernel: Any, bias: Any) -> Any:
    """`linear` in the dtype of the inputs, also outside of a layer's autocast."""
    inputs = ops.convert_to_tensor(inputs)
    bias = None if bias is None else ops.cast(ops.convert_to_tensor(bias), inputs.dtype)
    return linear(inputs, ops.cast(ops.convert_to_tensor(kernel), inputs.dtype), bias)


def _used(masks: AttentionMasks) -> tuple[Any, Any]:
    """Which queries and which keys take part at all; `(batch or 1, time, 1)` or None.

    What takes no part is set to zero before it meets a weight, whose gradient would
    otherwise be zero times whatever stands there.
    """
    queries = None if masks.query is None else ops.expand_dims(masks.query, -1)
    keys = None if masks.key is None else ops.expand_dims(masks.key, -1)
    if masks.pairs is not None:
        queries = _both(queries, ops.any(masks.pairs, axis=(1, 3))[..., None])
        keys = _both(keys, ops.any(masks.pairs, axis=(1, 2))[..., None])
    return queries, keys


def _both(a: Any, b: Any) -> Any:
    if a is None or b is None:
        return b if a is None else a
    return ops.logical_and(a, b)


def _check_positive(name: str, number: Any) -> None:
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise ValueError(f"`{name}` must be a positive integer. Received: {name}={number}")


def _check_input_shapes(query_shape: Any, value_shape: Any, key_shape: Any) -> None:
    shapes = {"query": query_shape, "value": value_shape, "key": key_shape}
    received = ", ".join(f"{name} {tuple(shape)}" for name, shape in shapes.items())
    if any(len(shape) != 3 for shape in shapes.values()):
        raise ValueError(
            "query, value and key must be of rank 3, (batch, time, width). "
            f"Received: {received}. Reshape or add the missing axis."
        )
    if None not in (value_shape[1], key_shape[1]) and value_shape[1] != key_shape[1]:
        raise ValueError(
            "value and key must be equally long: each value belongs to one key. "
            f"Received: {received}."
        )
    if 0 in (query_shape[1], value_shape[1]):
        raise ValueError(
            f"Attention over an empty time axis is undefined. Received: {received}. "
            "Leave such sequences out, or pad them and mask the padding."
        )


def _check_mask_shapes(
    masks: AttentionMasks, query_shape: Any, value_shape: Any, num_heads: int
) -> None:
    batch, queries, keys = query_shape[0], query_shape[1], value_shape[1]
    for name, mask, expected in (
        ("query_mask", masks.query, (batch, queries)),
        ("value_mask and key_mask", masks.key, (batch, keys)),
        ("mask", masks.pairs, (batch, num_heads, queries, keys)),
    ):
        if mask is None:
            continue
        received = tuple(mask.shape)
        fits = len(received) == len(expected) and all(
            have == want or have is None or want is None or (have == 1 and name == "mask")
            for have, want in zip(received, expected, strict=True)
        )
        if not fits:
            raise ValueError(
                f"`{name}` must be of shape {expected} to fit query {tuple(query_shape)} and "
                f"value {tuple(value_shape)}. Received shape {received}."
            )
