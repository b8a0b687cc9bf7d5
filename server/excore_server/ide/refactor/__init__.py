"""Rewrites that keep what a config means."""
