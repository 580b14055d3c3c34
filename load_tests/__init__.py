"""What we offer a service, what we demand of it, and the verdict on what it did."""
