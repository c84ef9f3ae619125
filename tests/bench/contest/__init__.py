"""Own the contest between our flows and a plain worker: same Gmail, same people, same bad luck."""
