"""Questions as a file may hold them, made up: with every character that means something somewhere."""

from hypothesis import strategies as st

from quizzes.formats import Draft, Picture

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c626001000000ffff03000006000557"
    "bfabd40000000049454e44ae426082"
)
NASTY = [
    r"$\nabla L$",
    r"a{b}c",
    r"x=0, axis=0",
    r"~%50%y",
    r"#a",
    r"a # b",
    r"::",
    r"->",
    r"\n",
    r"\\",
    r"`a\b`",
    r"<b>&amp;</b>",
    r"&lt;",
    r"]]>",
    r"?>",
    r"$a_1 \cdot b^2$",
    r"$$\sum_{i=1}^n$$",
    r"**a** _b_",
    r"[x](http://y.z)",
    r"\( x \)",
    r"T",
    r"TRUE",
    r"*.*",
    r"%50%x",
    r"[html]z",
    r"@@PLUGINFILE@@/a",
    r"1.",
    r"- a",
    r"> a",
    r"=1+1",
    r"@x",
    r"+1",
    r"ü€漢😀",
    r"\"a\" 'b'",
    r"a;b,c",
    r"//c",
    r"{{ 7",
    r"{1:SA:=b}",
    r"\{",
    r"\}",
    r"::t::",
    r"{=a}",
    r"{T}",
    r"?>",
    r"<?markdown x?>",
    r"// [id:1]",
    r"￼",
    r"    code",
]

letters = st.characters(
    codec="utf-8", exclude_categories=("Cc", "Cs", "Co", "Cn", "Zl", "Zp"), exclude_characters="\ufeff"
)
line = st.one_of(
    st.sampled_from(NASTY),
    st.text(letters, min_size=1, max_size=12),
    st.text("\\{}~=#:%*`$<>&[]_|", min_size=1, max_size=8),
)
words = (
    st.lists(line, min_size=1, max_size=3).map(" ".join).map(lambda text: " ".join(text.split())).filter(bool)
)
markdown = st.lists(words, min_size=1, max_size=3).map("\n\n".join)
maybe = st.one_of(st.just(""), markdown)
share = st.one_of(
    st.sampled_from([1 / 3, 0.5, 0.25, 2 / 3, 1 / 7, -1 / 3, -1.0]),
    st.integers(-99, 99).map(lambda n: n / 100),
)
numbers = st.floats(-1e6, 1e6).filter(lambda n: n == 0 or abs(n) > 1e-6)


def without_empty(data):
    return {name: value for name, value in data.items() if value not in (None, "", False, [])}


def several(texts, least=2, most=4):
    return st.lists(
        texts, min_size=least, max_size=most, unique_by=lambda text: " ".join(text.split()).casefold()
    )


@st.composite
def single(draw, texts=markdown, said=maybe):
    chosen = draw(several(texts))
    right = draw(st.integers(0, len(chosen) - 1))
    options = []
    for place, text in enumerate(chosen):
        option = without_empty({"text": text, "feedback": draw(said)}) | {"right": place == right}
        if place != right and draw(st.booleans()) and (fraction := draw(share)):
            option["fraction"] = fraction
        options.append(option)
    return {"options": options}


@st.composite
def multiple(draw):
    texts = draw(several(markdown))
    rights = [draw(st.booleans()) for _text in texts]
    if not any(rights):
        rights[0] = True
    if all(rights):
        rights[-1] = False
    options = [
        without_empty({"text": text, "feedback": draw(maybe)}) | {"right": right}
        for text, right in zip(texts, rights, strict=True)
    ]
    return {"options": options} | draw(st.sampled_from([{}, {"all_or_nothing": True}]))


@st.composite
def true_false(draw):
    said = {"feedback_true": draw(maybe), "feedback_false": draw(maybe)}
    return without_empty(said) | {"right": draw(st.booleans())}


@st.composite
def numeric(draw, said=maybe, *, units=True):
    answers = [
        {"value": draw(numbers)}
        | without_empty({"feedback": draw(said), "absolute": draw(st.sampled_from([None, 0.5, 0.005, 2]))})
    ]
    if draw(st.booleans()):
        answers.append(
            {"value": draw(numbers), "fraction": draw(share)} | without_empty({"feedback": draw(said)})
        )
    unit = {"unit": draw(st.sampled_from(["MB", "°C", "m/s"]))} if units and draw(st.booleans()) else {}
    return {"answers": answers} | unit


@st.composite
def short_text(draw, texts=words, said=maybe):
    accepted = []
    for text in draw(several(texts.filter(lambda text: text.strip("* ")), least=1, most=3)):
        extra = without_empty({"feedback": draw(said)})
        if accepted and draw(st.booleans()):
            extra["fraction"] = draw(share)
        accepted.append({"text": text} | extra if extra else text)
    return {"accepted": accepted} | draw(st.sampled_from([{}, {"case": True}]))


@st.composite
def matching(draw):
    lefts = draw(several(markdown))
    pairs = [{"left": left, "right": draw(words)} for left in lefts]
    data = {"pairs": pairs}
    distractors = draw(st.lists(words, max_size=2))
    return data | ({"distractors": distractors} if distractors else {})


@st.composite
def ordering(draw):
    return {"items": draw(several(markdown))} | draw(
        st.sampled_from([{}, {"scoring": "exact"}, {"scoring": "positions"}])
    )


@st.composite
def cloze(draw):
    gaps = []
    for _place in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(["short_text", "numeric", "single"]))
        said = st.one_of(st.just(""), words)
        data = draw(
            {
                "short_text": short_text(words, said),
                "numeric": numeric(said, units=False),
                "single": single(words, said),
            }[kind]
        )
        gaps.append({"kind": kind, "data": data} | draw(st.sampled_from([{}, {"points": 3}])))
    return {"gaps": gaps}


@st.composite
def essay(draw):
    return draw(st.sampled_from([{}, {"lines": 7}, {"min_words": 5, "max_words": 50, "lines": 3}]))


@st.composite
def long_essay(draw):
    levels = [{"text": draw(words), "fraction": 0}, {"text": draw(words), "fraction": 1}]
    rubric = draw(st.sampled_from([[], [{"criterion": "Clear > true?", "weight": 2, "levels": levels}]]))
    texts = {"template": draw(maybe), "notes": draw(maybe), "rubric": rubric}
    return draw(essay()) | without_empty(texts)


DATA = {
    "single": single(),
    "multiple": multiple(),
    "true_false": true_false(),
    "numeric": numeric(),
    "short_text": short_text(),
    "matching": matching(),
    "ordering": ordering(),
    "cloze": cloze(),
    "essay": long_essay(),
}


@st.composite
def drafts(draw, data=DATA, *, hints=True, pictures=True):
    kind = draw(st.sampled_from(sorted(data)))
    details = draw(data[kind])
    body = draw(markdown)
    if kind == "cloze":
        body = body.replace("{{", "{") + "".join(
            f" {{{{{place}}}}} ," for place in range(1, len(details["gaps"]) + 1)
        )
    shown = ()
    if pictures and draw(st.booleans()):
        shown = (Picture("net.png", PNG),)
        body += "\n\n![a net](image:net.png)"
    return Draft(
        title=draw(words),
        kind=kind,
        body=body,
        data=details,
        explanation=draw(maybe),
        hints=tuple(draw(st.lists(markdown, max_size=2))) if hints else (),
        points=draw(st.sampled_from([1.0, 2.0, 0.5])),
        penalty=draw(st.sampled_from([0.0, 1 / 3, 0.1, 1.0])),
        category=draw(st.sampled_from(["", "Week 7/Pooling", "a: b = {c}"])),
        tags=tuple(draw(st.lists(words, max_size=2, unique=True))),
        reference=draw(st.sampled_from(["", "q-17", "a]b\\c"])),
        pictures=shown,
    )
