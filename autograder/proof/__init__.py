"""Are the tests right? Checks of what was built, the audit, measured figures and thresholds."""
