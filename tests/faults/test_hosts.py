"""Hosts lose each other in the middle: web servers, graders and Redis, each on an address of its own."""

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.faults.hosts import PATIENCE, TIME_LIMIT, WEB, Hosts, RefusedError
from tests.faults.network import Network, UnavailableError
from tests.faults.test_database import open_folder, skip_or_fail
from tests.projects.factories import RIGHT
from tests.site import wait_until as wait_for

STUDENTS = 6
#: A right solution that takes five seconds to be graded, so that a cable can be pulled meanwhile.
SLOW = RIGHT.replace("def sigmoid(z):", "def sigmoid(z):\n    import time; time.sleep(0.5)")
assert SLOW != RIGHT

wait_until = partial(wait_for, seconds=PATIENCE)

ALL_AT_WORK = "SELECT bool_and(run > 0 AND graded_at IS NULL) FROM projects_submission WHERE id = ANY(%s)"
ONE_GRADED = "SELECT bool_or(graded_at IS NOT NULL) FROM projects_submission WHERE id = ANY(%s)"
ALL_GRADED = "SELECT bool_and(graded_at IS NOT NULL) FROM projects_submission WHERE id = ANY(%s)"


@pytest.fixture
def hosts():
    """The site on its hosts; the second web server's clock is two hours ahead."""
    if missing := [program for program in ("faketime", "setpriv") if shutil.which(program) is None]:
        skip_or_fail(f"not installed: {', '.join(missing)}")
    with ExitStack() as stack:
        try:
            network = stack.enter_context(Network())
        except UnavailableError as reason:  # such as a container of CI
            pytest.skip(str(reason))
        folder = Path(stack.enter_context(open_folder()))
        hosts = stack.enter_context(Hosts(network, folder))
        hosts.put_clock_forward("web-2", "+2h")
        hosts.start_all()
        yield hosts


@pytest.fixture
def pool(hosts):
    """Threads that are on the students' host, where the web servers can be reached."""
    with ThreadPoolExecutor(STUDENTS + 2, initializer=hosts.network.enter, initargs=["students"]) as pool:
        yield pool


class Story:
    """Students who save all the time, and what is done to the hosts meanwhile."""

    def __init__(self, hosts: Hosts, pool: ThreadPoolExecutor) -> None:
        self.hosts, self.pool = hosts, pool
        self.students = hosts.open_school(STUDENTS)
        self.handed_in: list[int] = []
        self.refused: list[str] = []

    @contextmanager
    def everybody_writes(self):
        """Let all save without end while the body runs."""
        stop = threading.Event()

        def write(student):
            while not stop.wait(0.1):
                try:
                    student.save()
                except RefusedError as error:
                    self.refused.append(str(error))

        writers = [self.pool.submit(write, student) for student in self.students]
        try:
            yield
        finally:
            stop.set()
            for writer in writers:
                writer.result()

    def wait_until_all_have_saved(self):
        """Wait until everybody has had two more answers acknowledged."""
        before = [student.saved for student in self.students]
        wait_until(
            lambda: all(s.saved >= b + 2 for s, b in zip(self.students, before, strict=True)),
            what="everybody to save again",
        )

    def wait_until_ready(self, *names):
        """Wait until these web servers would be sent people."""
        for name in names:
            wait_until(
                lambda name=name: self.pool.submit(self.hosts.is_ready, name).result(),
                what=f"{name} to be ready",
            )

    def hand_in(self, count, source):
        """Hand in by different students; return the hand-ins' numbers."""
        source += f"\n# {len(self.handed_in)}\n"
        jobs = [self.pool.submit(student.hand_in, source) for student in self.students[:count]]
        numbers = [job.result() for job in jobs]
        self.handed_in += numbers
        return numbers

    def keep_both_graders_busy(self):
        """Return two hand-ins that are being graded at this moment, one on each host."""

        def shared():  # a grader that has just come back may leave both to the other
            pair = self.hand_in(2, SLOW)
            wait_until(
                lambda: self.hosts.one(ALL_AT_WORK, pair) or self.hosts.one(ONE_GRADED, pair),
                what="a grader",
            )
            if self.hosts.one(ALL_AT_WORK, pair):
                return pair
            return self.wait_for_grades(pair)

        return wait_until(shared, what="the graders to share the work")

    def wait_for_grades(self, numbers):
        """Wait until these have their verdict."""
        wait_until(lambda: self.hosts.one(ALL_GRADED, numbers), what="grades")

    def runs(self, numbers):
        """Wait for their verdicts; return how often work on each was begun."""
        self.wait_for_grades(numbers)
        rows = self.hosts.read("SELECT run FROM projects_submission WHERE id = ANY(%s) ORDER BY run", numbers)
        return [run for (run,) in rows]


def test_hosts_that_lose_each_other_lose_no_answer_and_grade_once(hosts, pool):
    story = Story(hosts, pool)
    story.wait_until_ready(*WEB)
    started = [pool.submit(student.start, WEB[number % 2]) for number, student in enumerate(story.students)]
    for each in started:
        each.result()
    with story.everybody_writes():
        story.wait_until_all_have_saved()
        a_grader_is_cut_off(story)
        redis_is_cut_off(story)
    assert story.refused == []
    for student in story.students:
        rows = hosts.read(
            "SELECT seq FROM quizzes_answer WHERE attempt_id = %s ORDER BY seq", student.attempt
        )
        assert [seq for (seq,) in rows] == list(range(1, student.saved + 1))
    stored = [number for (number,) in hosts.read("SELECT id FROM projects_submission ORDER BY id")]
    assert set(story.handed_in) <= set(stored)
    story.wait_for_grades(stored)  # a slow web server may have been handed the same twice
    verdicts = hosts.read("SELECT submission, count(*) FROM verdict GROUP BY 1 ORDER BY 1")
    assert verdicts == [(number, 1) for number in stored]
    assert hosts.read("SELECT DISTINCT score FROM projects_submission") == [(100,)]
    the_databases_clock_decides(story)


def a_grader_is_cut_off(story):
    """What it was grading is graded by the other one; its own verdict comes too late and is refused."""
    network = story.hosts.network
    pair = story.keep_both_graders_busy()
    network.cut("grader-1")
    # Meanwhile the lease runs out.
    a_web_server_is_cut_off(story)
    web_servers_are_restarted_one_by_one(story)
    while (runs := story.runs(pair)) == [1, 1]:  # the cable was pulled a moment too late
        network.mend("grader-1")
        pair = story.keep_both_graders_busy()
        network.cut("grader-1")
    assert runs == [1, 2]
    network.mend("grader-1")
    story.wait_for_grades(story.keep_both_graders_busy())


def a_web_server_is_cut_off(story):
    """Everybody goes on at the other one, and comes back."""
    story.hosts.network.cut("web-1")
    wait_until(lambda: {student.host for student in story.students} == {"web-2"}, what="all to move")
    story.wait_until_all_have_saved()
    story.hosts.network.mend("web-1")
    story.wait_until_ready("web-1")

    def half_are_back():
        for student in story.students[::2]:
            student.host = "web-1"
        story.wait_until_all_have_saved()
        return [student.host for student in story.students] == [*WEB] * (STUDENTS // 2)

    wait_until(half_are_back)


def redis_is_cut_off(story):
    """Answers are saved and work is taken in; it is graded once Redis is back."""
    story.hosts.network.cut("redis")
    waiting = story.hand_in(2, RIGHT)
    story.wait_until_all_have_saved()
    story.hosts.network.mend("redis")
    story.wait_for_grades(waiting)


def web_servers_are_restarted_one_by_one(story):
    """As a deployment does it."""
    for name in WEB:
        story.hosts.stop(name)
        story.wait_until_all_have_saved()
        story.hosts.start(name)
        story.wait_until_ready(name)


def the_databases_clock_decides(story):
    """A web server whose clock is two hours ahead opens, closes and dates as the other one does."""
    hosts = story.hosts
    limits = hosts.read("SELECT DISTINCT extract(epoch FROM deadline - started_at) FROM quizzes_attempt")
    assert limits == [(TIME_LIMIT,)]
    ages = "SELECT extract(epoch FROM clock_timestamp() - received_at) AS age FROM quizzes_answer"
    [(newest, oldest)] = hosts.read(f"SELECT min(age), max(age) FROM ({ages}) AS ages")
    assert 0 <= newest <= oldest < TIME_LIMIT
    hosts.change("UPDATE quizzes_attempt SET deadline = clock_timestamp(), accepts_until = clock_timestamp()")
    late = story.pool.submit(story.students[0].save).exception()
    assert late.failures == dict.fromkeys(WEB, 409)
    assert hosts.one("SELECT count(*) FROM quizzes_answer") == sum(s.saved for s in story.students)
