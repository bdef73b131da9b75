"""Screens: get the object through a door, act through a service, respond."""
