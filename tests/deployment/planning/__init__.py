"""Tests of `deployment/planning/`."""
