"""A run while it goes on: what its verdict would be so far, on the web page and for scripts."""
