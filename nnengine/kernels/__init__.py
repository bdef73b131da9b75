"""The array work that several layers share."""
