"""Device, seeds and precision of a run."""

import contextlib
from collections.abc import Iterator

from kerasdl.training.config import RecipeConfig
from kerasdl.training.device import Device, choose_device
from kerasdl.training.progress import RunConsole
from kerasdl.user_error import UserError


@contextlib.contextmanager
def prepared(config: RecipeConfig, console: RunConsole) -> Iterator[tuple[RecipeConfig, Device]]:
    """Sets device, seeds and precision, and puts the precision back afterwards.

    Yields:
        The configuration with what had to be changed in it, and the device.
    """
    import keras

    # `tf.config` can turn determinism on, but not off again.
    from tensorflow.python.framework import config as tf_config

    device = choose_device(config.device)
    if config.jit_compile and config.deterministic:
        console.notice("--deterministic turns XLA off.")
        config = config.model_copy(update={"jit_compile": False})
    if device.replicas > 1:
        # With XLA, several devices hang; with more steps, Keras's loop loses its inputs.
        console.notice("On several devices, XLA is off and TensorFlow returns after each step.")
        config = config.model_copy(update={"jit_compile": False, "steps_per_execution": 1})
    if config.batch_size % device.replicas:
        raise UserError(
            f"--batch-size {config.batch_size} cannot be shared by {device.replicas} devices. "
            f"Use a multiple of {device.replicas}."
        )
    keras.utils.set_random_seed(config.seed)
    was_deterministic = tf_config.is_op_determinism_enabled()
    if config.deterministic:
        tf_config.enable_op_determinism()
    try:
        with computing_in(config.precision):
            yield config, device
    finally:
        if not was_deterministic:
            tf_config.disable_op_determinism()


@contextlib.contextmanager
def computing_in(precision: str) -> Iterator[None]:
    """Sets Keras's dtype policy, and puts back what it was."""
    import keras

    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(policy)
