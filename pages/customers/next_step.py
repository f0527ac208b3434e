"""The next best step for one alert: the rule's advice. What the customer could be offered takes its place here."""

from typing import Any

import streamlit as st


def show(alert: Any) -> None:
    """What to do about the alert, in a sentence."""
    st.text(alert.advice or "The rule behind this alert was removed. Record how it ended.")
