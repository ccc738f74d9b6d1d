"""What the exported signatures answer."""

import io

import keras
import numpy as np
import pytest
from PIL import Image

from kerasdl.exporting import image_classifier, read_images

LABELS = ("zero", "one", "two", "three")


def softmax_64(logits):
    exponentials = [[np.exp(float(z) - max(map(float, row))) for z in row] for row in logits]
    return np.array([[e / sum(row) for e in row] for row in exponentials])


def encode(pixels, form="PNG", **options):
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, form, **options)
    return buffer.getvalue()


def as_model_sees(exported, encoded, tmp_path):
    """The same file read by Pillow and given to the model as pixels."""
    path = tmp_path / "image"
    path.write_bytes(encoded)
    images = read_images(path, exported.servable.sample["image"].shape[1:]).images
    return exported.call("serving_default", image=images)


@pytest.mark.parametrize("count", [1, 3, 7])
def test_serving_default_is_the_keras_model(exported, make_images, count):
    images = make_images(count, exported.servable.sample["image"].shape[1:], seed=count)
    outputs = exported.call("serving_default", image=images)
    expected = softmax_64(exported.servable.model(images, training=False).numpy())
    np.testing.assert_allclose(outputs["probabilities"], expected, atol=1e-6)
    assert outputs["probabilities"].dtype == np.float32
    assert outputs["class"].dtype == np.int64
    np.testing.assert_array_equal(outputs["class"], expected.argmax(-1))
    assert [label.decode() for label in outputs["label"]] == [
        LABELS[i] for i in expected.argmax(-1)
    ]


def test_an_empty_batch_has_empty_answers(exported):
    shape = exported.servable.sample["image"].shape[1:]
    outputs = exported.call("serving_default", image=np.zeros((0, *shape), np.uint8))
    assert {k: v.shape for k, v in outputs.items()} == {
        "probabilities": (0, 4),
        "class": (0,),
        "label": (0,),
    }


def test_dropout_is_inert(exported):
    image = exported.servable.sample["image"]
    first = exported.call("serving_default", image=image)["probabilities"]
    assert np.ptp(first) > 0.01
    np.testing.assert_array_equal(
        first, exported.call("serving_default", image=image)["probabilities"]
    )


def test_one_batch_of_bytes_mixes_formats_sizes_and_colours(exported, tmp_path):
    rng = np.random.default_rng(3)
    files = [
        encode(rng.integers(0, 256, (6, 5), dtype=np.uint8)),
        encode(rng.integers(0, 256, (6, 5, 3), dtype=np.uint8), "BMP"),
        encode(rng.integers(0, 256, (6, 5, 4), dtype=np.uint8)),
        encode(rng.integers(0, 256, (6, 5, 2), dtype=np.uint8)),
        encode(rng.integers(0, 256, (6, 5), dtype=np.uint8), "GIF"),
        encode(np.full((31, 17, 3), (200, 30, 90), np.uint8), "JPEG", quality=95),
        encode(np.full((3, 2), 77, np.uint8)),
    ]
    batch = exported.call("serve_bytes", image_bytes=np.array(files, dtype=object))
    for index, encoded in enumerate(files):
        expected = as_model_sees(exported, encoded, tmp_path)["probabilities"][0]
        # JPEG decoders may differ by a grey level, which moves a logit by some hundredths.
        tolerance = 0.02 if index == 5 else 1e-6
        np.testing.assert_allclose(batch["probabilities"][index], expected, atol=tolerance)


def test_another_size_is_resized_with_antialiasing(exported, tmp_path):
    # Columns of 0 and 255 become grey; a resize without antialiasing keeps 0 or 255.
    stripes = np.zeros((48, 40, 3), np.uint8)
    stripes[:, ::2] = 255
    encoded = encode(stripes)
    found = exported.call("serve_bytes", image_bytes=[encoded])["probabilities"]
    expected = as_model_sees(exported, encoded, tmp_path)["probabilities"]
    np.testing.assert_allclose(found, expected, atol=0.02)
    shape = exported.servable.sample["image"].shape[1:]
    flat = exported.call("serving_default", image=np.full((1, *shape), 128, np.uint8))
    np.testing.assert_allclose(found, flat["probabilities"], atol=0.05)


def test_bytes_that_are_no_image_are_refused(exported):
    import tensorflow as tf

    with pytest.raises(tf.errors.InvalidArgumentError, match="Unknown image file format"):
        exported.call("serve_bytes", image_bytes=[b"not an image"])


def test_classify_answers_every_class_in_the_order_of_the_labels(exported):
    request = exported.servable.signatures["classify"].request(exported.servable.sample)
    outputs = exported.call("classify", **request)
    assert [[c.decode() for c in row] for row in outputs["classes"]] == [list(LABELS)] * 3
    default = exported.call("serving_default", **exported.servable.sample)
    np.testing.assert_array_equal(outputs["scores"], default["probabilities"])


def test_the_reference_does_not_call_what_is_exported(make_servable):
    servable = make_servable()
    function = servable.signatures["serving_default"].function
    servable.reference(servable.sample)
    assert function.experimental_get_tracing_count() == 0


def test_a_model_with_a_dictionary_of_inputs(make_images):
    image = keras.Input((4, 4, 1), dtype="uint8", name="image")
    x = keras.layers.Dense(4)(keras.layers.Flatten()(keras.layers.Rescaling(1 / 255)(image)))
    images = make_images(3, (4, 4, 1))
    servable = image_classifier(keras.Model({"image": image}, x), LABELS, images)
    outputs = servable.signatures["serving_default"].function(images)
    expected = softmax_64(servable.model({"image": images}).numpy())
    np.testing.assert_allclose(outputs["probabilities"], expected, atol=1e-6)


def test_fewer_than_three_samples_are_repeated(make_model, make_images):
    images = make_images(2, (6, 5, 1))
    servable = image_classifier(make_model(), LABELS, images)
    np.testing.assert_array_equal(servable.sample["image"], images[[0, 1, 0]])


def _model(shape=(4, 4, 1), dtype="uint8", name="image", activation=None, batch=None):
    image = keras.Input(shape, batch_size=batch, dtype=dtype, name=name)
    x = keras.layers.GlobalAveragePooling2D()(keras.layers.Rescaling(1 / 255)(image))
    return keras.Model(image, keras.layers.Dense(4, activation=activation)(x))


@pytest.mark.parametrize(
    "options",
    [
        {"shape": (4, 4, 2)},
        {"shape": (None, 4, 1)},
        {"dtype": "float32"},
        {"name": "pixels"},
        {"batch": 8},
    ],
)
def test_a_model_with_another_input_is_refused(make_images, options):
    with pytest.raises(ValueError, match="Expected one uint8 input named 'image'"):
        image_classifier(_model(**options), LABELS, make_images(3, (4, 4, 1)))


def test_a_subclassed_model_is_refused(make_images):
    class Subclassed(keras.Model):
        pass

    with pytest.raises(ValueError, match="Expected one uint8 input named 'image'"):
        image_classifier(Subclassed(), LABELS, make_images(3, (4, 4, 1)))


@pytest.mark.parametrize("activation", ["softmax", "sigmoid"])
def test_a_model_that_returns_probabilities_is_refused(make_images, activation):
    with pytest.raises(ValueError, match="Expected logits: leave out its activation"):
        image_classifier(_model(activation=activation), LABELS, make_images(3, (4, 4, 1)))


def test_a_model_that_ends_in_a_softmax_layer_is_refused(make_images):
    model = _model()
    model = keras.Model(model.inputs, keras.layers.Softmax()(model.output))
    with pytest.raises(ValueError, match="Expected logits: leave out its activation"):
        image_classifier(model, LABELS, make_images(3, (4, 4, 1)))


def test_the_number_of_labels_must_be_that_of_the_logits(make_model, make_images):
    with pytest.raises(
        ValueError, match=r"Received 3 class names .* Expected one output of logits"
    ):
        image_classifier(make_model(), LABELS[:3], make_images(3, (6, 5, 1)))


@pytest.mark.parametrize("labels", [["a", "b", "a", "c"], ["a", "b", "c", "d\ne"], ["", *"abc"]])
def test_labels_are_different_lines(make_model, make_images, labels):
    with pytest.raises(ValueError, match="Expected different lines of text"):
        image_classifier(make_model(), labels, make_images(3, (6, 5, 1)))


@pytest.mark.parametrize(
    "images",
    [
        np.zeros((3, 6, 5, 1), np.float32),
        np.zeros((3, 5, 6, 1), np.uint8),
        np.zeros((0, 6, 5, 1), np.uint8),
        np.zeros((6, 5, 1), np.uint8),
    ],
)
def test_samples_that_do_not_fit_are_refused(make_model, images):
    with pytest.raises(ValueError, match=r"Expected uint8 images of shape \(3, 6, 5, 1\)"):
        image_classifier(make_model(), LABELS, images)
