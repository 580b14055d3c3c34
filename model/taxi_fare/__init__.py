"""Taxi fare: what one trip in New York costs."""
