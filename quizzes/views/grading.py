"""What people grade: essays by their rubric, second looks, points by hand."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from classroom import clock
from quizzes import access
from quizzes.errors import Refused
from quizzes.forms.grading import AnswerForm, LookForm, MarkForm, RegradeForm
from quizzes.models import AttemptItem, Regrade, SecondLook
from quizzes.queries import grading as queries
from quizzes.review import reviewed_questions
from quizzes.services import marking, settle


@require_GET
@never_cache
def grading(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show what waits for a person, and let a mended key be applied to what was handed in."""
    seat, quiz = access.quiz_for_staff(request, slug, pk)
    settle(quiz=quiz, now=clock.now())
    keys = [
        (row, RegradeForm(initial={"version": row.newest_id}, auto_id=f"key-{row.question_id}-%s"))
        for row in queries.key_rows(quiz=quiz)
    ]
    context = {
        "seat": seat,
        "quiz": quiz,
        "by_hand": queries.hand_rows(quiz=quiz),
        "for_worker": queries.waiting_for_worker(quiz=quiz),
        "looks": queries.look_rows(quiz=quiz),
        "keys": keys,
        "regrades": Regrade.objects.filter(quiz=quiz).select_related("version__question", "created_by"),
    }
    return render(request, "quizzes/grading.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
def grade_item(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show one answer and take points for it; the next one that waits comes after."""
    _seat, item = access.item_for_grader(request, slug, pk)
    form = MarkForm(request.POST or None, item=item)
    if request.method == "POST" and form.is_valid():
        try:
            marking.grade_item(
                item=item, judgement=form.judgement(), seen=form.seen_at(), by=_seat.user, now=clock.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return _onward(slug, item)
    return _item_page(request, item, form, AnswerForm())


@require_POST
def answer_look(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Answer a student's request for a second look."""
    seat, item = access.item_for_grader(request, slug, pk)
    form = AnswerForm(request.POST)
    look = SecondLook.objects.select_related("item__attempt__quiz__course", "item__attempt__user").filter(
        item=item
    )
    if form.is_valid():
        try:
            marking.answer_second_look(
                look=look.get(), answer=form.cleaned_data["answer"], by=seat.user, now=clock.now()
            )
        except SecondLook.DoesNotExist:
            messages.error(request, _("This student has not asked for a second look."))
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The student sees your answer, and gets it by e-mail."))
        return redirect("quizzes:grading", slug, item.attempt.quiz_id)
    return _item_page(request, item, MarkForm(item=item), form)


@require_POST
def second_look(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take a student's request for a second look at an answer of their own."""
    now = clock.now()
    _seat, item = access.own_reviewed_item(request, slug, pk, now)
    form = LookForm(request.POST)
    try:
        if not form.is_valid():
            raise Refused(" ".join(str(e) for errors in form.errors.values() for e in errors))
        marking.ask_second_look(item=item, text=form.cleaned_data["text"], now=now)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Your instructors have it. The answer appears here."))
    return redirect("quizzes:attempt_review", slug, item.attempt_id)


def _onward(slug: str, item: AttemptItem) -> HttpResponseRedirect:
    following = queries.neighbours(item=item).next_waiting_id
    if following is None:
        return redirect("quizzes:grading", slug, item.attempt.quiz_id)
    return redirect("quizzes:grade_item", slug, following)


def _item_page(
    request: HttpRequest, item: AttemptItem, form: MarkForm, answer_form: AnswerForm
) -> HttpResponse:
    context = {
        "item": item,
        "quiz": item.attempt.quiz,
        "attempt": item.attempt,
        "question": next(q for q in reviewed_questions(item.attempt) if q.position == item.position),
        "look": SecondLook.objects.select_related("answered_by").filter(item=item).first(),
        "form": form,
        "answer_form": answer_form,
        "around": queries.neighbours(item=item),
    }
    refused = form.errors or answer_form.errors
    return render(request, "quizzes/grade_item.html", context, status=422 if refused else 200)
