"""Configs of other systems to ExCore's: read without running anything, written as tables, proved by the resolver."""
