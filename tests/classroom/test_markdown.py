import multiprocessing
import re
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser

import pytest

from classroom import formulas
from classroom.markdown import python, to_html

installed = pytest.mark.skipif(not formulas._typesetter(), reason="Temml is not installed: npm ci")


class Elements(HTMLParser):
    """The tags and attribute names of a piece of HTML."""

    def __init__(self):
        super().__init__()
        self.tags, self.attributes = [], set()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}


def mathml(html):
    return re.findall(r"<math.*?</math>", html, re.DOTALL)


def words(html):
    return re.sub(r"<[^>]+>", "", html).strip()


@installed
def test_formula_in_the_line_becomes_mathml():
    assert to_html("For $m$ examples.") == "<p>For <math><mi>m</mi></math> examples.</p>\n"


@installed
def test_formula_on_its_own_lines_may_hold_what_markdown_would_take_for_a_list():
    html = to_html("Then\n\n$$\n\\begin{aligned} a &= b \\\\\n- c &= d \\end{aligned}\n$$\n\nand so on.")
    assert len(mathml(html)) == 1
    assert html.startswith('<p>Then</p>\n<p><span class="formula"><math display="block"')
    assert html.endswith("<p>and so on.</p>\n")


@pytest.mark.parametrize(
    "text", ["It costs $5 or $6.", "A lone $ sign", "\\$x\\$", "`$x$`", "$ x $", "$$", "$$ $$ and more"]
)
def test_dollar_signs_that_mean_money_stay(text):
    html = to_html(text)
    assert mathml(html) == []
    assert words(html) == text.replace("\\", "").replace("`", "")


@installed
def test_long_formula_is_rendered():
    # QuickJS builds such results as ropes, which its binding cannot return as they are.
    tex = r"\begin{cases} 1 & x > 0 \\ 0 & \text{else} \end{cases}"
    assert "<mtext>else</mtext>" in formulas.html(tex, display=True)


@installed
@pytest.mark.parametrize(
    "tex",
    [
        r"\frac{\partial L}{\partial W^{[1]}} = \frac{1}{m} \sum_{i=1}^m \hat y_i",
        r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix} \color{red}{x} \boxed{y} \raisebox{1em}{z} \tag{1}",
        r"\left(\begin{array}{c|c} 1 & 2 \\ \hline 3 & 4 \end{array}\right) \cancel{x} \bcancel{y}",
    ],
)
def test_formulas_carry_no_inline_style(tex):
    html = formulas.html(tex, display=True)
    assert len(mathml(html)) == 1
    elements = Elements()
    elements.feed(html)
    assert "style" not in elements.attributes


@installed
def test_colour_survives_as_an_attribute():
    assert 'mathcolor="#ff0000"' in formulas.html(r"\color{red}{x}")


@installed
@pytest.mark.parametrize(
    "tex",
    [
        r"\text{<script>alert(1)</script>}",
        r"\href{javascript:alert(1)}{x}",
        r"\class{x\" onclick=\"alert(1)}{y}",
        r"\style{background:url(//example.org)}{x}",
        r"\includegraphics{//example.org/x.png}",
        r"\text{</mtext><img src=x onerror=alert(1)>}",
        r"\color{red\" onclick=\"alert(1)}{x}",
        r"\data{a=1\" onload=\"x}{y}",
    ],
)
def test_hostile_formulas_are_harmless(tex):
    html = formulas.html(tex)
    elements = Elements()
    elements.feed(html)
    assert [tag for tag in elements.tags if tag not in {"code", "span", "math"} and tag[0] != "m"] == []
    assert elements.attributes & {"href", "src", "style", "onclick", "onerror", "onload"} == set()


@installed
@pytest.mark.parametrize("tex", [r"\frac{", r"\nosuchcommand", r"\def\x{\x\x}\x", "{" * 3000, "x" * 5000])
def test_formula_that_cannot_be_read_is_shown_as_tex_with_the_reason(tex):
    html = formulas.html(tex)
    assert html.startswith('<code class="formula--raw" data-tone="bad" title="')
    assert formulas.html("x") == "<math><mi>x</mi></math>"  # and the next one is fine


@installed
def test_formulas_are_typeset_from_many_threads():
    with ThreadPoolExecutor(16) as pool:
        results = list(pool.map(lambda n: formulas.html(f"x_{{{n}}}"), range(200)))
    assert [re.findall(r"<mn>(\d+)</mn>", html.replace("</mn><mn>", "")) for html in results] == [
        [str(n)] for n in range(200)
    ]


def _typeset_in_child(queue):
    queue.put(formulas.html("x"))


@installed
def test_formulas_are_typeset_in_a_forked_worker():
    formulas.html("y")
    fork = multiprocessing.get_context("fork")
    queue = fork.Queue()
    child = fork.Process(target=_typeset_in_child, args=(queue,))
    child.start()
    assert queue.get(timeout=10) == "<math><mi>x</mi></math>"
    child.join(10)


def test_without_temml_the_tex_is_shown(settings, tmp_path, monkeypatch):
    settings.NODE_MODULES = tmp_path
    monkeypatch.setattr(formulas, "_typesetters", {})
    assert formulas.html("a < b") == '<code class="formula--raw">a &lt; b</code>'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"),
        ("<b onclick='x'>bold</b>", "<p>&lt;b onclick='x'&gt;bold&lt;/b&gt;</p>\n"),
        (
            "![a picture](https://example.org/x.png)",
            '<p><a href="https://example.org/x.png" rel="noopener">a picture</a></p>\n',
        ),
        ("![local](/media/x.png)", '<p><img src="/media/x.png" alt="local"></p>\n'),
        ("# Title", "<h3>Title</h3>\n"),
        ("#### Deep", "<h6>Deep</h6>\n"),
        ("~~old~~ *new*", "<p><s>old</s> <em>new</em></p>\n"),
        ("\ue0000\ue001 $", "<p>0 $</p>\n"),
    ],
)
def test_markdown_is_safe_and_fits_the_page(text, html):
    assert to_html(text) == html


def test_link_with_a_script_is_no_link():
    assert to_html("[x](javascript:alert(1))") == "<p>[x](javascript:alert(1))</p>\n"


def test_inline_markdown_has_no_paragraph():
    assert to_html("**two** words", inline=True) == "<strong>two</strong> words"


def test_code_is_coloured_by_classes():
    assert to_html("```python\nimport os\n```") == (
        '<pre class="highlight" tabindex="0"><code><span class="kn">import</span><span class="w"> </span>'
        '<span class="nn">os</span>\n</code></pre>\n'
    )
    assert python("a < b").startswith('<pre class="highlight" tabindex="0"><code><span class="n">a</span>')


def test_code_of_an_unknown_language_is_plain():
    assert to_html("```nolanguage\na < b\n```").endswith("<code>a &lt; b\n</code></pre>\n")
