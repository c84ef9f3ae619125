"""Outreach: recruiting campaigns from the recruiter's own Gmail."""
