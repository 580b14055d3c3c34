"""Commands that bring the service to a platform, with stand-ins for the programs they run."""
