"""The service, alone and as a process."""
