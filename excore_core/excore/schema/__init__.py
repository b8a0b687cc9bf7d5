"""JSON schemas of configs, from a catalog and a project: for completion in TOML editors, and to check whole files.

Pure functions over ``excore.lang``; nothing is imported, read or written here.
"""
