import numpy as np
import pytest

from kerasdl.data import ReconstructionData, load_images, noisy_pairs
from kerasdl.diagnostics import (
    detection,
    detection_areas,
    detections,
    mean_squared_errors,
    principal_components,
    roc_curve,
)


def test_area_is_the_share_of_pairs_in_order():
    generator = np.random.default_rng(0)
    normal, anomalies = generator.integers(0, 6, 40), generator.integers(2, 8, 30)
    above = (anomalies[:, np.newaxis] > normal).mean()
    equal = (anomalies[:, np.newaxis] == normal).mean()
    curve = roc_curve(normal, anomalies)
    assert curve.area == pytest.approx(above + equal / 2)
    assert (curve.false_positives[0], curve.true_positives[-1]) == (0, 1)


def test_mean_squared_errors():
    outputs, targets = np.random.default_rng(0).normal(size=(2, 5, 3, 2))
    expected = [((a - b) ** 2).sum() / 6 for a, b in zip(outputs, targets, strict=True)]
    np.testing.assert_allclose(mean_squared_errors(outputs, targets), expected)


def test_principal_components_against_singular_values():
    train = np.random.default_rng(0).integers(0, 256, (60, 4, 3, 1), dtype=np.uint8)
    reconstruct = principal_components(train, 5)
    centred = train.reshape(60, 12) / 255
    centred = centred - centred.mean(axis=0)
    expected = np.sum(np.linalg.svd(centred, compute_uv=False)[5:] ** 2) / centred.size
    found = mean_squared_errors(reconstruct(train), train / 255).mean()
    assert found == pytest.approx(expected, rel=1e-4)
    np.testing.assert_allclose(principal_components(train, 99)(train), train / 255, atol=1e-5)


def test_detection_scores_errors():
    black, white = np.zeros((3, 2, 2, 1), "uint8"), np.full((2, 2, 2, 1), 255, "uint8")
    assert detection(lambda images: 0 * images, black, white).area == 1
    assert detection(lambda images: 0 * images + 1.0, black, white).area == 0


@pytest.fixture(scope="module")
def data():
    return ReconstructionData.of(load_images("digits"), noisy_pairs())


def fit(part):
    return principal_components(part.arrays("train")[0], 8)


def test_each_class_is_left_out_in_turn(data):
    curves = detections(fit, data, "each")
    assert list(curves) == [str(digit) for digit in range(10)]
    seven = detections(fit, data.without("7"), "7")
    assert curves["7"].area == seven["7"].area
    areas = detection_areas(curves)
    assert list(areas) == [*(f"auc_{digit}" for digit in range(10)), "auc_mean"]
    assert areas["auc_mean"] == pytest.approx(np.mean([c.area for c in curves.values()]))
    assert detection_areas(seven) == {"auc_7": seven["7"].area}


def test_no_class_no_curve(data):
    assert detections(fit, data, None) == detection_areas({}) == {}
