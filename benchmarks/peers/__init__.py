"""Other ways to serve the same model, measured beside this project's service: `python -m benchmarks.peers`."""
