"""What a run leaves behind: `run.json`, tables for the terminal and in Markdown, a page of pictures, and JUnit XML."""
