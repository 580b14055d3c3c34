"""The five platforms, each in a file."""
