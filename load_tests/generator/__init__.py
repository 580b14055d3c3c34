"""The processes that offer the load: users, their connections, and how several share one run."""
