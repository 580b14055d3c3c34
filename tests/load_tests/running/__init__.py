"""Tests of whole runs: begun, looked after and ended."""
