"""Own the interface for the web app: one table of routes for each of its functions."""
