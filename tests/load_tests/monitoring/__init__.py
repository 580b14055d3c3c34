"""Tests of what production is watched by."""
