"""Tickets: every code is read again, however it is typed, and says nothing about the person."""

import re

from hypothesis import given
from hypothesis import strategies as st

from projects import tickets

NUMBERS = st.integers(1, 2**31)


@given(NUMBERS, NUMBERS)
def test_a_code_is_read_as_it_is_scanned_and_as_it_is_typed(event, user):
    code = tickets.code_of(event, user)
    typed = tickets.typed(code)
    for written in (code, typed, typed.lower(), f" {typed.replace('-', ' ')} ", code.lower()):
        assert tickets.read(written) == (event, code)


@given(st.text(max_size=40))
def test_any_text_is_read_or_is_no_ticket(text):
    found = tickets.read(text)
    assert found is None or found[1].startswith(f"CLASSROOM:{found[0]}:")


def test_codes_differ_by_person_event_and_secret(settings):
    codes = {tickets.code_of(event, user) for event in range(1, 30) for user in range(1, 30)}
    settings.SECRET_KEY = "another"
    codes |= {tickets.code_of(event, user) for event in range(1, 30) for user in range(1, 30)}
    assert len(codes) == 2 * 29 * 29


def test_a_code_holds_the_event_and_letters_of_the_small_qr_alphabet():
    code = tickets.code_of(7, 123456)
    assert re.fullmatch(r"CLASSROOM:7:[A-HJKMNP-Z2-9]{16}", code)
    assert "123456" not in code
    drawing = tickets.drawing_of(code)
    assert (drawing.startswith("<svg "), "CLASSROOM" in drawing) == (True, False)
    assert (len(tickets.digest_of(code)), code[-16:] in tickets.digest_of(code)) == (32, False)
