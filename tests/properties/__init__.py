"""Show the promises under random crashes, duplicates, delays and faults."""
