"""The machine that a benchmark ran on, in words."""

import os
import platform


def machine() -> str:
    """What measured: the processor, its cores, and the versions of Python, TensorFlow and Keras."""
    import keras
    import tensorflow as tf

    devices = "GPU" if tf.config.list_physical_devices("GPU") else f"CPU, {os.cpu_count()} cores"
    return f"{platform.machine()} {devices}, TensorFlow {tf.__version__}, Keras {keras.__version__}"
