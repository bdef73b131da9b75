"""What a file of questions says, before it is in the bank."""

from dataclasses import dataclass, field

from quizzes.kinds import Data


@dataclass(frozen=True)
class Picture:
    """A picture that came with a file; the draft's Markdown names it `![text](image:<name>)`."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Draft:
    """A question as a file gives it; texts are Markdown, `data` is what `quizzes.kinds` takes."""

    title: str
    kind: str
    body: str
    data: Data
    explanation: str = ""
    hints: tuple[str, ...] = ()
    points: float = 1.0
    penalty: float = 0.0
    category: str = ""
    tags: tuple[str, ...] = ()
    reference: str = ""
    pictures: tuple[Picture, ...] = ()
    #: Where it stands: the line in the file, and in a package the file.
    line: int = 0
    file: str = ""


@dataclass(frozen=True)
class Problem:
    """Something that was not understood, or was and looks wrong; `message` names the remedy."""

    message: str
    line: int = 0
    file: str = ""
    #: A warning's question is imported all the same.
    is_warning: bool = False


@dataclass
class Reading:
    """All that was found in a file: every question that was understood, every problem."""

    format: str
    drafts: list[Draft] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
