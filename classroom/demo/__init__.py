"""The demo course: a term's content and a made-up cohort that lives through it, from one seed.

Everything the cohort does goes through the services that real users go through, only at past times.
"""
