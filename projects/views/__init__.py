"""The pages: get through a door, act through a service, respond."""
