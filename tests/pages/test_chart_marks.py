"""A mark of a chart opens what is behind it, two or three models stand in a picture, and a picture can be taken along."""

import pandas as pd

from pages.charts import charts
from pages.components import theme
from pages.growth.channels import credit
from tests.pages.staff import Open, somebody, words


def test_a_bar_opens_the_rows_behind_it_once(open_page: Open) -> None:
    page = open_page(somebody("analyst"), "funnel", period="12m")
    page.session_state["mark of stages"] = (0, 1)
    page.run()
    assert "Of the leads that first came in the period, those that reached MQL so far." in words(page)
    assert "those that reached MQL so far" not in words(page.run())
    page.session_state["mark of stages"] = (0, 99)
    assert not page.run().exception, "a chart that has become smaller"


def test_the_models_in_the_picture_are_two_or_three_each_in_its_own_colour(open_page: Open) -> None:
    page = open_page(somebody("analyst"), "attribution")
    assert "wins had no contact in the 90 days before" in words(page)
    models = next(p for p in page.button_group if p.label.startswith("Models in the picture"))
    assert tuple(models.value or ()) == credit.DRAWN
    models.set_value(list(credit.METRICS[:4])).run()
    assert "Three models at most are drawn: First touch, Last touch, Linear." in words(page)
    drawn = charts.ranges(["Email"], {m: [1.0] for m in credit.DRAWN})
    colours = [mark["marker"]["color"] for mark in drawn["data"][1:]]
    assert len(set(colours)) == len(colours) == 3
    totals = words(open_page(somebody("marketing"), "attribution"))
    assert "apart they would tell of few people" in totals
    assert "wins had no contact" not in totals


def test_models_that_agree_are_said_to_agree() -> None:
    alike = pd.DataFrame({"channel": ["email"], "apart": [0.0], **{m: [3.0] for m in credit.METRICS}})
    assert credit.disagreement(alike) == "The models agree: each gives every channel the same wins"
    apart = alike.assign(apart=2.0, **{credit.METRICS[0]: 5.0})
    assert credit.disagreement(apart) == "The models differ most about email: 3 to 5 wins"


def test_a_chart_can_be_taken_along_as_a_picture_and_does_not_move_under_a_finger() -> None:
    assert theme.CONFIG["modeBarButtons"] == [["toImage", "zoomIn2d", "zoomOut2d", "resetScale2d"]]
    assert charts.figure([], 90, {}, {})["layout"]["template"]["layout"]["dragmode"] is False
