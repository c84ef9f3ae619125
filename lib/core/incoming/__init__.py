"""Own what a page of new mail does: whom it answers, what is read, who is stopped."""
