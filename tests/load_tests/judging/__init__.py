"""Tests of how a run is judged."""
