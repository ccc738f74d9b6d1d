"""The variational autoencoder: its loss against the formulas, its warm-up, its file."""

import keras
import numpy as np
import pytest

from kerasdl.models import VariationalAutoencoder, vae
from kerasdl.models.image_coders import image_decoder, image_encoder

SHAPE = (6, 6, 1)
IMAGES = np.random.default_rng(0).choice(np.uint8([0, 255]), (16, *SHAPE))


def build(**options):
    model = vae(SHAPE, latent_size=3, seed=1, **options)
    model.compile(keras.optimizers.SGD(1e-3), jit_compile=False)
    return model


def float64_terms(model, latents):
    """Reconstruction and divergences by dimension, from the formulas."""
    code = {name: np.asarray(value, np.float64) for name, value in model.encoder(IMAGES).items()}
    probability = 1 / (1 + np.exp(-np.asarray(model.decoder(latents), np.float64)))
    bits = IMAGES / 255
    log_likelihood = np.log(np.where(bits == 1, probability, 1 - probability))
    mean, log_variance = code["mean"], code["log_variance"]
    kl = 0.5 * (np.exp(log_variance) + mean**2 - 1 - log_variance)
    return -log_likelihood.sum(axis=(1, 2, 3)).mean(), kl


@pytest.mark.parametrize("beta", [1.0, 0.3])
def test_evaluation_is_the_bound_from_samples(beta):
    from kerasdl import ops

    model = build(beta=beta, warmup_steps=100, free_bits=5.0)
    code = model.encoder(IMAGES)
    latents = ops.gaussian_sample(code["mean"], code["log_variance"], seed=1)
    reconstruction, kl = float64_terms(model, latents)
    result = model.evaluate(IMAGES, IMAGES, batch_size=16, verbose=0, return_dict=True)
    assert result["reconstruction"] == pytest.approx(reconstruction, rel=1e-5)
    assert result["kl"] == pytest.approx(kl.sum(axis=1).mean(), rel=1e-4)
    # Neither the warm-up nor the free bits of the training.
    assert result["loss"] == pytest.approx(reconstruction + beta * kl.sum(axis=1).mean(), rel=1e-5)
    again = model.evaluate(IMAGES, IMAGES, batch_size=16, verbose=0, return_dict=True)
    assert again == result


def test_training_loss_has_free_bits_and_a_weight():
    model = build(beta=2.0, free_bits=0.4)
    code = model.encoder(IMAGES)
    y_pred = {"logits": model.decoder(code["mean"]), **code}
    loss = float(model.compute_loss(IMAGES, IMAGES, y_pred, training=True))
    reconstruction, kl = float64_terms(model, code["mean"])
    spared = np.maximum(kl.mean(axis=0), 0.4)
    assert 0 < np.sum(kl.mean(axis=0) < 0.4) < 3
    assert loss == pytest.approx(reconstruction + 2 * spared.sum(), rel=1e-5)


def test_warmup_raises_the_weight_step_by_step_and_is_saved(tmp_path):
    model = build(beta=0.5, warmup_steps=4)
    model.fit(IMAGES, IMAGES, batch_size=8, epochs=1, verbose=0)
    assert int(model.step) == 2
    model.evaluate(IMAGES, IMAGES, verbose=0)
    assert int(model.step) == 2
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert [float(again.next_weight()) for _ in range(4)] == [0.25, 0.375, 0.5, 0.5]


def test_call_samples_in_training_alone():
    model = build()
    one, other = (model(IMAGES)["logits"] for _ in range(2))
    np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(one, model.decoder(model.encoder(IMAGES)["mean"]))
    sampled, anew = (np.asarray(model(IMAGES, training=True)["logits"]) for _ in range(2))
    assert not np.allclose(sampled, one)
    assert not np.allclose(sampled, anew)


@pytest.mark.parametrize("model", ["mlp", "conv"])
def test_file_gives_the_same_model(model, tmp_path):
    built = build(model=model, beta=0.7, warmup_steps=3, free_bits=0.1)
    built.fit(IMAGES, IMAGES, verbose=0)
    built.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert type(again) is VariationalAutoencoder
    for name in ("beta", "warmup_steps", "free_bits", "seed", "name"):
        assert getattr(again, name) == getattr(built, name)
    assert again.evaluate(IMAGES, IMAGES, verbose=0) == built.evaluate(IMAGES, IMAGES, verbose=0)
    np.testing.assert_array_equal(
        again(IMAGES, training=True)["logits"], built(IMAGES, training=True)["logits"]
    )


def test_sample_weights_weigh_images():
    model = build()
    code = model.encoder(IMAGES)
    y_pred = {"logits": model.decoder(code["mean"]), **code}
    weights = np.r_[np.ones(8), np.zeros(8)].astype("float32")
    weighted = model.compute_loss(IMAGES, IMAGES, y_pred, weights, training=True)
    first = {name: value[:8] for name, value in y_pred.items()}
    alone = model.compute_loss(IMAGES[:8], IMAGES[:8], first, training=True)
    # Keras divides a weighted sum by the size of the batch.
    assert float(weighted) == pytest.approx(float(alone) / 2, rel=1e-5)


def test_it_learns():
    model = build()
    model.compile(keras.optimizers.Adam(3e-3), jit_compile=False)
    patterns = np.random.default_rng(1).choice(np.uint8([0, 255]), (4, *SHAPE))
    images = np.repeat(patterns, 32, axis=0)
    model.fit(images, images, batch_size=32, epochs=25, verbose=0)
    loss = model.evaluate(images, images, verbose=0, return_dict=True)["loss"]
    # 36 fair coins are 25 nats, four equally frequent patterns log 4 = 1.4.
    assert 1.3 < loss < 8


def test_any_coders_go():
    model = VariationalAutoencoder(
        image_encoder(SHAPE, {"mean": 2, "log_variance": 2}, "conv"),
        image_decoder(2, SHAPE, "mlp"),
    )
    assert tuple(model(IMAGES)["logits"].shape) == IMAGES.shape


@pytest.mark.parametrize("name", ["beta", "warmup_steps", "free_bits"])
def test_negative_arguments_are_refused(name):
    with pytest.raises(ValueError, match=f"{name}=-1"):
        vae(SHAPE, **{name: -1})
