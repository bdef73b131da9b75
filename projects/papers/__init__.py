"""Certificates on paper: their words, their layout, and the PDF."""
