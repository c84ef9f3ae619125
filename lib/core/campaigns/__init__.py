"""Own a campaign from its request to its end: read, checked, taken in, edited, steered."""
