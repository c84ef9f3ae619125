"""Own the console's tests: a person at a browser, before the whole local cloud."""
