"""Own the mail that goes out: templates, whose words they are, and the bytes."""
