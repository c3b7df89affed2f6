"""From text to notebook to release: making practicals, building them, keeping their secrets."""
