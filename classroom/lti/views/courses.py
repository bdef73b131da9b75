"""What a course has to do with platforms: for its staff."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from classroom import clock
from classroom.lti import access, enrolling, queries


@never_cache
@require_GET
def course(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the platforms' courses that are connected, and what is linked in them."""
    seat = access.platforms_to_see(request, slug)
    context = {"seat": seat, "contexts": queries.contexts_of(seat.course, clock.now())}
    return render(request, "lti/course.html", context)


@require_POST
def disconnect(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Disconnect a platform's course."""
    seat, context = access.context_to_manage(request, slug, pk)
    enrolling.disconnect_course(context=context, by=seat.user, now=clock.now())
    messages.success(request, _("%(context)s is no longer connected.") % {"context": context})
    return redirect("lti:course", slug)
