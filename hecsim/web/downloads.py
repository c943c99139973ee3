"""`/files/`: what was counted in a finished run, as a zip of CSV or of Parquet files."""

from __future__ import annotations

import io
import json
import re
import zipfile
from functools import lru_cache

import pandas as pd
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from hecsim.errors import HecsimError
from hecsim.study import Results, Store
from hecsim.web import cache
from hecsim.web.jobs import finished

__all__ = ["KINDS", "bundle", "files_app"]

KINDS = ("csv", "parquet")
_KEY = re.compile(r"[0-9a-f]{24}")


@lru_cache(maxsize=4)
def bundle(key: str, futures: int, kind: str) -> bytes:
    """A zip with the manifest and four tables of a kept study: outcomes by year, differences, ledger, diary.

    futures : how many finished ones it has now, so that a run which goes on is not served from memory
    """
    results = Results.read(Store(cache.folder(key)))
    tables = {
        "outcomes_by_year": results.long(), "differences": results.summary(), "ledger": results.ledger, "diary": results.diary,
    }  # fmt: skip
    kinds = dict.fromkeys(k for k, _ in results.groups if k != "all")
    tables |= {f"differences_by_{k}": results.summary(by=k) for k in kinds}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("manifest.json", json.dumps(results.manifest, indent=1, default=str))
        for name, frame in tables.items():
            made.writestr(f"{name}.{kind}", _bytes(frame, kind))
    return out.getvalue()


def _bytes(frame: pd.DataFrame, kind: str) -> bytes:
    if kind == "csv":
        return frame.to_csv(index=False).encode()
    stream = io.BytesIO()
    frame.to_parquet(stream, index=False)
    return stream.getvalue()


def files_app() -> Starlette:
    """An ASGI app that serves `/files/KEY/csv.zip` and `/files/KEY/parquet.zip` of runs that are kept on disk."""

    def serve(request: Request) -> Response:
        key, name = request.path_params["key"], request.path_params["name"]
        kind = name.removesuffix(".zip")
        if not _KEY.fullmatch(key) or kind not in KINDS or name == kind:
            return PlainTextResponse("There is no such file.", 404)
        done = len(finished(key, 10**6))
        if not done:
            return PlainTextResponse("This run is not kept here; run it again.", 404)
        try:
            content = bundle(key, done, kind)
        except HecsimError as problem:
            return PlainTextResponse(str(problem), 500)
        headers = {"content-disposition": f'attachment; filename="hecsim-{key[:8]}-{kind}.zip"'}
        return Response(content, media_type="application/zip", headers=headers)

    return Starlette(routes=[Route("/files/{key}/{name}", serve)])
