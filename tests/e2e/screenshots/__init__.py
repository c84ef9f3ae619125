"""Own the pictures of all pages that people see: ``make screenshots``."""
