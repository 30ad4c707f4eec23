"""Onboarding of new sites: explore one, draft its definition, check definitions by their tests."""
