"""Tests of measurements: their clients believe nothing, and the documents say what was measured."""
