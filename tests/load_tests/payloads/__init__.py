"""Tests of what is in the requests."""
