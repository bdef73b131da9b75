"""A quiz that a class takes together: who is in the lobby, and what the wall shows."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from quizzes.models.quiz import Quiz


class Room(models.Model):
    """The live room of a quiz. Whether it is waiting, running or over follows from the quiz's times."""

    quiz = models.OneToOneField(Quiz, on_delete=models.CASCADE, related_name="room")
    #: Part of the address that everybody's page asks for news: 128 secret bits, since nobody signs in there.
    token = models.CharField(_("token"), max_length=32, unique=True)
    discussing = models.PositiveSmallIntegerField(
        _("question under discussion"), null=True, blank=True, help_text=_("The position of its slot.")
    )
    revealed = models.BooleanField(_("bars are shown"), default=False)
    leaders = models.BooleanField(_("leader board is shown"), default=False)

    class Meta:
        verbose_name = _("live room")
        verbose_name_plural = _("live rooms")

    def __str__(self) -> str:
        return str(self.quiz)


class Arrival(models.Model):
    """Somebody is in the lobby."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="arrivals")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    arrived_at = models.DateTimeField(_("arrived"))

    class Meta:
        verbose_name = _("arrival")
        verbose_name_plural = _("arrivals")
        ordering = ["room", "arrived_at"]
        constraints = [models.UniqueConstraint(fields=["room", "user"], name="arrived_once_a_room")]

    def __str__(self) -> str:
        return f"{self.user}, {self.room}"
