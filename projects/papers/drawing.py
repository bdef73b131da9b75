"""A certificate as PDF: text with an embedded font, and a QR code as rectangles."""

import io
from functools import cache, lru_cache
from importlib.resources import as_file, files
from typing import cast

import segno
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from projects.papers import layout
from projects.papers.layout import Line, Sheet, Weight
from projects.papers.wording import Wording

#: Source Serif Pro (SIL Open Font License): Latin, Greek and Cyrillic letters.
FONTS: dict[Weight, str] = {
    "regular": "SourceSerifPro-Regular",
    "bold": "SourceSerifPro-Semibold",
}
INK, ACCENT = (0.11, 0.14, 0.2), (0.07, 0.36, 0.47)
#: What stands for a text of which the font has no letter.
NOTHING = "–"


def pdf_of(wording: Wording) -> bytes:
    """Draw a certificate; the same words give the same bytes."""
    sheet = layout.arrange(wording, measure)
    made = io.BytesIO()
    canvas = Canvas(made, pagesize=(sheet.width, sheet.height), invariant=1, lang=wording.language)
    canvas.setTitle(wording.title)
    canvas.setAuthor(wording.course)
    canvas.setCreator("Classroom")
    _frame(canvas, sheet)
    canvas.setFillColorRGB(*INK)
    for line in sheet.lines:
        _write(canvas, line)
    canvas.setStrokeColorRGB(*INK)
    canvas.setLineWidth(0.6)
    for rule in sheet.rules:
        canvas.line(rule.x, rule.y, rule.x + rule.width, rule.y)
    _qr(canvas, f"{wording.address}{wording.code.replace('-', '')}/", sheet.code_at)
    canvas.showPage()
    canvas.save()
    return made.getvalue()


@lru_cache(maxsize=4096)
def measure(text: str, weight: Weight) -> float:
    """Return how wide a text is at a size of one point."""
    return float(pdfmetrics.stringWidth(text, _font(weight), 1))


def unknown_letters(text: str) -> str:
    """Return the letters of a text that the font lacks, each once."""
    known = _letters()
    return "".join(dict.fromkeys(letter for letter in layout.tidy(text) if ord(letter) not in known))


def written(text: str) -> str:
    """Return a text as it is drawn: without the letters that the font lacks, such as emoji."""
    missing = unknown_letters(text)
    known = "".join(letter for letter in layout.tidy(text) if letter not in missing)
    return " ".join(known.split()) or (NOTHING if missing else "")


def _write(canvas: Canvas, line: Line) -> None:
    canvas.setFont(_font(line.weight), line.size)
    draw = {"middle": canvas.drawCentredString, "start": canvas.drawString, "end": canvas.drawRightString}
    draw[line.anchor](line.x, line.y, line.text)


def _frame(canvas: Canvas, sheet: Sheet) -> None:
    canvas.setStrokeColorRGB(*ACCENT)
    for inset, width in ((layout.FRAME, 2.0), (layout.FRAME + 6, 0.6)):
        canvas.setLineWidth(width)
        canvas.rect(inset, inset, sheet.width - 2 * inset, sheet.height - 2 * inset)


def _qr(canvas: Canvas, link: str, at: tuple[float, float, float]) -> None:
    x, y, side = at
    matrix = segno.make(link, error="m", micro=False).matrix
    cell = side / len(matrix)
    path = canvas.beginPath()
    for row, modules in enumerate(matrix):
        for column, dark in enumerate(modules):
            if dark:
                path.rect(x + column * cell, y + side - (row + 1) * cell, cell, cell)
    canvas.drawPath(path, stroke=0, fill=1)


@cache
def _font(weight: Weight) -> str:
    name = FONTS[weight]
    with as_file(files("font_source_serif_pro") / "files" / f"{name}.ttf") as path:
        pdfmetrics.registerFont(TTFont(name, str(path)))
    return name


@cache
def _letters() -> frozenset[int]:
    """Return the letters that all weights in use have."""
    fonts = [cast("TTFont", pdfmetrics.getFont(_font(weight))) for weight in FONTS]
    known = [set(font.face.charToGlyph) for font in fonts]
    return frozenset(set.intersection(*known))
