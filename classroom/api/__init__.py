"""The HTTP API: what pages show, for programs that come with a token.

It has no doors and no rules of its own: objects come through each app's `access.py`, work is done by the same
services as the pages', with the same limits.
"""

from classroom import keys  # noqa: F401 - which makes {key:...} known
