"""What a browser may say over the page's websocket, and the one thing the gate says itself.

The only module here that knows Streamlit's protocol: what to let through stands inside the messages, so they must be
read. It uses the message classes (`streamlit.proto`) and nothing of Streamlit's behaviour.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

_ALLOWED = frozenset({"rerun_script", "stop_script", "app_heartbeat", "file_urls_request"})
_ALLOWED_OPERATIONS = frozenset({"deferred_file", "dataframe_chunk"})
"""A list of what passes, not of what does not: `clear_cache` empties everybody's cache, `set_run_on_save`,
`load_git_info` and the `install_…` operations are a developer's, and the next version may bring others."""


LONGEST = 1_000_000
"""Bytes of a message: what people type and choose is far less, and files do not come this way."""

VALUES: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("button", "download_button", "link_button", "dialog"), frozenset({"trigger_value"})),
    **dict.fromkeys(("checkbox", "expandable", "popover"), frozenset({"bool_value"})),
    **dict.fromkeys(
        ("text_input", "text_area", "selectbox", "radio", "plotly_chart", "tab_container"),
        frozenset({"string_value"}),
    ),
    **dict.fromkeys(("multiselect", "button_group", "date_input"), frozenset({"string_array_value"})),
    "dataframe": frozenset({"string_value", "string_trigger_value"}),
    "number_input": frozenset({"double_value"}),
    "slider": frozenset({"double_array_value", "string_array_value"}),
    "file_uploader": frozenset({"file_uploader_state_value"}),
}
"""Kind of widget or block → the types of value a browser sends of it. A test holds it against all pages."""


@dataclass(frozen=True)
class Heard:
    """What the gate needs to know of a message: may it pass, did a person act, which place and which file it is about."""

    passes: bool
    by_hand: bool = False
    place: str = ""
    file: str = ""
    """The button whose file is to be made ready."""


def hear(data: bytes, widgets: Mapping[str, str] = {}) -> Heard:
    """Read one message of the browser. One that cannot be read does not pass, nor one with a value of a wrong type.

    `widgets` are those the window was sent, as `widgets_in` gives them: Streamlit would stop at such a value, and at
    every later message of the window, with a trace.
    """
    if len(data) > LONGEST:
        return Heard(passes=False)
    message = BackMsg()
    try:
        message.ParseFromString(data)
    except DecodeError:
        return Heard(passes=False)
    kind = message.WhichOneof("type")
    if kind == "rerun_script":
        state = message.rerun_script
        # A fragment that refreshes itself is not a person: an unattended screen must still go idle.
        try:
            path = urlsplit(state.context_info.url).path or "/"
        except ValueError:
            return Heard(passes=False)
        if not _of_their_types(state.widget_states.widgets, widgets):
            return Heard(passes=False)
        query = f"?{state.query_string}" if state.query_string else ""
        return Heard(passes=True, by_hand=not state.is_auto_rerun, place=path + query)
    if kind == "backend_operation_request":
        payload = message.backend_operation_request.WhichOneof("payload")
        file = message.backend_operation_request.deferred_file.file_id
        return Heard(payload in _ALLOWED_OPERATIONS, by_hand=payload == "deferred_file", file=file)
    return Heard(kind in _ALLOWED)


def _of_their_types(values: Iterable[WidgetState], widgets: Mapping[str, str]) -> bool:
    """Whether each value is of a type that some widget sends, and that its own does; an emptied one has none."""
    for value in values:
        kind, widget = value.WhichOneof("value"), widgets.get(value.id, "")
        if kind is not None and kind not in VALUES.get(widget, _ANY_VALUE):
            return False
        if widget in _SELECTED_IN and kind == "string_value" and not _is_selection(value.string_value):
            return False
    return True


def _is_selection(text: str) -> bool:
    """Whether a text is what a table or a chart sends when something is chosen in it: lists of places, as JSON."""
    try:
        chosen = json.loads(text)["selection"]
        parts = chosen.values()
        cells = [(int(row), str(column)) for row, column in chosen.get("cells", ())]
        rows = [int(row) for row in chosen.get("rows", ())]
        rows += [
            int(point[part]) for point in chosen.get("points", ()) for part in ("curve_number", "point_index")
        ]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return False
    return all(isinstance(part, list) for part in parts) and all(row >= 0 for row in (*rows, *dict(cells)))


_SELECTED_IN = frozenset({"dataframe", "plotly_chart"})
_ANY_VALUE = frozenset().union(*VALUES.values())


def widgets_in(data: bytes) -> dict[str, str]:
    """The widgets and blocks with a state of their own that a message draws: id → kind."""
    message = ForwardMsg()
    try:
        message.ParseFromString(data)
    except DecodeError:
        return {}
    delta = message.delta
    drawn = delta.add_block if delta.WhichOneof("type") == "add_block" else delta.new_element
    kind = str(drawn.WhichOneof("type") or "")
    name = str(getattr(getattr(drawn, kind), "id", "")) if kind else ""
    return {name: kind} if name else {}


def window_of(data: bytes) -> str:
    """Streamlit's name for the window it speaks to, where one of its messages tells it; otherwise ""."""
    message = ForwardMsg()
    try:
        message.ParseFromString(data)
    except DecodeError:
        return ""
    return str(message.new_session.initialize.session_id)


def window_before(protocols: Sequence[str]) -> str:
    """The name a window had before its connection was cut, as it comes back: the third of its subprotocols; or ""."""
    return protocols[2] if len(protocols) > 2 else ""


def go_to(url: str) -> bytes:
    """The message that makes the page leave for `url`, such as the sign-in form once the session has ended."""
    message = ForwardMsg()
    message.auth_redirect.url = url
    return bytes(message.SerializeToString())
