"""Measure the system, each figure beside a floor or a rival in the same run: `make bench`."""
