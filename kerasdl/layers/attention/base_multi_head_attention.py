"""What all multi-head attention layers have in common."""

from typing import Any

import keras
from keras import ops

from kerasdl.arguments import check_positive_integers
from kerasdl.layers.arguments import adopt_rotary, check_head_groups, fresh
from kerasdl.layers.attention.attention_masks import (
    AttentionMasks,
    check_input_shapes,
    zero_unused,
)
from kerasdl.ops.attention_heads import linear, merge_heads, split_heads


class BaseMultiHeadAttention(keras.layers.Layer):
    """Projects to heads, attends, projects back; subclasses say how to attend.

    A subclass implements `attend(query, key, value, masks, training)` on tensors of shape
    `(batch, heads, time, width)`, and sets `causal` where its constructor takes it. `rotary`
    belongs in the config of those subclasses whose constructor takes it.
    """

    causal: bool = False

    def __init__(
        self,
        num_heads: int,
        key_dim: int | None = None,
        value_dim: int | None = None,
        output_dim: int | None = None,
        num_key_value_heads: int | None = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        rotary: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        check_head_groups(num_heads, num_key_value_heads)
        sizes = {"key_dim": key_dim, "value_dim": value_dim, "output_dim": output_dim}
        check_positive_integers(**{name: x for name, x in sizes.items() if x is not None})
        self.num_heads = num_heads
        self.key_dim = key_dim
        self.value_dim = value_dim
        self.output_dim = output_dim
        self.num_key_value_heads = num_key_value_heads
        self.use_bias = use_bias
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.rotary: Any = adopt_rotary(rotary, self.dtype_policy)
        self.supports_masking = True

    def build(self, query_shape: Any, value_shape: Any = None, key_shape: Any = None) -> None:
        """Creates the four projections."""
        value_shape = query_shape if value_shape is None else value_shape
        key_shape = value_shape if key_shape is None else key_shape
        check_input_shapes(query_shape, value_shape, key_shape)
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
        if self.rotary is not None:
            self.rotary.build((None, self.num_heads, None, self._key_width))

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
        masks = AttentionMasks.merge(is_self, mask, query_mask, value_mask, key_mask)
        heads = self.rotate(*self.project(query, value, key, masks))
        context = self.attend(heads[0], heads[1], heads[2], masks, training)
        return self.project_back(context, masks.attending_rows(self.causal, ops.shape(query)[1]))

    def attend(
        self, query: Any, key: Any, value: Any, masks: AttentionMasks, training: bool | None
    ) -> Any:
        """Attends, on `(batch, heads, time, width)`; for subclasses to implement."""
        raise NotImplementedError(f"{type(self).__name__} must implement `attend`.")

    def project(
        self, query: Any, value: Any, key: Any, masks: AttentionMasks
    ) -> tuple[Any, Any, Any]:
        """Projects to heads: three tensors of shape `(batch, heads, time, width)`."""
        is_self = value is None and key is None
        value = query if value is None else value
        key = value if key is None else key
        check_input_shapes(query.shape, value.shape, key.shape)
        masks.check_shapes(query.shape, value.shape, self.num_heads)
        used_queries, used_keys = masks.used()
        if is_self:
            if used_queries is not None and used_keys is not None:
                used_queries = ops.logical_or(used_queries, used_keys)
                query = zero_unused(query, used_queries)
            return self._project_fused(query)
        key, value = zero_unused(key, used_keys), zero_unused(value, used_keys)
        query = self.project_query(zero_unused(query, used_queries))
        return query, *self.project_memory(value, key)

    def project_query(self, query: Any) -> Any:
        """Projects the query alone to heads."""
        return split_heads(_apply(self.query_dense, query), self.num_heads)

    def project_memory(self, value: Any, key: Any) -> tuple[Any, Any]:
        """Projects key and value, in this order, to heads."""
        return (
            split_heads(_apply(self.key_dense, key), self._key_heads),
            split_heads(_apply(self.value_dense, value), self._key_heads),
        )

    def rotate(self, query: Any, key: Any, value: Any, start_index: Any = 0) -> Any:
        """Applies `rotary` to the heads of query and key."""
        if self.rotary is None:
            return query, key, value
        query = self.rotary(query, start_index=start_index)
        return query, self.rotary(key, start_index=start_index), value

    def project_back(self, context: Any, rows: Any = None) -> Any:
        """Merges the heads and projects; rows that are False give zeros."""
        outputs = _apply(self.output_dense, merge_heads(context))
        return zero_unused(outputs, rows)

    def _dense(self, name: str, units: int, input_shape: Any) -> keras.layers.Dense:
        dense = keras.layers.Dense(
            units,
            use_bias=self.use_bias,
            kernel_initializer=fresh(self.kernel_initializer),
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
                batch, time, _ = ops.shape(inputs)
                shape = (batch, time, 3, self.num_heads, self._key_width)
                heads = ops.transpose(ops.reshape(projected, shape), (2, 0, 3, 1, 4))
                query, key, value = ops.unstack(heads, 3)  # slices have a costly gradient
                return query, key, value
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
            "use_bias": self.use_bias,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
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
