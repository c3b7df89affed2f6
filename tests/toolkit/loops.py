"""Students' loops that outlast any limit of a test and still end by themselves, after two minutes."""

import textwrap

LOOP = """import time
late = time.monotonic() + 120
while time.monotonic() < late: pass
"""
# swallows what interrupts it
STUBBORN_LOOP = """import time
late = time.monotonic() + 120
while time.monotonic() < late:
    try:
        while time.monotonic() < late: pass
    except BaseException: pass
"""


def function(head: str, body: str = LOOP) -> str:
    """A function that does this: `function("def slow(x)")`."""
    return f"{head}:\n{textwrap.indent(body, '    ')}"
