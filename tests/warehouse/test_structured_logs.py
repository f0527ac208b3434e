"""Logs for a collector: one JSON object a line, with the number of a bug, and nothing of a person or a secret in it."""

from __future__ import annotations

import io
import json
import logging

import pytest

from warehouse import structured_logs
from warehouse.errors import Problem, reference

SECRETS = ("Chan Tai Man", "C00000521", "amy@bank.example", "6123 4567", "hunter2", "A123456", "s3cret")


@pytest.fixture
def written():
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(structured_logs.JsonLines())
    root = logging.getLogger()
    root.addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)


def test_a_bug_is_its_number_its_kind_and_its_places(written):
    try:
        raise KeyError("Chan Tai Man C00000521 postgresql://app:s3cret@host")
    except KeyError as bug:
        number = reference(bug)
    (line,) = written()
    assert (line["bug"], line["kind"], line["level"]) == (number, "KeyError", "ERROR")
    assert line["places"][-1].startswith("tests/warehouse/test_structured_logs.py:")
    assert not any(secret in json.dumps(line) for secret in SECRETS)


def test_what_other_programs_say_loses_secrets_addresses_and_numbers(written):
    log = logging.getLogger("somebody.else")
    log.warning(
        "connect postgresql://app:s3cret@db/x failed for amy@bank.example, C00000521, A123456, 6123 4567"
    )
    log.warning("sent Authorization: Bearer hunter2, then bearer  hunter2 and concord_%s", "hunter2" * 6)
    log.warning("two\nlines, password=hunter2 and Authorization: hunter2")
    try:
        raise ValueError("Chan Tai Man")
    except ValueError:
        log.exception("could not be read")
    lines = written()
    assert len(lines) == 4
    assert lines[3]["kind"] == "ValueError"
    assert not any(secret in json.dumps(lines) for secret in SECRETS)


def test_another_form_is_refused_in_a_sentence():
    with pytest.raises(Problem, match="log_format"):
        structured_logs.begin("xml")
