"""From doctor to teardown on each platform."""
