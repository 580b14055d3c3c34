"""Tests of what is shown while a run goes on."""
