"""Deprecations in time: schedules, windows, waivers, consent and enforcement."""
