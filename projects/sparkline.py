"""A learning curve as a small drawing."""

from collections.abc import Sequence

#: Size in the drawing's own units, with room for the line's width.
WIDTH, HEIGHT, EDGE = 160.0, 36.0, 2.0


def path(curve: Sequence[tuple[int, float | None]]) -> str:
    """Return an SVG path through (step, value); a value of None breaks the line. Empty: nothing to draw."""
    values = [value for _step, value in curve if value is not None]
    if len(values) < 2:
        return ""
    first, last = curve[0][0], curve[-1][0]
    low, high = min(values), max(values)
    words, pen_is_down = [], False
    for step, value in curve:
        if value is None:
            pen_is_down = False
            continue
        x = EDGE + (WIDTH - 2 * EDGE) * ((step - first) / (last - first) if last > first else 0.5)
        share = (value - low) / (high - low) if high > low else 0.5
        y = HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * share
        words.append(f"{'L' if pen_is_down else 'M'}{x:.1f} {y:.1f}")
        pen_is_down = True
    return "".join(words)
