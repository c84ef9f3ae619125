"""Set up what all tests share: how long the random ones search."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

# `make test` takes the same road each time, so that a change that is not to blame is not blamed;
# HYPOTHESIS_PROFILE=deep looks for new roads, for as long as one likes.
settings.register_profile(
    "default", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "deep", parent=settings.get_profile("default"), derandomize=False, max_examples=2000, print_blob=True
)
# A mutant is caught by any failure; making it small would take longer than finding it.
settings.register_profile(
    "mutants", parent=settings.get_profile("default"), phases=[Phase.explicit, Phase.generate]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
