"""What a kernel put out, in a form in which two runs of a cell agree."""

import re

from nbformat import NotebookNode

# abseil's log format, as in "I0000 00:00:1795308776.019549   11304 cpu_feature_guard.cc:227] …", what comes
# before its first line, and the one message of several lines
STARTUP_LOG = re.compile(
    r"[IWEF]\d{4} [\d:.]+ +\d+ \S+:\d+\] |WARNING: All log messages before absl|To enable the following instr"
)


def merge_streams(outputs: list[NotebookNode]) -> list[NotebookNode]:
    r"""Consecutive pieces of the same stream joined, and text that a `\r` overwrote left out.

    How a kernel cuts a stream into messages depends on timing; joined, two runs of a cell agree.
    """
    merged: list[NotebookNode] = []
    for output in outputs:
        last = merged[-1] if merged else None
        if (
            last is not None
            and output.output_type == last.output_type == "stream"
            and output.name == last.name
        ):
            last.text += output.text
        else:
            merged.append(output)
    for output in merged:
        if output.output_type == "stream":
            output.text = re.sub(r"^.*\r(?=[^\n])", "", output.text, flags=re.MULTILINE)
    return merged


def without_startup_log(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Outputs without the lines that TensorFlow logs about this machine: they hold times and process ids."""
    kept = []
    for output in outputs:
        if output.output_type == "stream" and output.name == "stderr":
            output.text = "".join(
                line for line in output.text.splitlines(True) if not STARTUP_LOG.match(line)
            )
        if output.output_type != "stream" or output.text:
            kept.append(output)
    return kept
