"""What is offered and what is demanded, as a scenario's author writes it, and what follows from that."""
