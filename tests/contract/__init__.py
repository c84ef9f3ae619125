"""Hold every implementation of a port, and each stand-in, to the same behaviour."""
