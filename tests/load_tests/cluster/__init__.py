"""Tests of what is recorded of a cluster and judged by it."""
