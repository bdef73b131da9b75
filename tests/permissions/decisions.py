"""Who may open which address: the whole site on one page.

`DOORS` says what each role finds at a door: "in" (it is the view's to answer, whatever that is), the status
that keeps it out, or "sign" where a page to sign in comes first. `READS` and `WRITES` put every address at
the door that its view goes through, for GET and for POST; one that does not take a method is in one only.

A new address is put where its view's door is: `staff_seat` is "staff", `instructor_seat` "instructor" ...
"""

from django.core.files.base import ContentFile

ROLES = (
    *("signed_out", "stranger", "guest", "student", "viewer", "assistant", "instructor"),
    # Of the other course; of no course, but judging at the event; the site's administrator.
    *("student_elsewhere", "instructor_elsewhere", "judge", "superuser"),
)

_DOORS = """
               out  strgr guest stud view asst inst s_els i_els judge super
public         in   in    in    in   in   in   in   in    in    in    in
signed_in      sign in    in    in   in   in   in   in    in    in    in
administrator  sign 403   403   403  403  403  403  403   403   403   in
secret         404  404   404   404  404  404  404  404   404   404   404
secret_of_mine sign 404   404   404  404  404  404  404   404   404   404
everybody      sign 404   in    in   in   in   in   404   404   404   in
member         sign 404   404   in   in   in   in   404   404   404   in
shown          sign 404   404   in   in   in   in   404   404   in    in
staff          sign 404   404   403  in   in   in   404   404   404   in
grader         sign 404   404   403  403  in   in   404   404   404   in
instructor     sign 404   404   403  403  403  in   404   404   404   in
student        sign 404   404   in   403  403  403  404   404   404   403
taker          sign 404   in    in   403  403  403  404   404   404   403
owner          sign 404   in    in   404  404  404  404   404   404   404
own_student    sign 404   404   in   404  404  404  404   404   404   404
holder         sign 404   404   in   404  404  in   404   404   404   in
judge          sign 404   404   404  404  404  404  404   404   in    404
hidden_admin   sign 404   404   404  404  404  404  404   404   404   in
token          sign 404   404   in   404  404  404  404   404   404   404
saver          sign 403   in    in   403  403  403  403   403   403   403
"""
#: By door and role. A POST of a viewer is refused as such before anything else, see `decided`.
DOORS = {
    line.split()[0]: dict(zip(ROLES, line.split()[1:], strict=True))
    for line in _DOORS.strip().splitlines()[1:]
}
#: Doors that ask for no seat in a course, so that a viewer is like anybody else there.
WITHOUT_SEAT = {
    "public",
    "signed_in",
    "administrator",
    "secret",
    "secret_of_mine",
    "judge",
    "saver",
    "token",
    "hidden_admin",
}

READS = {
    "public": """
        account_request_login_code account_confirm_login_code account_inactive account_logout account_login
        api_docs check_certificates enter_course_code join_by_code ask_to_join
        api:openapi-json
        lti:login lti:launch lti:jwks lti:canvas lti:content
        projects:calendar_feed
    """,
    "signed_in": "own_data notices notice_settings home settings tokens lti:home api:me api:courses",
    "administrator": "new_course lti:platforms lti:new_platform lti:platform site_messages",
    # Who has the right secret is somewhere else already: these have a wrong one.
    "secret": """
        oidc_begin oidc_callback oidc_connect calendar_feed unsubscribe demo_sign_in join_by_link join
        check_certificate
        lti:register lti:welcome
        api:api-root api:nowhere
    """,
    "secret_of_mine": "lti:connect",
    "everybody": """
        api:quiz api:attempts
        quizzes:quiz quizzes:image quizzes:lobby quizzes:discussion quizzes:attempt_review
    """,
    "member": """
        calendar attendance grades grade_progress course weeks week material schedule announcements
        announcement
        api:course api:weeks api:week api:quizzes api:challenges api:challenge api:submissions api:hand_in
        api:submission api:source api:attempt api:gradebook api:grades
        quizzes:index
        projects:index projects:challenge projects:data_set projects:history projects:board
        projects:board_panel projects:examples_npz projects:examples_csv projects:submission projects:sheet
        projects:source projects:hackathon projects:event projects:registration_file projects:openings
        projects:announcements projects:help projects:help_panel projects:vote projects:schedule
        projects:schedule_print projects:schedule_versions projects:schedule_json projects:calendars
    """,
    "shown": """
        projects:gallery projects:gallery_project projects:project_picture projects:compare
        projects:notebook projects:notebook_file projects:gallery_json
    """,
    "staff": """
        attendance_csv roll attendance_history dashboard_panel this_week term quality rows rows_csv
        gradebook gradebook_data gradebook_student export_grades dashboard people people_csv
        course_messages
        api:people
        lti:course lti:scores
        quizzes:bank quizzes:question quizzes:room quizzes:wall quizzes:run quizzes:panel quizzes:run_next
        quizzes:extensions quizzes:results_csv quizzes:statistics quizzes:statistics_csv
        quizzes:misconceptions quizzes:question_statistics quizzes:grading
        projects:results projects:heat_panel projects:results_csv projects:sources projects:extensions
        projects:sources_panel projects:similar projects:side_by_side projects:regrade projects:regrade_panel
        projects:queue projects:queue_panel projects:participants projects:participants_csv projects:judging
        projects:judging_panel projects:marks projects:marks_csv projects:ranking projects:reviews
        projects:teams projects:staff_team projects:teams_panel projects:teams_csv
    """,
    "grader": """
        attendance_wall import_attendance write_to_student import_grades new_week edit_week new_topic
        edit_topic new_material edit_material new_session edit_session new_announcement edit_announcement
        quizzes:grade_item
        projects:letter projects:door projects:door_worker projects:door_people
    """,
    "instructor": """
        gradebook_setup new_grade_category grade_category new_grade_column grade_column delete_grade_column
        course_settings copy_course import_people accommodations entrances person groups new_group group
        lti:roster
        quizzes:import_questions quizzes:export_questions quizzes:question_new quizzes:question_trial
        quizzes:question_edit quizzes:quiz_new quizzes:edit quizzes:slots quizzes:slot_search
        quizzes:regrade quizzes:integrity quizzes:attempt_log
        projects:own_exercises projects:own_exercises_panel projects:own_exercise_source projects:hackathons
        projects:new_hackathon projects:edit_hackathon projects:publish_hackathon projects:edit_challenges
        projects:new_challenge projects:edit_challenge projects:edit_board projects:questions
        projects:new_question projects:edit_question projects:import_participants projects:new_announcement
        projects:edit_announcement projects:judge_conflicts projects:tracks projects:new_track
        projects:edit_track projects:rubric projects:new_criterion projects:edit_criterion projects:awards
        projects:new_award projects:edit_award projects:give_award projects:certificates projects:export
        projects:export_json projects:export_csv projects:package projects:package_panel
        projects:certificate_text projects:planning projects:add_session projects:pitches projects:session
        projects:rooms
    """,
    "student": """
        check_in
        projects:register projects:team projects:join_team projects:invitation projects:project
        projects:exhibits projects:enter_tracks projects:ask_to_join
    """,
    "taker": "quizzes:start",
    "owner": "quizzes:attempt quizzes:clock quizzes:attempt_done",
    "holder": "projects:certificate_pdf",
    "judge": "projects:judge projects:look",
    "hidden_admin": "erasure_requests",
}

WRITES = {
    "public": """
        appearance account_request_login_code account_confirm_login_code account_logout account_login
        join_by_code ask_to_join
        lti:login lti:launch lti:content
    """,
    "signed_in": """
        export_own_data ask_to_be_forgotten withdraw_erasure read_notices notice_settings settings tokens
        sign_out_elsewhere withdraw_request leave_student_view
    """,
    "administrator": """
        lti:invite lti:new_platform lti:platform lti:check_platform lti:close_platform
        new_course send_site_message
    """,
    "secret": """
        oidc_connect unsubscribe join_by_link join
        lti:register lti:chosen lti:welcome
        api:api-root api:nowhere
    """,
    "secret_of_mine": "lti:connect",
    "member": "renew_calendar shut_calendar projects:cast_ballot projects:renew_calendars",
    "grader": """
        mark_attendance mark_rest_absent import_attendance write_to_student gradebook_cell gradebook_mark
        import_grades new_week edit_week move_week new_topic edit_topic move_topic delete_topic new_material
        edit_material move_material publish_material delete_material new_session edit_session delete_session
        student_view new_announcement edit_announcement publish_announcement withdraw_announcement
        quizzes:grade_item quizzes:answer_look
        projects:letter projects:begin_regrade projects:apply_regrade projects:discard_regrade
        projects:grade_again projects:adjust projects:door_sync projects:check_in projects:admit
        projects:ask_for_sources projects:serve_help projects:review
    """,
    "instructor": """
        gradebook_setup gradebook_add_all new_grade_category grade_category delete_grade_category
        new_grade_column grade_column release_grade_column delete_grade_column move_in_gradebook delete_week
        course_settings archive_course unarchive_course copy_course add_people import_people accommodations
        make_invite_link revoke_invite_link renew_course_code switch_off_course_code take_enrolment_requests
        decide_enrolment_requests change_role remove_person show_code new_group group delete_group
        send_course_message
        lti:send_again lti:apply_roster lti:fetch_roster lti:disconnect
        quizzes:bank quizzes:categories quizzes:import_questions quizzes:question_new
        quizzes:question_preview quizzes:question_edit quizzes:question_copy quizzes:question_archive
        quizzes:question_delete quizzes:quiz_new quizzes:upload_image quizzes:room_invite quizzes:room_start
        quizzes:room_more_time quizzes:room_close quizzes:room_discuss quizzes:room_reveal
        quizzes:room_leaders quizzes:room_code quizzes:room_guest quizzes:post_link quizzes:open
        quizzes:close quizzes:release quizzes:publish quizzes:unpublish quizzes:edit quizzes:quiz_copy
        quizzes:quiz_delete quizzes:slots_arrange quizzes:slot_add quizzes:draw_add quizzes:slot_change
        quizzes:slot_move quizzes:slot_remove quizzes:section_add quizzes:section_change
        quizzes:section_move quizzes:section_remove quizzes:extend quizzes:extend_everybody
        quizzes:take_back quizzes:accommodate quizzes:regrade_begin quizzes:regrade_apply
        quizzes:regrade_discard quizzes:attempt_reopen
        projects:extend projects:take_extension_back projects:own_exercises projects:hand_out
        projects:new_hackathon projects:edit_hackathon projects:publish_hackathon projects:delete_hackathon
        projects:new_challenge
        projects:edit_challenge projects:move_challenge projects:remove_challenge projects:edit_board
        projects:close_board projects:reveal_board projects:new_question projects:edit_question
        projects:move_question projects:remove_question projects:import_participants projects:give_place
        projects:decline_registration projects:new_announcement projects:reminders
        projects:edit_announcement projects:withdraw_announcement projects:invite_judges
        projects:judge_conflicts projects:assign_judge projects:remove_judge projects:revoke_conflict
        projects:publish_ranking projects:new_track projects:edit_track projects:move_track
        projects:remove_track projects:new_criterion projects:edit_criterion projects:move_criterion
        projects:remove_criterion projects:new_award projects:publish_awards projects:edit_award
        projects:give_award projects:move_award projects:remove_award projects:withdraw_certificate
        projects:issue_certificate_again projects:issue_certificates projects:ask_for_certificates
        projects:ask_for_everything projects:certificate_text projects:release_schedule
        projects:restore_schedule projects:add_session projects:pitches projects:session
        projects:move_session projects:delete_session projects:rooms projects:remove_room
        projects:state_availability projects:forget_availability projects:add_member projects:take_out
        projects:merge_teams projects:end_team
    """,
    "student": """
        read_feedback check_in
        api:submissions api:hand_in
        projects:hand_in projects:choose projects:register projects:accept_offer
        projects:withdraw_registration projects:create_team projects:join_team projects:leave_team
        projects:hand_over projects:remove_member projects:dissolve_team projects:list_team projects:invite
        projects:revoke_invitation projects:invitation projects:decline_invitation projects:accept_request
        projects:decline_request projects:withdraw_request projects:seek_team projects:stop_seeking
        projects:ask_to_join projects:invite_seeker projects:renew_code projects:project
        projects:withdraw_project projects:ask_for_help projects:withdraw_help projects:add_picture
        projects:change_picture projects:put_notebook projects:remove_notebook projects:enter_tracks
    """,
    "taker": "quizzes:start",
    "owner": "quizzes:attempt quizzes:signals quizzes:hint quizzes:check quizzes:hand_in",
    "own_student": "quizzes:second_look",
    "token": "follow_notice revoke_token",
    "judge": "projects:order projects:conflict projects:next_project projects:look projects:skip",
    # The save has one statement for a door: it does not tell what is missing from what is another's.
    "saver": "quizzes:save",
    "hidden_admin": "export_person anonymise_person decline_erasure",
}

#: What is posted where an empty form would be refused before the door is reached.
BODIES = {
    "projects:ask_for_certificates": {"language": "en"},
    "gradebook_cell": {"value": "1", "seen": "0"},
    "gradebook_mark": {"value": "1", "seen": "0"},
    "api:submissions": {"file": ContentFile(b"a = 1", "a.py")},
    "api:hand_in": {"file": ContentFile(b"a = 1", "a.py")},
}
JSON_BODIES = {
    "quizzes:save": {"position": 1, "client": "tab", "seq": 1, "value": ["0"]},
    "quizzes:signals": {"away": []},
}
#: What is answered instead of "not found" where an object is another's: it does not tell them apart.
KEPT_OUT_BY = {"quizzes:save": "403"}
#: What still changes in a course that is archived, and why.
ARCHIVED_STILL = {
    "leave_student_view": "it changes nothing of the course",
    **dict.fromkeys(("renew_calendar", "shut_calendar"), "it is the person's own"),
    "unarchive_course": "it ends the archiving",
    "copy_course": "it makes another course",
}
#: What viewers change all the same: it is their own.
VIEWERS_STILL = {"renew_calendar", "shut_calendar"}
#: Placeholders that name no row of a course.
NO_ROWS = {
    *("slug", "kind", "language", "table", "version", "which", "rest", "position", "token", "state", "code"),
    *("subject", "what"),
}


def _named(table: dict[str, str]) -> dict[str, str]:
    """Return the door of each address."""
    found: dict[str, str] = {}
    for door, names in table.items():
        for name in names.split():
            assert name not in found, f"{name} is at two doors: {found[name]} and {door}"
            found[name] = door
    return found


READ, WRITTEN = _named(READS), _named(WRITES)


def door_of(name: str, method: str) -> str | None:
    """Return the door an address has for a method; None where it does not take it."""
    return (READ if method == "GET" else WRITTEN).get(name)


def decided(name: str, method: str, role: str) -> str:
    """Return what `role` finds: "in", or what keeps it out."""
    door = door_of(name, method)
    if door is None:
        return "405"
    found = DOORS[door][role]
    if method == "POST" and role == "viewer" and door not in WITHOUT_SEAT and name not in VIEWERS_STILL:
        return "403"  # who looks only hears that before anything else
    return "401" if name.startswith("api:") and found == "sign" else found
