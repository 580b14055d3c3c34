"""Tests of the processes that offer the load."""
