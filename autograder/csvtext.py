"""Text in CSV files that people open in a spreadsheet: nothing in it may run as a formula."""

# What begins with one of these is a formula to a spreadsheet (OWASP, "CSV injection")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def harmless(text: str) -> str:
    """Text with an apostrophe before it where a spreadsheet would take it for a formula; see `original`."""
    return f"'{text}" if text.lstrip("'").startswith(FORMULA) else text


def original(text: str) -> str:
    """What `harmless` was given."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(FORMULA) else text
