"""Run the whole on the local cloud: the demo, its checker, budgets."""
