"""Own the mutants: named ways to break the protocol, each of which tests must notice."""
