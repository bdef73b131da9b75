"""axe-core finds nothing on any page, in both schemes and widths, and nothing is wider than the screen."""

import pytest

from tests.browser import axe

LOOKS = [
    pytest.param(
        {"viewport": {"width": width, "height": 844}, "color_scheme": scheme}, id=f"{width}-{scheme}"
    )
    for width in (390, 1280)
    for scheme in ("light", "dark")
]


def faults(page, addresses):
    """Visit the pages and list what is wrong with each."""
    found = []
    for address in addresses:
        page.goto(address)
        page.wait_for_load_state("networkidle")
        found += [f"{address}: {fault}" for fault in axe(page)]
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(f"{address}: wider than the screen")
    return found


@pytest.mark.parametrize("look", LOOKS)
def test_pages_for_everybody_are_accessible(open_page, look):
    page = open_page(reduced_motion="reduce", **look)
    assert (
        faults(page, ["/accounts/login/code/", "/accounts/login/", "/nowhere/", "/styleguide/?errors&toast"])
        == []
    )
