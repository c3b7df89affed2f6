"""Takes out of what a kernel reports whatever is of this engine: frames, paths, interruptions of the tests.

Students see errors of their own code, with the lines of their own cells. Frames of the course's packages and
of the libraries that run a kernel are left out; of an error in a test cell only the cell's own lines stay,
because no code of the student's runs there.
"""

import re
from collections.abc import Iterable, Iterator

from nbconvert.filters import strip_ansi
from nbformat import NotebookNode

from autograder.engine.limits import INTERRUPTED, failure
from autograder.practical.outputs import merge_streams

PACKAGES = "autograder|course_utils"
MACHINERY = "IPython|asyncio|comm|ipykernel|jupyter_client|nbclient|tornado|traitlets|zmq"
# as IPython and Python write it; a path may have blanks
OF_OURS = re.compile(rf"""^\s*File "?[^"\n]*?[/\\](?:{PACKAGES}|{MACHINERY})[/\\]""", re.MULTILINE)
FRAME = re.compile(r'^\s*File "?(?!<ipython-input)[^\n]', re.MULTILINE)
OWN_FRAME = re.compile(r"^\s*(?:Cell|Input) In\s?\[", re.MULTILINE)
PATH = re.compile(rf"""(?:~|/|[A-Za-z]:\\)[^\s'"()<>]*[/\\](?={PACKAGES})(?=\w+[/\\.])""")
TRACEBACK = re.compile(
    r"^(?:Exception ignored .*\n)?Traceback \(most recent call last\):\n(?:[ \t].*\n|\n)*(?:\S.*\n?)?",
    re.MULTILINE,
)
# what IPython prints before the traceback of a callback that failed, or was interrupted
CALLBACK = re.compile(rf"^Error in callback .*\b(?:{PACKAGES}|{MACHINERY})\b.*\n?", re.MULTILINE)


def without_ours(outputs: Iterable[NotebookNode], *, of_tests: bool) -> list[NotebookNode]:
    """The outputs of a cell without what is of this engine.

    Args:
        outputs: of one cell; changed in place.
        of_tests: whether they come from the tests' own kernel, where an interruption is always ours.
    """
    return list(_cleaned(merge_streams(list(outputs)), of_tests))


def _cleaned(outputs: list[NotebookNode], of_tests: bool) -> Iterator[NotebookNode]:
    for output in outputs:
        if output.output_type == "stream":
            output.text = CALLBACK.sub("", TRACEBACK.sub(_stream_frames(of_tests), output.text))
            output.text = PATH.sub("", output.text)
            if not output.text:
                continue
        elif output.output_type == "error":
            if of_tests and output.ename == "KeyboardInterrupt":
                output = failure(INTERRUPTED, "these checks were interrupted.")
            output.evalue = PATH.sub("", output.evalue)
            output.traceback = _frames(output.traceback, of_tests)
        yield output


def _frames(traceback: list[str], of_tests: bool) -> list[str]:
    """IPython's traceback, one frame an entry, without frames of ours."""
    plain = [strip_ansi(entry) for entry in traceback]
    ours = [bool((FRAME if of_tests else OF_OURS).match(entry)) for entry in plain]
    if any(ours) and not any(OWN_FRAME.match(entry) for entry in plain):
        return [PATH.sub("", traceback[-1])]  # the kernel was interrupted in what is not the student's
    return [PATH.sub("", entry) for entry, is_ours in zip(traceback, ours, strict=True) if not is_ours]


def _stream_frames(of_tests: bool):
    def replaced(match: re.Match) -> str:
        text = match[0]
        if not (of_tests or OF_OURS.search(text)):
            return text
        last = text.rstrip("\n").rsplit("\n", 1)[-1]
        return "" if last.startswith(("KeyboardInterrupt", " ", "\t", "Traceback")) else f"{last}\n"

    return replaced
