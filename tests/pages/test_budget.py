"""Budget: answered in words for who sees totals only too, and warned of where nobody has seen so much spend."""

import pytest
from staff import somebody, words


@pytest.mark.parametrize("role", ["marketing", "executive", "analyst"])
def test_more_budget_is_answered_and_far_more_is_warned_of(open_page, role):
    app = open_page(somebody(role), "budget")
    assert not app.error
    assert not app.exception
    if not app.number_input:
        pytest.skip("this small bank has no channel with enough customers for a curve")
    before = app.metric[1].value
    app.number_input[0].set_value(50_000_000.0).run()
    assert not app.exception
    assert app.metric[1].value != before
    assert "Beyond that the curve is a guess" in words(app)
