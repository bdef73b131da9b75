def test_sign_in_page_shows_without_errors(page):
    page.goto("/accounts/login/code/")
    assert page.title()
