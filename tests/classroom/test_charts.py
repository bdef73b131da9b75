import json
import re
from datetime import UTC, datetime
from html import unescape

from django.template import Context, Template
from django.utils import translation

from classroom.charts import Chart, Kind


def drawn(chart):
    return Template("{% load charts %}{% chart chart %}").render(Context({"chart": chart}))


def test_chart_says_its_numbers_as_a_table_and_to_the_browser():
    html = drawn(Chart(Kind.BARS, "Scores", "Points", "Students", [("0–1", 3), ("</script>", None)]))
    assert re.findall(r"<td[^>]*>([^<]*)</td>", html) == ["0–1", "3", "&lt;/script&gt;", "–"]
    specification = json.loads(unescape(re.search(r'data-chart="(.*?)"', html)[1]))
    assert specification["points"] == [["0–1", 3], ["</script>", None]]
    assert specification["kind"] == "bars"


def test_numbers_leave_with_a_point_in_every_language():
    with translation.override("de"):
        html = drawn(Chart(Kind.LINES, "Kosten", "Epoche", "Kosten", [(0, 0.69), (1, None)]))
    assert re.findall(r'data-value="([^"]*)">([^<]*)<', html) == [("0.69", "0,69"), ("", "–")]


def test_chart_with_series_names_them():
    html = drawn(Chart(Kind.LINES, "Cost", "Epoch", "Cost", [(0, 0.69, "rate 0.1"), (0, 0.7, "rate 1")]))
    assert re.findall(r"<td[^>]*>([^<]*)</td>", html) == ["0", "rate 0.1", "0.69", "0", "rate 1", "0.7"]


def test_chart_of_times_tells_the_browser_so():
    chart = Chart(Kind.DOTS, "Queue", "Time", "Waiting", [(datetime(2027, 6, 4, 9, tzinfo=UTC), 4)])
    specification = chart.specification()
    assert (specification["time"], specification["points"]) == (True, [["2027-06-04T09:00:00+00:00", 4]])


def test_points_may_have_names_and_an_x_of_powers_of_ten():
    chart = Chart(
        Kind.DOTS,
        "Score",
        "Size",
        "Score",
        [(10, 0.9, "front"), (100, 0.8, "others")],
        names=["a", "b"],
        logarithmic=True,
    )
    assert re.findall(r"<t[dh][^>]*>([^<]*)</t[dh]>", drawn(chart)) == [
        *("Name", "Size", "Series", "Score"),
        *("a", "10", "front", "0.9"),
        *("b", "100", "others", "0.8"),
    ]
    specification = chart.specification()
    assert (specification["names"], specification["log"]) == (["a", "b"], True)


def test_a_band_stands_beside_its_numbers_and_numbers_lead_to_their_rows():
    chart = Chart(
        Kind.BAND,
        "Results",
        "Week",
        "Percent",
        [(1, 50, "own"), (2, 60, "own")],
        band=[(2, 40, 80)],
        band_label="The class",
        urls=["/one/", "/two/"],
    )
    html = drawn(chart)
    assert re.findall(r"<t[dh][^>]*>(?:<a[^>]*>)?([^<]*)(?:</a>)?</t[dh]>", html) == [
        *("Week", "Series", "Percent", "The class: from", "The class: to"),
        *("1", "own", "50", "–", "–"),
        *("2", "own", "60", "40", "80"),
    ]
    assert re.findall(r'<a href="([^"]+)">(\d+)</a>', html) == [("/one/", "50"), ("/two/", "60")]
    assert chart.specification()["band"] == [[2, 40, 80]]


def test_a_heat_map_names_its_columns_and_rows():
    chart = Chart(Kind.HEAT, "Verdicts", "Function", "Students", [("cost", 3, "Correct")])
    assert re.findall(r"<t[dh][^>]*>([^<]*)</t[dh]>", drawn(chart)) == [
        *("Function", "Series", "Students"),
        *("cost", "Correct", "3"),
    ]
    assert chart.specification()["kind"] == "heat"


def test_a_charts_files_are_named_after_it():
    html = drawn(Chart(Kind.HISTOGRAM, "Scores: Nets & more", "Score", "Students", [("0–10 %", 3)]))
    assert 'data-file="scores-nets-more" hidden' in html
    assert re.findall(r'data-save="(\w+)"', html) == ["csv", "png"]
