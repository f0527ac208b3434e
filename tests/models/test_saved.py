"""A model file is opened only if it is whole, ours, and of this version."""

from __future__ import annotations

import hashlib
import json
import pickle
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from skops import io

from models.churn import churn_prediction, model_files
from models.churn.churn_prediction import ChurnModel
from warehouse.errors import ModelRefused


def test_a_saved_model_answers_as_before(
    model_of_each_kind: ChurnModel, examples: pd.DataFrame, tmp_path: Path
) -> None:
    model_files.save(model_of_each_kind, tmp_path)
    again = model_files.load(tmp_path)
    assert again.card == model_of_each_kind.card
    some = examples.head(500)
    pd.testing.assert_frame_equal(
        churn_prediction.score(again, some), churn_prediction.score(model_of_each_kind, some)
    )


class Opened(Exception):
    """Raised by a file that ran code when it was opened."""


class Trap:
    def __reduce__(self):
        return (_spring, ())


def _spring() -> None:
    raise Opened


def _card(folder: Path, *, signed: bool = True, **changed: object) -> None:
    card = json.loads((folder / model_files.CARD).read_text())
    for name, value in changed.items():
        if value is None:
            del card[name]
        else:
            card[name] = value
    if signed and "card_sha256" in card:
        card["card_sha256"] = model_files._fingerprint(card)
    (folder / model_files.CARD).write_text(json.dumps(card))


def _content(folder: Path, content: bytes, *, signed: bool) -> None:
    (folder / model_files.FILE).write_bytes(content)
    if signed:
        _card(folder, sha256=hashlib.sha256(content).hexdigest())


def _flip(folder: Path) -> None:
    content = bytearray((folder / model_files.FILE).read_bytes())
    content[len(content) // 2] ^= 1
    _content(folder, bytes(content), signed=False)


def _turned(folder: Path) -> list[str]:
    features: list[str] = json.loads((folder / model_files.CARD).read_text())["features"]
    return features[::-1]


def _folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


VARIANTS: dict[str, Callable[[Path], object]] = {
    "no file": lambda f: (f / model_files.FILE).unlink(),
    "no card": lambda f: (f / model_files.CARD).unlink(),
    "one bit flipped": _flip,
    "cut short": lambda f: _content(f, (f / model_files.FILE).read_bytes()[:-100], signed=False),
    "cut short and signed again": lambda f: _content(
        f, (f / model_files.FILE).read_bytes()[:-100], signed=True
    ),
    "a pickle, signed": lambda f: _content(f, pickle.dumps(Trap()), signed=True),
    "another class inside, signed": lambda f: _content(
        f, io.dumps({"estimator": Opened("x"), "centres": [0.0]}), signed=True
    ),
    "a function inside, signed": lambda f: _content(
        f, io.dumps({"estimator": _spring, "centres": [0.0]}), signed=True
    ),
    "nothing of a model inside, signed": lambda f: _content(f, io.dumps([1, 2]), signed=True),
    "an empty file, signed": lambda f: _content(f, b"", signed=True),
    "another scikit-learn": lambda f: _card(f, scikit_learn="1.2.0"),
    "another format": lambda f: _card(f, format=99),
    "another window": lambda f: _card(f, window_days=30),
    "a feature that does not exist": lambda f: _card(f, features=["birth_year"]),
    "fewer features than the file": lambda f: _card(f, features=["tenure_days"]),
    "a card without its hash": lambda f: _card(f, sha256=None),
    "a card that was made to look better": lambda f: _card(f, signed=False, base_rate=0.5),
    "features in another order": lambda f: _card(f, signed=False, features=_turned(f)),
    "an older card, without what was asked of the model": lambda f: _card(f, format=1, checks=None),
    "a card without its own hash": lambda f: _card(f, card_sha256=None),
    "a card with a broken day": lambda f: _card(f, judged_on="yesterday"),
    "a card that is no JSON": lambda f: (f / model_files.CARD).write_text("{"),
    "a card without an end": lambda f: (f / model_files.CARD).write_text("[" * 100_000),
    "a card of other types": lambda f: _card(f, scikit_learn=[1], features=3),
    "a folder in its place": lambda f: _folder(f / model_files.FILE),
    "a card that is a list": lambda f: (f / model_files.CARD).write_text("[]"),
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_changed_model_file_is_refused(variant: str, model: ChurnModel, tmp_path: Path) -> None:
    model_files.save(model, tmp_path)
    VARIANTS[variant](tmp_path)
    with pytest.raises(ModelRefused, match="The rules go on without it"):
        model_files.load(tmp_path)
