"""What two runs prove of a change between them."""
