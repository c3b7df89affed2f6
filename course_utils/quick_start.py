"""Lets commands start a second sooner."""

import sys


def leave_out_address_parsers() -> None:
    """Make jsonschema, which nbformat imports, go without its parsers of internationalised addresses.

    Making them takes most of the import of nbformat. They check a format that no notebook has, and jsonschema
    does without where the package is not installed, which is what None says. To be called before that import.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type] # None is allowed there
