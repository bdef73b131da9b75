"""A course's people from a table."""

from classroom.roster.planning import Plan, Step, What, carry_out, plan

__all__ = ["Plan", "Step", "What", "carry_out", "plan"]
