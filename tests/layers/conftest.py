"""Layers must leave Keras's global settings alone."""

from collections.abc import Iterator

import keras
import pytest


@pytest.fixture(autouse=True)
def _global_settings_stay() -> Iterator[None]:
    before = (keras.config.dtype_policy().name, keras.config.floatx(), keras.config.epsilon())
    yield
    after = (keras.config.dtype_policy().name, keras.config.floatx(), keras.config.epsilon())
    assert after == before
