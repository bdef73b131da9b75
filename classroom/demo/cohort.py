"""Forty made-up students and two teachers."""

import random
import unicodedata
from dataclasses import dataclass

from classroom.models import Course, Enrolment, Role, User

INSTRUCTOR = ("Mira Petersen", "mira.petersen@example.org")
ASSISTANT = ("Jonas Brandt", "jonas.brandt@example.org")

STUDENTS = """
Ada Okafor, Ben Lindqvist, Carla Weiss, Deniz Yılmaz, Elif Aydin, Finn Hansen, Greta Vogel,
Hassan Rahimi, Ines Duarte, Jakob Thiele, Kaja Nowak, Lena Brandt, Malik Diallo, Nora Jansen,
Oskar Friis, Paula Hoffmann, Quentin Moreau, Rosa Marino, Sami Haddad, Tilda Bergström, Umut Kaya,
Vera Sokolova, Wim de Boer, Xenia Pappas, Yuki Tanaka, Zoe Albrecht, Amara Nwosu, Bastian Krüger,
Chiara Conti, David Levin, Emma Schröder, Felix Maier, Hanna Sørensen, Ilias Georgiou, Julia Krause,
Karim Benali, Linh Tran, Marta Kowalska, Nils Petersen, Olivia Grant
"""


@dataclass(frozen=True)
class Student:
    """A made-up student: how able (0 to 1), how reliably present (0 to 1)."""

    user: User
    ability: float
    diligence: float


@dataclass(frozen=True)
class Cohort:
    """Everybody in the demo course."""

    instructor: User
    assistant: User
    students: list[Student]


def address(name: str) -> str:
    """Return a mail address for `name` in the domain reserved for examples (RFC 2606)."""
    letters = str.maketrans({"ø": "o", "ı": "i", "ö": "oe", "ü": "ue", "ä": "ae"})
    plain = unicodedata.normalize("NFKD", name.lower().translate(letters)).encode("ascii", "ignore").decode()
    return f"{plain.replace(' ', '.')}@example.org"


def enrol(course: Course, rng: random.Random) -> Cohort:
    """Create everybody and give them their roles."""
    instructor = _person(course, *INSTRUCTOR, Role.INSTRUCTOR)
    assistant = _person(course, *ASSISTANT, Role.ASSISTANT)
    students = [
        Student(
            _person(course, name, address(name), Role.STUDENT),
            ability=min(0.98, max(0.1, rng.gauss(0.68, 0.18))),
            diligence=min(1.0, max(0.35, rng.gauss(0.9, 0.12))),
        )
        for name in (part.strip() for part in STUDENTS.replace("\n", " ").split(","))
    ]
    return Cohort(instructor, assistant, students)


def _person(course: Course, name: str, email: str, role: Role) -> User:
    user = User.objects.filter(email=email).first() or User.objects.create_user(email, name=name)
    Enrolment.objects.create(course=course, user=user, role=role)
    return user
