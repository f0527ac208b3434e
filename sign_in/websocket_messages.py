"""What a browser may say over the page's websocket, and the one thing the gate says itself.

The only module here that knows Streamlit's protocol: what to let through stands inside the messages, so they must be
read. It uses the message classes (`streamlit.proto`) and nothing of Streamlit's behaviour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

_ALLOWED = frozenset({"rerun_script", "stop_script", "app_heartbeat", "file_urls_request"})
_ALLOWED_OPERATIONS = frozenset({"deferred_file", "dataframe_chunk"})
"""A list of what passes, not of what does not: `clear_cache` empties everybody's cache, `set_run_on_save`,
`load_git_info` and the `install_…` operations are a developer's, and the next version may bring others."""


@dataclass(frozen=True)
class Heard:
    """What the gate needs to know of a message: may it pass, did a person act, which place and which file it is about."""

    passes: bool
    by_hand: bool = False
    place: str = ""
    file: str = ""
    """The button whose file is to be made ready."""


def hear(data: bytes) -> Heard:
    """Read one message of the browser. One that cannot be read does not pass."""
    message = BackMsg()
    try:
        message.ParseFromString(data)
    except DecodeError:
        return Heard(passes=False)
    kind = message.WhichOneof("type")
    if kind == "rerun_script":
        state = message.rerun_script
        # A fragment that refreshes itself is not a person: an unattended screen must still go idle.
        path = urlsplit(state.context_info.url).path or "/"
        query = f"?{state.query_string}" if state.query_string else ""
        return Heard(passes=True, by_hand=not state.is_auto_rerun, place=path + query)
    if kind == "backend_operation_request":
        payload = message.backend_operation_request.WhichOneof("payload")
        file = message.backend_operation_request.deferred_file.file_id
        return Heard(payload in _ALLOWED_OPERATIONS, by_hand=payload == "deferred_file", file=file)
    return Heard(kind in _ALLOWED)


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
