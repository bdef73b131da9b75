"""Forms of a page as a browser without script would send them."""

from html.parser import HTMLParser


class _Fields(HTMLParser):
    """The successful controls of the form with an id, in the order of the page; buttons are left out."""

    def __init__(self, form_id):
        super().__init__(convert_charrefs=True)
        self.form_id, self.inside = form_id, False
        self.sent, self.area, self.select = [], None, None

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            self.inside = given.get("id") == self.form_id
        if not self.inside:
            return
        name = given.get("name")
        if tag == "input" and name and given.get("type") != "file":
            if given.get("type") not in {"checkbox", "radio"} or "checked" in given:
                self.sent.append(
                    (name, given.get("value") or ("" if given.get("type") != "checkbox" else "on"))
                )
        elif tag == "textarea":
            self.area = (name, "")
        elif tag == "select":
            self.select = [name, None]
        elif tag == "option" and self.select and ("selected" in given or self.select[1] is None):
            self.select[1] = given.get("value", "")

    def handle_data(self, data):
        if self.area:
            self.area = (self.area[0], self.area[1] + data)

    def handle_endtag(self, tag):
        if tag == "form":
            self.inside = False
        if tag == "textarea" and self.area:
            # Browsers leave out the first line end, and send all of them as two characters.
            text = self.area[1].removeprefix("\n").replace("\r\n", "\n").replace("\n", "\r\n")
            self.sent.append((self.area[0], text))
            self.area = None
        if tag == "select" and self.select:
            self.sent.append(tuple(self.select))
            self.select = None


def fields_of(response, form_id="question-form"):
    """Return what the form of a response would send, as the test client takes it."""
    parser = _Fields(form_id)
    parser.feed(response.content.decode())
    found = {}
    for name, value in parser.sent:
        found.setdefault(name, []).append(value)
    found.pop("csrfmiddlewaretoken", None)
    return found
