"""Promises in time: when they were announced to end, and when they may."""
