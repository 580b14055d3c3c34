"""The image, built and run by a real engine where there is one."""
