"""The ``excore`` command: thin commands over the language, the index and the runtime."""
