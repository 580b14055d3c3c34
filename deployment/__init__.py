"""Brings the service to one of five platforms, says how it is there, and takes it away again."""
