"""Run the whole system on one machine, over real connections and the real Google clients."""
