"""What the demo's teams show: data of a challenge, a picture and a notebook, and what the reviewers said."""

import base64
import json
import math
from datetime import datetime, timedelta
from io import BytesIO

from PIL import Image, ImageDraw

from classroom.demo.cohort import Cohort
from classroom.demo.course import content
from projects import services
from projects.models import Hackathon, Project
from projects.services.challenges import equip

#: What the reviewers want of the project that lacks something.
WANTED = "Please say in the abstract what you compare it with."
#: The notebook's two cells.
WORDS = r"""# Clean digits

The loss is $E = \frac{1}{2m} \sum \lVert \hat{x} - x \rVert^2$."""
CODE = """for epoch in range(1, 21):
    loss = step(X, noisy(X), parameters)  # one pass over all digits
    if epoch in (1, 20):
        print(f"epoch {epoch}: {loss:.3f}")"""


def equip_challenges(hackathon: Hackathon, cohort: Cohort, now: datetime) -> None:
    """Let the assistant mentor the challenges, and give one its data."""
    files = [challenge.get("data") for challenge in content("hackathon")["challenges"]]
    for challenge, name in zip(hackathon.challenges.order_by("position"), files, strict=True):
        data = (name, _tides().encode()) if name else None
        extras = services.Extras(mentors=[cohort.assistant], data=data)
        equip(challenge=challenge, extras=extras, now=now)


def show_work(hackathon: Hackathon, cohort: Cohort) -> None:
    """Let the first team show a picture and a notebook; all but two projects are approved.

    The approvals are written without their letters: nobody of the class has a mailbox.
    """
    first, *others, lacking, _waiting = Project.objects.filter(team__hackathon=hackathon).order_by("pk")
    later = first.registered_at + timedelta(minutes=30)
    drawing = _drawing()
    alt = "Two digits: with noise, and as the network repairs them"
    services.add_picture(project=first, content=drawing, alt=alt, now=later)
    services.put_notebook(project=first, filename="clean_digits.ipynb", source=_notebook(drawing), now=later)
    approved = Project.objects.filter(pk__in=[first.pk, *(project.pk for project in others)])
    approved.update(approved_at=later, reviewed_by=cohort.assistant)
    Project.objects.filter(pk=lacking.pk).update(
        changes_wanted_at=later, reviewed_by=cohort.assistant, review_words=WANTED
    )


def _tides() -> str:
    """Write a made-up table of tides: two waves whose periods are those of moon and sun, in hours."""
    levels = [
        (hour, 0.12 * math.sin(math.tau * hour / 12.42) + 0.05 * math.sin(math.tau * hour / 12))
        for hour in range(240)
    ]
    return "".join(["hour,metres\n", *(f"{hour},{level:.3f}\n" for hour, level in levels)])


def _drawing() -> bytes:
    """Draw a digit with noise and without it, as squares."""
    picture = Image.new("L", (384, 192), 255)
    pen = ImageDraw.Draw(picture)
    for row in range(8):
        for column in range(8):
            stroke = (row in {1, 6} and 2 <= column <= 5) or (column in {2, 5} and 1 <= row <= 6)
            grain = (row * 37 + column * 59) % 64
            for left, shade in ((0, (40 if stroke else 200) + grain - 32), (192, 30 if stroke else 235)):
                corner = (left + column * 24, row * 24)
                pen.rectangle((*corner, corner[0] + 22, corner[1] + 22), fill=shade)
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def _notebook(drawing: bytes) -> bytes:
    said = {"output_type": "stream", "name": "stdout", "text": ["epoch 1: 0.213\n", "epoch 20: 0.047\n"]}
    drawn = {
        "output_type": "display_data",
        "metadata": {},
        "data": {"image/png": base64.b64encode(drawing).decode()},
    }
    cells = [
        {
            "cell_type": "markdown",
            "metadata": {},
            "source": WORDS,
        },
        {
            "cell_type": "code",
            "metadata": {},
            "execution_count": 1,
            "source": CODE,
            "outputs": [said, drawn],
        },
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}).encode()
