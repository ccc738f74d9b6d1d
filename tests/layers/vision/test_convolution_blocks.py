"""The convolution blocks against models of Keras built-ins with the same weights."""

import keras
import numpy as np
import pytest

from kerasdl import layers

NORMALIZATION = keras.layers.BatchNormalization(momentum=0.8, epsilon=1e-3)


def images(height=7, width=5, channels=4):
    return np.random.default_rng(0).normal(size=(3, height, width, channels)).astype("float32")


def randomize(layer):
    """Gives every weight a value that shows when it is used in the wrong place."""
    generator = np.random.default_rng(1)
    for weight in layer.weights:
        if "seed" in weight.path:
            continue
        value = generator.normal(size=weight.shape) * 0.3
        weight.assign(np.abs(value) + 0.5 if "variance" in weight.path else value)


def copy_weights(target, source):
    for name, layer in source.items():
        target.get_layer(name).set_weights(layer.get_weights())


def assert_same(block, reference, inputs):
    """Outputs and moving statistics agree, at inference and in training."""
    for training in (False, True):
        np.testing.assert_allclose(
            block(inputs, training=training),
            reference(inputs, training=training),
            rtol=1e-4,
            atol=1e-5,
        )


def residual_reference(block, inputs, kernels, strides):
    """He et al. 2015 and 2016, written with the functional API."""
    x = start = keras.Input(inputs.shape[1:])

    def convolution(index, x):
        filters = block.convolutions[index].filters
        return keras.layers.Conv2D(
            filters,
            kernels[index],
            strides[index],
            padding="same",
            use_bias=False,
            name=f"convolution_{index}",
        )(x)

    def normalization(name, x):
        return keras.layers.BatchNormalization(momentum=0.8, epsilon=1e-3, name=name)(x)

    shortcut = start
    count = len(kernels)
    for index in range(count):
        if block.preactivation:
            x = keras.activations.relu(normalization(f"normalization_{index}", x))
            if index == 0 and block.projection is not None:
                shortcut = x
            x = convolution(index, x)
        else:
            x = normalization(f"normalization_{index}", convolution(index, x))
            if index < count - 1:
                x = keras.activations.relu(x)
    if block.projection is not None:
        shortcut = keras.layers.Conv2D(
            x.shape[-1], 1, block.strides, use_bias=False, name="projection"
        )(shortcut)
        if not block.preactivation:
            shortcut = normalization("projection_normalization", shortcut)
    x = x + shortcut
    return keras.Model(start, x if block.preactivation else keras.activations.relu(x))


@pytest.mark.parametrize("preactivation", [False, True])
@pytest.mark.parametrize("strides", [1, 2])
@pytest.mark.parametrize("name", ["ResidualBlock", "BottleneckBlock"])
@pytest.mark.parametrize("same_channels", [False, True])
def test_residual_blocks_equal_the_model(name, strides, preactivation, same_channels):
    arguments = {"filters": 4 if same_channels else 6}
    if name == "BottleneckBlock":
        arguments = {"filters": 2, "expansion": 2 if same_channels else 3}
    block = getattr(layers, name)(
        **arguments, strides=strides, preactivation=preactivation, normalization=NORMALIZATION
    )
    inputs = images()
    block.build(inputs.shape)
    randomize(block)
    assert (block.projection is None) == (strides == 1 and same_channels)
    kernels, all_strides = ([3, 3], [strides, 1])
    if name == "BottleneckBlock":
        kernels, all_strides = ([1, 3, 1], [1, strides, 1])
    reference = residual_reference(block, inputs, kernels, all_strides)
    sublayers = [*block.convolutions, *block.normalizations]
    sublayers += [x for x in (block.projection, block.projection_normalization) if x is not None]
    copy_weights(reference, {layer.name: layer for layer in sublayers})
    assert_same(block, reference, inputs)
    assert block.compute_output_shape(inputs.shape) == tuple(reference(inputs).shape)


def test_zero_initialised_branch_starts_as_the_shortcut():
    inputs = images()
    block = layers.ResidualBlock(4, zero_init_residual=True)
    np.testing.assert_allclose(block(inputs), np.maximum(inputs, 0))


@pytest.mark.parametrize("block", [layers.ResidualBlock, layers.MBConvBlock])
def test_dropped_branch_leaves_the_shortcut(block):
    inputs = np.abs(images()).repeat(20, axis=0)
    layer = block(4, drop_path_rate=0.5, seed=3)
    outputs = np.asarray(layer(inputs, training=True))
    dropped = np.array([np.array_equal(o, i) for o, i in zip(outputs, inputs, strict=True)])
    # 60 independent choices at one half: outside 15..45 once in 10 000 runs.
    assert 15 <= dropped.sum() <= 45
    assert not np.array_equal(layer(inputs, training=False)[dropped], inputs[dropped])


@pytest.mark.parametrize("normalization", [None, "batch_norm"])
def test_inception_block_equals_the_model(normalization):
    inputs = images()
    block = layers.InceptionBlock(3, 2, 4, 1, 2, 5, normalization=normalization)
    block.build(inputs.shape)
    randomize(block)
    start = keras.Input(inputs.shape[1:])

    def convolution(x, layer):
        x = keras.layers.Conv2D(
            layer.filters,
            layer.kernel_size,
            padding="same",
            use_bias=normalization is None,
            name=layer.name,
        )(x)
        if normalization is not None:
            x = keras.layers.BatchNormalization(
                momentum=0.9, epsilon=1e-5, name=f"{layer.name}_normalization"
            )(x)
        return keras.activations.relu(x)

    branches = [
        convolution(start, block.convolution_1x1),
        convolution(convolution(start, block.reduction_3x3), block.convolution_3x3),
        convolution(convolution(start, block.reduction_5x5), block.convolution_5x5),
        convolution(
            keras.layers.MaxPooling2D(3, strides=1, padding="same")(start), block.projection_pool
        ),
    ]
    reference = keras.Model(start, keras.layers.Concatenate()(branches))
    sublayers = {
        layer.name: layer
        for layer in (
            block.convolution_1x1,
            block.reduction_3x3,
            block.convolution_3x3,
            block.reduction_5x5,
            block.convolution_5x5,
            block.projection_pool,
        )
    }
    sublayers |= {layer.name: layer for layer in block.normalizations.values()}
    copy_weights(reference, sublayers)
    assert_same(block, reference, inputs)


@pytest.mark.parametrize("strides", [1, 2])
@pytest.mark.parametrize("expand_ratio", [1, 3])
@pytest.mark.parametrize("se_ratio", [0, 0.5])
@pytest.mark.parametrize("filters", [4, 6])
def test_mb_conv_block_equals_the_model(strides, expand_ratio, se_ratio, filters):
    inputs = images()
    block = layers.MBConvBlock(
        filters,
        strides=strides,
        expand_ratio=expand_ratio,
        se_ratio=se_ratio,
        normalization=NORMALIZATION,
    )
    block.build(inputs.shape)
    randomize(block)
    x = start = keras.Input(inputs.shape[1:])

    def normalization(name, x):
        return keras.layers.BatchNormalization(momentum=0.8, epsilon=1e-3, name=name)(x)

    def convolution(name, filters, x):
        x = keras.layers.Conv2D(filters, 1, use_bias=False, name=name)(x)
        return normalization(f"{name}_normalization", x)

    if expand_ratio > 1:
        x = keras.activations.silu(convolution("expansion", 4 * expand_ratio, x))
    x = keras.layers.DepthwiseConv2D(3, strides, padding="same", use_bias=False, name="depthwise")(
        x
    )
    x = keras.activations.silu(normalization("depthwise_normalization", x))
    if se_ratio:
        # Half of the block's four input channels, whatever the width inside.
        gates = keras.layers.GlobalAveragePooling2D(keepdims=True)(x)
        gates = keras.layers.Dense(2, activation="silu", name="squeeze")(gates)
        gates = keras.layers.Dense(x.shape[-1], activation="sigmoid", name="excite")(gates)
        x = x * gates
    x = convolution("projection", filters, x)
    reference = keras.Model(start, x + start if strides == 1 and filters == 4 else x)
    sublayers = [
        block.expansion,
        block.expansion_normalization,
        block.depthwise,
        block.depthwise_normalization,
        block.projection,
        block.projection_normalization,
    ]
    if se_ratio:
        sublayers += [block.squeeze_excitation.squeeze, block.squeeze_excitation.excite]
    copy_weights(reference, {layer.name: layer for layer in sublayers if layer is not None})
    assert_same(block, reference, inputs)


def test_equal_convolutions_start_with_different_kernels():
    block = layers.ResidualBlock(4, kernel_initializer=keras.initializers.HeNormal())
    block.build((None, 8, 8, 4))
    first, second = (np.asarray(layer.kernel) for layer in block.convolutions)
    assert not np.allclose(first, second)


def test_kernel_regularizer_reaches_every_kernel():
    block = layers.ResidualBlock(6, kernel_regularizer=keras.regularizers.L2(0.5))
    block(images())
    kernels = [*block.convolutions, block.projection]
    expected = sum(0.5 * np.sum(np.square(layer.kernel)) for layer in kernels)
    np.testing.assert_allclose(np.sum(block.losses), expected, rtol=1e-5)


BLOCKS = {
    "ResidualBlock": {"filters": 4},
    "BottleneckBlock": {"filters": 4},
    "MBConvBlock": {"filters": 4},
    "InceptionBlock": {
        "filters_1x1": 1,
        "reduce_3x3": 1,
        "filters_3x3": 1,
        "reduce_5x5": 1,
        "filters_5x5": 1,
        "filters_pool": 1,
    },
    "SqueezeExcitation": {},
    "SpatialPyramidPooling": {},
    "PatchEmbedding": {"patch_size": 2, "embedding_dim": 4},
}


@pytest.mark.parametrize("name", BLOCKS)
@pytest.mark.parametrize("shape", [(2, 8, 8), (2, 8, 8, 3, 1), (2, 8, 8, None)])
def test_inputs_that_are_no_images_are_refused(name, shape):
    with pytest.raises(ValueError, match=r"Expected \(batch, height, width, channels\)"):
        getattr(layers, name)(**BLOCKS[name]).build(shape)


@pytest.mark.parametrize("name", BLOCKS)
def test_channels_first_is_refused(name):
    keras.config.set_image_data_format("channels_first")
    try:
        layer = getattr(layers, name)(**BLOCKS[name])
        with pytest.raises(ValueError, match=r"set to 'channels_first'.*channels last"):
            layer.build((2, 3, 8, 8))
    finally:
        keras.config.set_image_data_format("channels_last")


@pytest.mark.parametrize("name", ["ResidualBlock", "BottleneckBlock", "MBConvBlock"])
@pytest.mark.parametrize("argument", ["filters", "kernel_size", "strides"])
@pytest.mark.parametrize("value", [0, -1, 1.5, True, None])
def test_sizes_that_are_no_positive_integers_are_refused(name, argument, value):
    with pytest.raises(ValueError, match=f"{argument}={value}.*integer of at least 1"):
        getattr(layers, name)(**{"filters": 4, argument: value})


def test_other_bad_arguments_are_refused():
    with pytest.raises(ValueError, match="expansion=0"):
        layers.BottleneckBlock(4, expansion=0)
    with pytest.raises(ValueError, match="expand_ratio=0"):
        layers.MBConvBlock(4, expand_ratio=0)
    with pytest.raises(ValueError, match=r"se_ratio=-0\.5"):
        layers.MBConvBlock(4, se_ratio=-0.5)
    with pytest.raises(ValueError, match="reduce_3x3=0"):
        layers.InceptionBlock(4, 0, 4, 4, 4, 4)
    with pytest.raises(ValueError, match="ratio=0"):
        layers.SqueezeExcitation(ratio=0)
    for block in (layers.ResidualBlock, layers.BottleneckBlock, layers.MBConvBlock):
        with pytest.raises(ValueError, match=r"drop_path_rate=1\.0.*\[0, 1\)"):
            block(4, drop_path_rate=1.0)
