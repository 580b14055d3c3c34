"""What a run proves: from counts of requests to a verdict, without Locust."""
