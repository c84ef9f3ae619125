"""The local Gmail: a pure in-memory model (`world`), its API calls, faults, and an HTTP server over them."""
