"""TOML's rules for tables: headers and dotted keys to tables in which every key and value knows its place."""
