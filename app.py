"""The front door for people: the gate, and behind it Streamlit. Start it with `streamlit run app.py`.

With `cli` the only place that reads the clock and the environment. Streamlit runs `pages/frame.py` for every
interaction; it lies in a folder of its own because Streamlit serves scripts in a `pages` folder beside its entry
script to anybody who asks.
"""

import gc
import importlib
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from streamlit import config

from metrics.comparison.currency import use_currency

# A library of the sign-in warns on import that no app is running yet; the log should begin with what matters.
logging.disable(logging.WARNING)
from reports.interface.http_api import HttpApi
from sign_in import headers
from sign_in.clock_watch import since_boot
from sign_in.gate import Gate
from warehouse import errors, settings, structured_logs
from warehouse.sql.moments import Clock
from warehouse.stores import connect, private_files
from warehouse.stores.sample_clock import behind
from workflow.records import operating_figures

logging.disable(logging.NOTSET)

HERE = Path(__file__).parent
SLOW_IMPORTS = ("pandas", "plotly.graph_objects", "pyarrow", "duckdb", "duckdb_engine", "pages")

private_files.from_now_on()
chosen = settings.read(HERE / "settings.toml", os.environ)
clock = Clock(chosen.timezone)
stores = connect.open_stores(chosen, lambda: clock.read(datetime.now(UTC)) - behind(chosen.data_dir))
stores.origins = settings.origins(HERE / "settings.toml", os.environ)
connect.use(stores)
use_currency(chosen.currency)
config.set_option("server.maxUploadSize", chosen.load_upload_mb)
errors.keep_traces_in(chosen.data_dir / "bugs")
structured_logs.begin(chosen.log_format)
programs = HttpApi(stores)


@asynccontextmanager
async def warm(_: st.App) -> AsyncIterator[None]:
    """Pay for imports before the first visitor, then keep them out of every later garbage collection.

    Streamlit would look for garbage after each run of the script, through every answer that is kept: 100 ms a run. It is
    told not to in `.streamlit/config.toml`; Python collects by itself as garbage grows.
    """
    for name in SLOW_IMPORTS:
        importlib.import_module(name)
    async with programs.for_assistants():
        gc.collect()
        gc.freeze()
        yield


def demo_hint() -> str:
    """The names to try, which `make demo` leaves beside the sample bank; empty for a real one."""
    try:
        return (chosen.data_dir / connect.HINT).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""


def page_policy() -> str:
    """The content security policy, computed from the very `index.html` that will be served."""
    index = Path(st.__file__).parent / "static" / "index.html"
    return headers.page_policy(index.read_text(encoding="utf-8"))


app = st.App(
    HERE / "pages" / "frame.py",
    middleware=[
        Middleware(
            Gate,
            stores=stores,
            policy=page_policy(),
            hosts=st.get_option("server.allowedHosts"),
            demo_hint=demo_hint,
            interface=programs.answer,
            true_time=lambda: datetime.now(UTC),
            figures=partial(operating_figures.read, stores),
            passed=since_boot,
        )
    ],
    # Chinese type for browsers without one; the gate lets its files by, for the sign-in shows names, too.
    routes=[Mount("/typefaces", StaticFiles(directory=HERE / "reports" / "typefaces" / "web"))],
    lifespan=warm,
)
