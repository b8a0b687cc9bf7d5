"""What is wrong with a resolved config, and which of it is told: arguments, types, typos, root causes, suppression."""
