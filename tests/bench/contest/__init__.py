"""Own the contest between our flows and a plain worker: the same Gmail, the same people, the same bad luck."""
