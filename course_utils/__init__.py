"""What the notebooks import: data, plots, run logs, probes, training helpers and checks that explain themselves."""
