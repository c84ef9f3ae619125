"""One file a path through the system; flows gather inputs, ask the core, apply the result."""
