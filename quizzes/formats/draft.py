"""What a file of questions says, before it is in the bank."""

import re
from dataclasses import dataclass, field

from quizzes.kinds import Data

MAX_TITLE = 200


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
    #: The file as a whole could not be read.
    is_unreadable: bool = False

    def refuse(self, message: str, line: int = 0, file: str = "") -> None:
        """Note what could not be understood."""
        self.problems.append(Problem(message, line, file))

    def warn(self, message: str, line: int = 0, file: str = "") -> None:
        """Note what was understood and looks wrong."""
        self.problems.append(Problem(message, line, file, is_warning=True))

    def give_up(self, message: str, line: int = 0) -> None:
        """Note why the file as a whole cannot be read."""
        self.is_unreadable = True
        self.refuse(message, line)

    @property
    def has_errors(self) -> bool:
        """Whether something in it was not understood."""
        return any(not problem.is_warning for problem in self.problems)


class Unreadable(Exception):  # noqa: N818 - reads as what happened
    """A file, or one question in it, that cannot be understood: the reason and the remedy."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.message, self.line = message, line


def title_of(title: str, body: str) -> str:
    """Return the question's title, or where there is none the beginning of what it asks."""
    title = " ".join(title.split())
    if not title:
        words = re.sub(r"!\[([^\]]*)\]\([^)]*\)", r"\1", body)
        title = " ".join(re.sub(r"[*`#>]+|\\(?=\W)", "", words).split())
        title = title if len(title) <= 80 else title[:79].rstrip() + "…"
    return title[:MAX_TITLE]
