"""Tests of `load_tests/planning/`."""
