"""Prove the product: pure core, flows, contracts, properties, and the whole on a local cloud."""
