"""Show each path through the system on in-memory ports."""
