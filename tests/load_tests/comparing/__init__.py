"""Tests of what two runs prove."""
