"""Tests of the walkthrough and of the pictures."""
