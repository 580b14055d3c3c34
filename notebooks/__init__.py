"""The walkthrough, and how it is executed."""
