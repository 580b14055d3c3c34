"""What is sent: one module a model, named after it, with records that its clients might send."""
