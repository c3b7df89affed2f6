"""What the notebooks import: data, plots, run logs, probes, training helpers, explained checks."""
