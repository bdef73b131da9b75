"""What the sandbox raises; nothing a student's code does is among it."""


class IsolationUnavailable(RuntimeError):  # noqa: N818 - reads as the state it names, like StopIteration
    """The machine cannot isolate student code. The message names the missing part and the remedy."""


class SandboxCrashed(RuntimeError):  # noqa: N818 - as above
    """The sandbox itself failed (zygote gone, no descriptor left, ...): grade again, it costs no try."""
