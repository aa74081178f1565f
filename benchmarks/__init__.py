"""One script per claim: `python -m benchmarks.NAME` from the checkout prints the figure and the ratio to its peer."""
