"""Own when a mail goes out: hours and holidays, the slot ledger, and the reasons in words."""
