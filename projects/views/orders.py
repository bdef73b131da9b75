"""An order that a form sends: its items as they were seen, and the button that was pressed."""

from django.http import HttpRequest


def key(text: str) -> int | None:
    """Read the key of a row; None of what is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def sent(request: HttpRequest, name: str) -> list[int]:
    """Return the keys that were sent as `name`, one of them moved where `up` or `down` names it."""
    order = [pk for pk in map(key, request.POST.getlist(name)) if pk is not None]
    for button, step in (("up", -1), ("down", 1)):
        moved = key(request.POST.get(button, ""))
        if moved in order:
            at = order.index(moved)
            order.insert(max(0, at + step), order.pop(at))
    return order
