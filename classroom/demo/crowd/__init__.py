"""A hackathon of thousands, for measuring: written in bulk, consistent with every constraint and counter."""

from classroom.demo.crowd.build import Size, build, course_slug

__all__ = ["Size", "build", "course_slug"]
