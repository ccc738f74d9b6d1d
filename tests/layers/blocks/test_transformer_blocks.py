"""The transformer blocks against stacks of Keras built-ins with the same weights."""

import keras
import numpy as np
import pytest

from kerasdl import layers
from kerasdl.layers.seeds import derive_seed

WIDTH, HEADS = 8, 2
ENCODER, DECODER = layers.TransformerEncoderBlock, layers.TransformerDecoderBlock


def draw(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def randomize(layer):
    generator = np.random.default_rng(1)
    for weight in layer.trainable_weights:
        weight.assign(weight.value + 0.3 * generator.normal(size=weight.shape))


def keras_attention(ours, query_width, memory_width, key_heads=None):
    """Keras's attention layer with the weights of ours."""
    head = query_width // HEADS
    if key_heads is None:
        theirs = keras.layers.MultiHeadAttention(HEADS, head)
    else:
        theirs = keras.layers.GroupQueryAttention(head, HEADS, key_heads)
    theirs.build((None, None, query_width), (None, None, memory_width))
    values = []
    for dense, heads in (
        (ours.query_dense, HEADS),
        (ours.key_dense, key_heads or HEADS),
        (ours.value_dense, key_heads or HEADS),
    ):
        kernel, bias = dense.get_weights()
        values += [kernel.reshape(-1, heads, head), bias.reshape(heads, head)]
    kernel, bias = ours.output_dense.get_weights()
    theirs.set_weights([*values, kernel.reshape(HEADS, head, query_width), bias])
    return theirs


def keras_block(block, inputs, memory=None, causal=False, mask=None, memory_mask=None):
    """The block, written with Keras's attention, dense and normalization layers."""
    key_heads = block.num_key_value_heads

    def normalize(name, x):
        ours = block.normalizations[name]
        theirs = type(ours)(epsilon=ours.epsilon)
        theirs.build(x.shape)
        theirs.set_weights(ours.get_weights())
        return theirs(x)

    def attend(ours, x, memory, mask):
        attention = keras_attention(ours, x.shape[-1], memory.shape[-1], key_heads)
        return attention(x, memory, attention_mask=mask, use_causal_mask=causal and memory is x)

    def work(x):
        hidden = keras.layers.Dense(block.hidden_dim, activation=block.activation)
        outputs = keras.layers.Dense(x.shape[-1])
        for ours, theirs in (
            (block.feed_forward.hidden_dense, hidden),
            (block.feed_forward.output_dense, outputs),
        ):
            theirs.build((None, None, ours.kernel.shape[0]))
            theirs.set_weights(ours.get_weights())
        return outputs(hidden(x))

    x = keras.ops.convert_to_tensor(inputs)
    own = block.self_attention if causal else block.attention
    branches = [("attention", lambda x: attend(own, x, x, mask))]
    if memory is not None:
        memory = keras.ops.convert_to_tensor(memory)
        branches.append(
            ("memory", lambda x: attend(block.memory_attention, x, memory, memory_mask))
        )
    branches.append(("feed_forward", work))
    for name, branch in branches:
        x = x + branch(normalize(name, x)) if block.norm_first else normalize(name, x + branch(x))
    return np.asarray(x)


@pytest.mark.parametrize("norm_first", [True, False])
@pytest.mark.parametrize(
    "normalization",
    [keras.layers.LayerNormalization(epsilon=1e-3), keras.layers.RMSNormalization(epsilon=1e-3)],
    ids=["layer_norm", "rms_norm"],
)
@pytest.mark.parametrize("key_heads", [None, 1])
@pytest.mark.parametrize("masked", [False, True])
def test_encoder_equals_the_stack_of_keras(norm_first, normalization, key_heads, masked):
    inputs = draw(2, 5, WIDTH)
    block = ENCODER(
        HEADS,
        12,
        norm_first=norm_first,
        normalization=normalization,
        num_key_value_heads=key_heads,
    )
    block.build(inputs.shape)
    randomize(block)
    mask = np.array([[True, True, False, True, True], [True, True, True, False, False]])
    if not masked:
        mask[:] = True
    expected = keras_block(block, inputs, mask=mask[:, None, :])
    outputs = np.asarray(block(inputs, mask=keras.ops.convert_to_tensor(mask)))
    np.testing.assert_allclose(outputs[mask], expected[mask], rtol=1e-4, atol=1e-5)
    assert np.all(outputs[~mask] == 0)


@pytest.mark.parametrize("norm_first", [True, False])
@pytest.mark.parametrize("cross", [False, True])
@pytest.mark.parametrize("masked", [False, True])
def test_decoder_equals_the_stack_of_keras(norm_first, cross, masked):
    inputs = draw(2, 5, WIDTH)
    memory = draw(2, 7, 6, seed=1) if cross else None
    block = DECODER(HEADS, 12, cross_attention=cross, norm_first=norm_first, activation="relu")
    block.build(inputs.shape, memory.shape if cross else None)
    randomize(block)
    mask = np.array([[True] * 5, [True, True, True, False, False]])
    memory_mask = np.array([[True, False] * 3 + [True], [True] * 4 + [False] * 3])
    if not masked:
        mask[:] = memory_mask[:] = True
    expected = keras_block(
        block,
        inputs,
        memory,
        causal=True,
        mask=mask[:, None, :],
        memory_mask=memory_mask[:, None, :],
    )
    arguments = {"inputs_mask": keras.ops.convert_to_tensor(mask)}
    if cross:
        arguments |= {"memory": memory, "memory_mask": keras.ops.convert_to_tensor(memory_mask)}
    outputs = np.asarray(block(inputs, **arguments))
    np.testing.assert_allclose(outputs[mask], expected[mask], rtol=1e-4, atol=1e-5)
    assert np.all(outputs[~mask] == 0)


def test_attention_mask_over_pairs():
    inputs = draw(2, 5, WIDTH)
    block = ENCODER(HEADS, 12)
    block.build(inputs.shape)
    pairs = np.random.default_rng(2).uniform(size=(2, 5, 5)) < 0.6
    pairs |= np.eye(5, dtype=bool)
    expected = keras_block(block, inputs, mask=pairs)
    outputs = block(inputs, attention_mask=keras.ops.convert_to_tensor(pairs))
    np.testing.assert_allclose(outputs, expected, rtol=1e-4, atol=1e-5)


def test_masks_that_inputs_carry_and_explicit_ones_are_merged():
    tokens = np.array([[1, 2, 3, 4, 0], [1, 2, 0, 0, 0]])
    embedded = keras.layers.Embedding(9, WIDTH, mask_zero=True)(tokens)
    explicit = np.array([[True, False, True, True, True], [True] * 5])
    block = ENCODER(HEADS, 12)
    outputs = block(embedded, mask=keras.ops.convert_to_tensor(explicit))
    merged = (tokens != 0) & explicit
    plain = block(np.asarray(embedded), mask=keras.ops.convert_to_tensor(merged))
    np.testing.assert_array_equal(outputs, plain)
    assert np.all(np.any(np.asarray(outputs) != 0, axis=-1) == merged)


def test_mask_is_passed_on_beside_an_attention_mask():
    tokens = np.array([[1, 2, 3, 4, 0], [1, 2, 0, 0, 0]])
    embedded = keras.layers.Embedding(9, WIDTH, mask_zero=True)(tokens)
    pairs = keras.ops.ones((2, 5, 5), "bool")
    outputs = ENCODER(HEADS, 12)(embedded, attention_mask=pairs)
    np.testing.assert_array_equal(outputs._keras_mask, tokens != 0)
    assert np.all(np.any(np.asarray(outputs) != 0, axis=-1) == (tokens != 0))


def test_decoder_sees_nothing_later():
    inputs = draw(1, 6, WIDTH)
    block = DECODER(HEADS, 12)
    whole = np.asarray(block(inputs))
    changed = inputs.copy()
    changed[:, 4:] = 100.0
    np.testing.assert_allclose(np.asarray(block(changed))[:, :4], whole[:, :4], rtol=1e-5)


def test_rotary_positions_reach_self_attention_alone():
    inputs, memory = draw(2, 5, WIDTH), draw(2, 7, WIDTH, seed=1)
    rotary = layers.RotaryPositionalEmbedding(base=50.0)
    block = DECODER(HEADS, 12, cross_attention=True, rotary=rotary)
    block(inputs, memory)
    assert block.self_attention.rotary.base == 50.0
    assert block.memory_attention.rotary is None
    # The layer that was given may serve other blocks, of other dtypes too.
    DECODER(HEADS, 12, rotary=rotary, dtype="mixed_bfloat16")(inputs)
    assert not rotary.built
    assert rotary.compute_dtype == "float32"
    # The order of the memory does not matter, the order of the inputs does.
    np.testing.assert_allclose(
        block(inputs, memory[:, ::-1].copy()), block(inputs, memory), rtol=1e-4, atol=1e-5
    )
    plain = DECODER(HEADS, 12, cross_attention=True)
    plain.build(inputs.shape, memory.shape)
    plain.set_weights([w.value for w in block.weights if "seed" not in w.path])
    assert not np.allclose(plain(inputs, memory), block(inputs, memory))


@pytest.mark.parametrize("cross", [False, True])
@pytest.mark.parametrize("norm_first", [True, False])
@pytest.mark.parametrize("key_heads", [None, 1])
def test_generation_with_a_cache_equals_the_whole(cross, norm_first, key_heads):
    inputs = draw(2, 6, WIDTH)
    memory = draw(2, 7, 6, seed=1) if cross else None
    memory_mask = keras.ops.convert_to_tensor([[True] * 7, [True] * 3 + [False] * 4])
    block = DECODER(
        HEADS, 12, cross_attention=cross, norm_first=norm_first, num_key_value_heads=key_heads
    )
    arguments = {"memory": memory, "memory_mask": memory_mask} if cross else {}
    whole = np.asarray(block(inputs, **arguments))
    cache = block.init_cache(2, max_length=6, **arguments)
    # The prompt in one piece, then one position after the other.
    outputs, cache = block(inputs[:, :3], cache=cache)
    pieces = [np.asarray(outputs)]
    for time in range(3, 6):
        outputs, cache = block(inputs[:, time : time + 1], cache=cache)
        pieces.append(np.asarray(outputs))
    np.testing.assert_allclose(np.concatenate(pieces, axis=1), whole, rtol=1e-4, atol=1e-5)
    with pytest.raises(ValueError, match="cache is full"):
        block(inputs[:, :1], cache=cache)


def test_sublayers_draw_from_different_seeds():
    block = DECODER(HEADS, 12, cross_attention=True, dropout=0.1, drop_path_rate=0.1, seed=3)
    block.build((None, None, WIDTH), (None, None, WIDTH))
    seeds = [
        layer.seed
        for layer in block._flatten_layers(include_self=False)
        if getattr(layer, "seed", None) is not None
    ]
    # Three branches with dropout and drop path; two attentions; the feed-forward layer, whose
    # dropout shares its seed.
    assert len(set(seeds)) == 3 * 2 + 2 + 1
    assert derive_seed(3, "a") != derive_seed(3, "b")
    assert derive_seed(3, "a") != derive_seed(4, "a")
    assert derive_seed(None, "a") is None


def test_drop_path_leaves_the_shortcut():
    inputs = draw(400, 3, WIDTH)
    block = ENCODER(HEADS, 12, drop_path_rate=0.5, seed=1)
    outputs = np.asarray(block(inputs, training=True))
    untouched = np.all(outputs == inputs, axis=(1, 2)).mean()
    # Both branches dropped: a quarter of the examples, give or take five standard errors.
    assert abs(untouched - 0.25) < 5 * np.sqrt(0.25 * 0.75 / 400)
    assert not np.any(np.all(np.asarray(block(inputs)) == inputs, axis=(1, 2)))


@pytest.mark.parametrize("block", [ENCODER, DECODER])
def test_bad_arguments_are_refused(block):
    with pytest.raises(ValueError, match="num_heads=0"):
        block(0, 12)
    with pytest.raises(ValueError, match="hidden_dim=-1"):
        block(2, -1)
    with pytest.raises(ValueError, match="num_key_value_heads=0"):
        block(2, 12, num_key_value_heads=0)
    with pytest.raises(ValueError, match=r"num_heads=4, num_key_value_heads=3.*divisor"):
        block(4, 12, num_key_value_heads=3)
    with pytest.raises(ValueError, match=r"normalization='no_norm'.*'rms_norm'.*a Keras layer"):
        block(2, 12, normalization="no_norm")
    with pytest.raises(ValueError, match=r"dropout=1\.5"):
        block(2, 12, dropout=1.5)
    with pytest.raises(ValueError, match=r"drop_path_rate=-0\.1"):
        block(2, 12, drop_path_rate=-0.1)
    with pytest.raises(ValueError, match=r"rotary='yes'.*RotaryPositionalEmbedding\(\)"):
        block(2, 12, rotary="yes")


@pytest.mark.parametrize("block", [ENCODER, DECODER])
def test_bad_inputs_are_refused(block):
    with pytest.raises(ValueError, match=r"shape \(2, 8\).*\(batch, time, width\)"):
        block(2, 12)(np.zeros((2, 8), "float32"))
    with pytest.raises(ValueError, match="width 9 for num_heads=2"):
        block(2, 12)(np.zeros((2, 5, 9), "float32"))
    with pytest.raises(ValueError, match=r"padding mask of shape \(2, 5, 5\).*attention_mask"):
        block(2, 12)(np.zeros((2, 5, 8), "float32"), mask=keras.ops.ones((2, 5, 5), "bool"))


def test_memory_against_the_arguments_is_refused():
    x = draw(2, 5, WIDTH)
    with pytest.raises(ValueError, match="Received `memory` with cross_attention=False"):
        DECODER(HEADS, 12)(x, x)
    with pytest.raises(ValueError, match="no `memory` with cross_attention=True"):
        DECODER(HEADS, 12, cross_attention=True)(x)
    with pytest.raises(ValueError, match=r"shape \(2, 8\).*\(batch, time, width\)"):
        DECODER(HEADS, 12, cross_attention=True).build((2, 5, 8), (2, 8))
    block = DECODER(HEADS, 12, cross_attention=True)
    with pytest.raises(ValueError, match=r"`init_cache`.*not built"):
        block.init_cache(2, 5, memory=x)
    block(x, x)
    with pytest.raises(ValueError, match="no `memory` with cross_attention=True"):
        block.init_cache(2, 5)
    cache = block.init_cache(2, 5, memory=x)
    with pytest.raises(ValueError, match="both `memory` and `cache`"):
        block(x, x, cache=cache)
