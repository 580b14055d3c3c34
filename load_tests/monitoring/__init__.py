"""From a scenario's objectives to the rules and the dashboard that watch them in production."""
