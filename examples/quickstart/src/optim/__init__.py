"""Optimizers and learning-rate schedules."""

from . import adam, schedule, sgd

__all__ = ["adam", "schedule", "sgd"]
