"""What a running program needs without any config: registries, hooks, logging, the workspace."""
