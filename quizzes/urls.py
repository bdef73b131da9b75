"""Addresses of the quizzes, below /c/<course>/quizzes/."""

from django.urls import path

from quizzes.views import (
    bank,
    grading,
    images,
    integrity,
    questions,
    regrades,
    running,
    statistics,
    taking,
    writing,
)

app_name = "quizzes"

urlpatterns = [
    path("", taking.index, name="index"),
    path("bank/", bank.bank, name="bank"),
    path("bank/categories/", bank.categories, name="categories"),
    path("bank/new/", questions.question_new, name="question_new"),
    path("bank/preview/", questions.question_preview, name="question_preview"),
    path("bank/trials/<str:token>/", questions.question_trial, name="question_trial"),
    path("bank/<int:pk>/", questions.question, name="question"),
    path("bank/<int:pk>/edit/", questions.question_edit, name="question_edit"),
    path("bank/<int:pk>/copy/", questions.question_copy, name="question_copy"),
    path("bank/<int:pk>/archive/", questions.question_archive, name="question_archive"),
    path("bank/<int:pk>/delete/", questions.question_delete, name="question_delete"),
    path("images/", images.upload_image, name="upload_image"),
    path("images/<str:digest>/", images.image, name="image"),
    path("<int:pk>/", taking.quiz, name="quiz"),
    path("<int:pk>/start/", taking.start, name="start"),
    path("<int:pk>/run/", running.run, name="run"),
    path("<int:pk>/run/panel/", running.panel, name="panel"),
    path("<int:pk>/open/", running.open_, name="open"),
    path("<int:pk>/close/", running.close, name="close"),
    path("<int:pk>/release/", running.release, name="release"),
    path("<int:pk>/extend/", running.extend, name="extend"),
    path("<int:pk>/results.csv", running.results_csv, name="results_csv"),
    path("<int:pk>/statistics/", statistics.statistics, name="statistics"),
    path("<int:pk>/statistics.csv", statistics.statistics_csv, name="statistics_csv"),
    path("<int:pk>/statistics/misconceptions/", statistics.misconceptions, name="misconceptions"),
    path(
        "<int:pk>/statistics/<int:question_pk>/", statistics.question_statistics, name="question_statistics"
    ),
    path("<int:pk>/grading/", grading.grading, name="grading"),
    path("<int:pk>/grading/again/", regrades.begin, name="regrade_begin"),
    path("regrades/<int:pk>/", regrades.regrade, name="regrade"),
    path("regrades/<int:pk>/apply/", regrades.apply, name="regrade_apply"),
    path("regrades/<int:pk>/discard/", regrades.discard, name="regrade_discard"),
    path("answers/<int:pk>/grade/", grading.grade_item, name="grade_item"),
    path("answers/<int:pk>/look/", grading.answer_look, name="answer_look"),
    path("answers/<int:pk>/second-look/", grading.second_look, name="second_look"),
    path("<int:pk>/signals/", integrity.integrity, name="integrity"),
    path("attempts/<int:pk>/", taking.attempt, name="attempt"),
    path("attempts/<int:pk>/log/", integrity.attempt_log, name="attempt_log"),
    path("attempts/<int:pk>/answers/", writing.save, name="save"),
    path("attempts/<int:pk>/clock/", writing.attempt_clock, name="clock"),
    path("attempts/<int:pk>/signals/", writing.signals, name="signals"),
    path("attempts/<int:pk>/questions/<int:position>/hint/", writing.hint, name="hint"),
    path("attempts/<int:pk>/questions/<int:position>/check/", writing.check, name="check"),
    path("attempts/<int:pk>/hand-in/", taking.hand_in, name="hand_in"),
    path("attempts/<int:pk>/done/", taking.attempt_done, name="attempt_done"),
    path("attempts/<int:pk>/reopen/", taking.attempt_reopen, name="attempt_reopen"),
    path("attempts/<int:pk>/review/", taking.attempt_review, name="attempt_review"),
]
