"""A model's file: opened without running anything in it, and refused unless everything fits.

The file holds arrays and a fixed list of scikit-learn's own classes (skops, no pickle). The card beside it carries the
file's SHA-256 and the scikit-learn version it was written by. Never pass `trusted=get_untrusted_types(file)`: that
trusts whatever the file asks for.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import sklearn
from skops import io

from models.churn.churn_prediction import WINDOW_DAYS, ChurnModel
from models.churn.features import BY_NAME
from models.churn.recipes import probabilities
from models.evaluation.model_card import Card
from warehouse.errors import ModelRefused

FILE, CARD = "churn_90d.skops", "churn_90d.json"
FORMAT = 2
"""Counts changes of what a file means; a file of another format is refused."""

TRUSTED = [
    "numpy.dtype",
    "scipy._lib.array_api_compat.numpy._aliases.asarray",
    "scipy.interpolate._bsplines.BSpline",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
]
"""The classes a model file may name beyond those skops itself knows to be harmless."""

AGAIN = "The rules go on without it; the next nightly run trains a new one."


def save(model: ChurnModel, folder: Path) -> ChurnModel:
    """Write `model` to `folder`: the file first, its card last, each complete before it can be seen.

    Gives the model with its file's fingerprint.
    """
    folder.mkdir(parents=True, exist_ok=True)
    content = io.dumps({"estimator": model.estimator, "centres": model.centres})
    card = model.card.as_dict() | {
        "format": FORMAT,
        "sha256": hashlib.sha256(content).hexdigest(),
        "scikit_learn": sklearn.__version__,
    }
    card["card_sha256"] = _fingerprint(card)
    _put(folder / FILE, content)
    _put(folder / CARD, json.dumps(card, indent=2, ensure_ascii=False).encode())
    return replace(model, sha256=card["sha256"])


def is_there(folder: Path) -> bool:
    """Whether anything of a model was ever saved in `folder`."""
    return (folder / FILE).exists() or (folder / CARD).exists()


def load(folder: Path, called: str = "churn model") -> ChurnModel:
    """The model in `folder`. Raises ModelRefused, with the reason, if it is missing, changed or of another version."""
    if not is_there(folder):
        raise ModelRefused(f"There is no {called} yet. {AGAIN}")
    try:
        content = (folder / FILE).read_bytes()
    except OSError:
        raise ModelRefused(f"The {called}’s file is missing or cannot be read. {AGAIN}") from None
    try:
        given = json.loads((folder / CARD).read_bytes())
    except (OSError, ValueError, RecursionError):
        raise ModelRefused(f"The {called}’s card is missing or cannot be read. {AGAIN}") from None
    card = _checked(given, content, called)
    try:
        inside = io.loads(content, trusted=TRUSTED)
        estimator, centres = inside["estimator"], np.asarray(inside["centres"], dtype=np.float64)
        fits = len(centres) == len(card.features) == estimator.n_features_in_
        # One customer is scored: what would fail for everybody at night is refused here.
        fits = fits and bool(np.isfinite(probabilities(estimator, np.zeros((1, len(centres))))).all())
    except Exception:  # whatever a foreign file provokes, it is not used
        raise ModelRefused(
            f"The {called}’s file holds something that such a file may not hold. {AGAIN}"
        ) from None
    if not fits:
        raise ModelRefused(f"The {called}’s file does not belong to its card. {AGAIN}")
    return ChurnModel(card=card, estimator=estimator, centres=centres, sha256=given["sha256"])


def why_refused(folder: Path, called: str = "churn model") -> str:
    """What is wrong with the model in `folder`, as a sentence; "" if it can be used. A file is opened once."""
    try:
        stamps = tuple((f.stat().st_mtime_ns, f.stat().st_size) for f in (folder / FILE, folder / CARD))
    except OSError:
        stamps = ()
    return _why_refused(folder, called, stamps)


@lru_cache(maxsize=8)
def _why_refused(folder: Path, called: str, _stamps: tuple[tuple[int, int], ...]) -> str:
    try:
        load(folder, called)
    except ModelRefused as refused:
        return str(refused).removesuffix(AGAIN).strip()
    return ""


def _checked(given: Any, content: bytes, called: str) -> Card:
    try:
        written = {name: given[name] for name in ("format", "sha256", "scikit_learn", "card_sha256")}
        if written["format"] != FORMAT or written["scikit_learn"] != sklearn.__version__:
            raise ModelRefused(
                f"The {called} was written by another version of Concord or of scikit-learn (written by "
                f"{str(written['scikit_learn'])[:20]}, here is {sklearn.__version__}). {AGAIN}"
            )
        card = Card.from_dict(given)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ModelRefused(f"The {called}’s card is incomplete. {AGAIN}") from None
    if written["sha256"] != hashlib.sha256(content).hexdigest():
        raise ModelRefused(f"The {called}’s file was changed after it was written. {AGAIN}")
    if card.window_days != WINDOW_DAYS or not set(card.features) <= set(BY_NAME):
        raise ModelRefused(
            f"The {called} answers a different question from the one that this version of Concord asks. {AGAIN}"
        )
    if written["card_sha256"] != _fingerprint(given):
        raise ModelRefused(f"The {called}’s card was changed after it was written. {AGAIN}")
    return card


def _fingerprint(card: Mapping[str, Any]) -> str:
    """The SHA-256 of a card without its own fingerprint."""
    plain = {name: value for name, value in card.items() if name != "card_sha256"}
    return hashlib.sha256(json.dumps(plain, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _put(path: Path, content: bytes) -> None:
    partly = path.with_name(f"{path.name}.partly")
    with partly.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partly.replace(path)
