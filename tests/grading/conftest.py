"""Commands on toys: their parents of kernels start without TensorFlow."""

from collections.abc import Callable
from subprocess import CompletedProcess

import light_kernels
import pytest


@pytest.fixture(scope="session")
def practicals() -> Callable[..., CompletedProcess]:
    return light_kernels.practicals


@pytest.fixture(scope="session")
def nbgrader() -> Callable[..., CompletedProcess]:
    return light_kernels.nbgrader
