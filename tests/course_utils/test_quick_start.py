"""Commands do without the parsers that take most of the import of nbformat."""

import subprocess
import sys

import pytest

LOOK = "import atexit, sys\natexit.register(lambda: print('made' if 'lark' in sys.modules else 'left out'))\n"
COMMANDS = {
    "course_utils": "sys.argv[1:] = ['nothing.ipynb']\nimport runpy\n"
    "runpy.run_module('course_utils', run_name='__main__')",
    "practicals": "sys.argv[1:] = ['build', '--check', 'p99']\nfrom autograder.cli import main\nmain()",
}
VALIDATE = """
from course_utils.quick_start import leave_out_address_parsers

leave_out_address_parsers()
import nbformat

cell = {"id": "only", "cell_type": "markdown", "metadata": {}, "source": 1}
nbformat.validate({"nbformat": 4, "nbformat_minor": 5, "cells": [cell], "metadata": {}})
"""


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_command_makes_no_parsers_of_addresses(command):
    done = run(LOOK + command)
    assert done.stdout.splitlines()[-1] == "left out", done.stderr


def test_a_notebook_is_validated_as_before():
    assert "1 is not valid under any of the given schemas" in run(VALIDATE).stderr
