"""Tests of what is noted of requests and of those who send them."""
