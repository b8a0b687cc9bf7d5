"""What a config stands for, shown in other forms: one merged file, Python code, a graph, a difference.

Pure functions from a snapshot or model to frozen data. Nothing of the project is imported or run.
"""
