"""Show the pure core: tables and rules."""
