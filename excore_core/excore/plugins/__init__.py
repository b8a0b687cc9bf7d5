"""Extras that nothing else depends on; each is imported by itself."""
