"""Load tests as many people write them, each with a mistake that costs it its verdict; run by plain Locust."""
