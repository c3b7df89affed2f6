"""Commands start sooner: nbgrader without its extensions of Jupyter's server, less looking for garbage."""

import subprocess
import sys

FIRST = "from autograder.practical.sooner import leave_out_server_extensions as leave_out\nleave_out()\n"


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", FIRST + code], capture_output=True, text=True, check=False)


def test_nothing_of_the_server_is_imported():
    done = run(
        "import sys, nbgrader.api, nbgrader.converters\n"
        "print(sorted({'jupyter_server', 'nbgrader.apps', 'nbgrader.exchange'} & sys.modules.keys()))"
    )
    assert done.stdout == "[]\n", done.stderr


def test_the_extensions_are_there_afterwards():
    done = run(
        "from nbgrader.server_extensions import assignment_list, formgrader\n"
        "from nbgrader.apps import NbGraderAPI\n"
        "print(callable(formgrader.load_jupyter_server_extension), NbGraderAPI.__name__)"
    )
    assert done.stdout == "True NbGraderAPI\n", done.stderr


def test_commands_look_less_often_for_garbage():
    code = "import gc, sys, autograder.cli as cli\ncli.app = lambda: print(gc.get_threshold()[0])\ncli.main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert int(done.stdout) >= 10_000, done.stderr
