"""Sweeps: many runs of one config, started on engines that exist."""
