"""What a run leaves behind: `run.json`, a table for the terminal and one for Markdown."""
