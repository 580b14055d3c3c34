"""Tests of what a scenario says."""
