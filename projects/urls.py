"""Addresses below /c/<slug>/."""

from django.urls import path

from projects.views import challenges, hackathon, judging, regrades, staff, submissions

app_name = "projects"

urlpatterns = [
    path("challenges/", challenges.index, name="index"),
    path("challenges/<int:pk>/", challenges.challenge, name="challenge"),
    path("challenges/<int:pk>/hand-in/", challenges.hand_in, name="hand_in"),
    path("challenges/<int:pk>/history/", challenges.past, name="history"),
    path("challenges/<int:pk>/results/", staff.results, name="results"),
    path("challenges/<int:pk>/results/panel/", staff.heat_panel, name="heat_panel"),
    path("challenges/<int:pk>/results.csv", staff.results_csv, name="results_csv"),
    path("challenges/<int:pk>/hand-ins.zip", staff.sources_zip, name="sources_zip"),
    path("challenges/<int:pk>/regrade/", regrades.begin, name="begin_regrade"),
    path("challenges/<int:pk>/letter/", staff.letter, name="letter"),
    path("challenges/<int:pk>/similar/", staff.similar, name="similar"),
    path("challenges/<int:pk>/similar/<int:first>/<int:second>/", staff.side_by_side, name="side_by_side"),
    path("regrades/<int:pk>/", regrades.regrade, name="regrade"),
    path("regrades/<int:pk>/panel/", regrades.panel, name="regrade_panel"),
    path("regrades/<int:pk>/apply/", regrades.apply, name="apply_regrade"),
    path("regrades/<int:pk>/discard/", regrades.discard, name="discard_regrade"),
    path("challenges/queue/", staff.queue, name="queue"),
    path("challenges/queue/panel/", staff.queue_panel, name="queue_panel"),
    path("submissions/<int:pk>/", submissions.submission, name="submission"),
    path("submissions/<int:pk>/sheet/", submissions.sheet, name="sheet"),
    path("submissions/<int:pk>/source/", submissions.source, name="source"),
    path("submissions/<int:pk>/choose/", submissions.choose, name="choose"),
    path("submissions/<int:pk>/grade-again/", submissions.grade_again, name="grade_again"),
    path("submissions/<int:pk>/adjust/", submissions.adjust, name="adjust"),
    path("hackathon/", hackathon.hackathon, name="hackathon"),
    path("hackathon/<int:pk>/", hackathon.hackathon, name="event"),
    path("hackathon/<int:pk>/team/", hackathon.team, name="team"),
    path("hackathon/<int:pk>/team/create/", hackathon.create_team, name="create_team"),
    path("hackathon/<int:pk>/team/join/", hackathon.join_team, name="join_team"),
    path("hackathon/<int:pk>/team/leave/", hackathon.leave_team, name="leave_team"),
    path("hackathon/<int:pk>/team/hand-over/", hackathon.hand_over, name="hand_over"),
    path("hackathon/<int:pk>/team/new-code/", hackathon.renew_code, name="renew_code"),
    path("hackathon/<int:pk>/project/", hackathon.project, name="project"),
    path("hackathon/<int:pk>/project/withdraw/", hackathon.withdraw_project, name="withdraw_project"),
    path("hackathon/<int:pk>/judge/", judging.judge, name="judge"),
    path("hackathon/<int:pk>/judge/order/", judging.order, name="order"),
    path("hackathon/<int:pk>/judge/conflict/", judging.conflict, name="conflict"),
    path("hackathon/<int:pk>/judging/", judging.judging, name="judging"),
    path("hackathon/<int:pk>/judging/add/", judging.add_judge, name="add_judge"),
    path("hackathon/<int:pk>/teams/", staff.teams, name="teams"),
    path("hackathon/<int:pk>/teams/panel/", staff.teams_panel, name="teams_panel"),
    path("hackathon/<int:pk>/teams.csv", staff.teams_csv, name="teams_csv"),
]
