"""People, who sign in by e-mail."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

#: Guests have an account without a mailbox; RFC 2606 keeps this domain free for ever.
GUEST_DOMAIN = "guest.invalid"
#: Whoever was made anonymous has an address here; nothing can be sent to it, for the same reason.
NOBODY_DOMAIN = "anonymous.invalid"


class UserManager(BaseUserManager["User"]):
    """Creates people; e-mail addresses are stored in lower case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":  # noqa: ANN401 - any model field
        """Create a person; without a password only a mailed code, or a staff-shown one, signs in."""
        if not email:
            raise ValueError("A user needs an e-mail address: pass email='name@example.org'.")
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":  # noqa: ANN401 - any model field
        """Create a site administrator, who may do everything, the Django admin included."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def create_guest(self, key: str, name: str) -> "User":
        """Create somebody who takes part without an account; `key` makes an address that nobody reads."""
        return self.create_user(f"guest-{key}@{GUEST_DOMAIN}", name=name)

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find a person by e-mail address, whatever its case."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person. Courses give roles (see `Enrolment`); `is_superuser` is the site's administrator."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=150, blank=True)
    language = models.CharField(
        _("language"), max_length=8, blank=True, help_text=_("Empty: the browser's language decides.")
    )
    time_zone = models.CharField(
        _("time zone"), max_length=64, blank=True, help_text=_("Empty: times are shown in the course's zone.")
    )
    is_staff = models.BooleanField(_("may open the admin"), default=False)
    is_active = models.BooleanField(_("may sign in"), default=True)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now)
    unread_notices = models.PositiveIntegerField(
        _("unread notices"), default=0, db_default=0, editable=False, help_text="See classroom.notices."
    )
    anonymised_at = models.DateTimeField(_("anonymised"), null=True, blank=True)

    objects = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["name", "email"]
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_is_lower_case")
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def clean(self) -> None:
        """Bring the address to the one form in which it is stored."""
        self.email = self.email.strip().lower()

    @property
    def is_guest(self) -> bool:
        """Whether the person takes part without an account, signed in by nothing but a browser's session."""
        return self.email.endswith(f"@{GUEST_DOMAIN}")

    def get_full_name(self) -> str:
        """Return the name to show."""
        return str(self)

    def get_short_name(self) -> str:
        """Return the first name, or what stands before the @."""
        return self.name.split()[0] if self.name.strip() else self.email.split("@")[0]
