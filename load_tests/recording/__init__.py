"""What became of each request, and how those who sent it fared: noted, counted, added up."""
