"""What is shown of a notebook, and what a notebook may try."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects import notebook
from tests.pictures import SVG, file_of, png_that_says

ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def shown(*cells):
    return notebook.shown(json.dumps({"cells": list(cells)}).encode())


def code(*outputs, source="draw()"):
    return {"cell_type": "code", "source": source, "outputs": list(outputs)}


def drawn(content, kind="image/png", **more):
    return {"output_type": "display_data", "data": {kind: base64.b64encode(content).decode()} | more}


def test_cells_are_shown_with_what_they_printed_and_drew():
    found = shown(
        {"cell_type": "markdown", "source": ["# Tides\n", "of *Kiel*"]},
        code(
            {"output_type": "stream", "text": ["one\n"]},
            {"output_type": "stream", "text": "two\n"},
            drawn(file_of(), **{"text/plain": "<Figure>"}),
            {"output_type": "execute_result", "data": {"text/plain": "3", "text/html": "<b>3</b>"}},
        ),
        {"cell_type": "raw", "source": "as it is"},
        {"cell_type": "code", "source": "", "outputs": []},
    )
    (digest,) = found.pictures
    assert found.cells == [
        {"kind": "markdown", "text": "# Tides\nof *Kiel*", "outputs": []},
        {
            "kind": "code",
            "text": "draw()",
            "outputs": [
                {"kind": "text", "text": "one\ntwo\n"},
                {"kind": "picture", "digest": digest, "width": 40, "height": 30},
                {"kind": "text", "text": "3"},
            ],
        },
        {"kind": "raw", "text": "as it is", "outputs": []},
    ]
    assert found.left_out == 0


def test_terminals_words_are_read_as_a_terminal_shows_them():
    bar = {"output_type": "stream", "text": "10 %\r50 %\r100 %\r\nready\r\n"}
    failed = {"output_type": "error", "ename": "E", "evalue": "x", "traceback": ["\x1b[0;31mE\x1b[0m: x"]}
    link = {"output_type": "stream", "text": "\x1b]8;;https://evil.example\x07here\x1b]8;;\x07\x08\x00"}
    texts = [cell["outputs"][0]["text"] for cell in shown(code(bar), code(failed), code(link)).cells]
    assert texts == ["100 %\nready\n", "E: x", "here"]


@pytest.mark.parametrize(
    "output",
    [
        {"output_type": "display_data", "data": {"text/html": "<script>alert(1)</script>"}},
        {"output_type": "display_data", "data": {"application/javascript": "alert(1)"}},
        {"output_type": "display_data", "data": {"image/svg+xml": SVG.decode()}},
        drawn(SVG),
        drawn(SVG, "image/svg+xml"),
        drawn(b"<!doctype html><script>alert(1)</script>"),
        drawn(png_that_says(20_000, 20_000)),
        drawn(file_of(size=(2100, 2000))),
        {"output_type": "display_data", "data": {"image/png": "not base64 \u2603"}},
        {"output_type": "display_data", "data": {"image/png": {"a": 1}}},
    ],
)
def test_what_is_neither_text_nor_picture_is_left_out(output):
    found = shown(code(output))
    assert (found.cells[0]["outputs"], found.pictures, found.left_out > 0) == ([], {}, True)


def test_pictures_are_written_anew():
    found = shown(code(drawn(file_of("JPEG", comment=b"secret") + b"<script>", "image/jpeg")))
    (picture,) = found.pictures.values()
    assert (picture.media_type, b"secret" in picture.content, b"<script>" in picture.content) == (
        "image/jpeg",
        False,
        False,
    )


def test_there_is_an_end_to_everything():
    broken = drawn(b"no picture")
    many = [code(*[broken] * 10) for _ in range(4)]
    found = shown(*many, code(drawn(file_of())))
    assert (found.pictures, found.left_out >= 41) == ({}, True)
    found = shown(*[code(source="x" * 30_000) for _ in range(400)])
    assert len(found.cells) <= notebook.MAX_CELLS
    assert max(len(cell["text"]) for cell in found.cells) == notebook.MAX_CELL_LETTERS + 1
    assert sum(len(cell["text"]) for cell in found.cells) <= notebook.MAX_LETTERS + notebook.MAX_CELLS
    found = shown(code(*[{"output_type": "stream", "text": "y" * 9000}] * 50))
    assert sum(len(output["text"]) for output in found.cells[0]["outputs"]) <= 20 * (
        notebook.MAX_OUTPUT_LETTERS + 1
    )


OUTPUT = st.fixed_dictionaries({"output_type": ANY, "data": ANY, "text": ANY})
CELL = st.fixed_dictionaries(
    {"cell_type": st.sampled_from(["code", "markdown"]), "source": ANY, "outputs": ANY | st.lists(OUTPUT)}
)


@given(cells=st.lists(ANY | CELL))
def test_whatever_is_in_it_can_be_stored(cells):
    found = notebook.shown(json.dumps({"cells": cells}).encode())
    stored = json.dumps(found.cells, ensure_ascii=False)
    assert "\\u0000" not in stored
    stored.encode()
