"""Hold all sample bounces written for the tests."""

from __future__ import annotations

from tests.core.bounces.samples_gateways import GATEWAYS
from tests.core.bounces.samples_more_words import MORE_WORDS
from tests.core.bounces.samples_providers import PROVIDERS
from tests.core.bounces.samples_servers import SERVERS
from tests.core.bounces.samples_words import WORDS

SAMPLES = PROVIDERS + SERVERS + WORDS + MORE_WORDS + GATEWAYS
