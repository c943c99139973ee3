"""Boundaries of a user's place: interior points, areas, which towns touch, which tract holds a point.

GeoJSON is read as it is, in degrees (WGS 84 or NAD 83, which differ by a meter or two). A GeoPackage needs the extra
`maps` (pyogrio and pyproj). Areas are computed in the cylindrical equal-area projection of the sphere of the earth's
surface area (Snyder, Map Projections: A Working Manual, USGS 1987, section 10); where a file carries ALAND, the
Census Bureau's own land area is used instead.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
import shapely
from shapely.errors import ShapelyError

from hecsim.errors import CommunityDataError
from hecsim.geography.import_read import Source, connecticut, plain_geoid

__all__ = ["borders_of", "holder_of", "read_boundaries", "read_gazetteer"]

_EARTH_KM = 6371.0072  # radius of the sphere with the surface of the earth (authalic)
_KM2_PER_SQUARE_METER, _KM2_PER_SQUARE_MILE = 1e-6, 2.589988
_CODES = ("GEOID", "GEOID20", "GEOID10", "AFFGEOID", "GEO_ID")
_COLUMNS = ["name", "lat", "lon", "land_km2", "water_km2", "shape"]


def read_boundaries(sources: Iterable[Source]) -> pd.DataFrame:
    """One row a place by code: name, lat, lon, land_km2, water_km2, shape (degrees)."""
    rows: dict[str, dict[str, Any]] = {}
    for source in sources:
        features = _geopackage(source) if source.kind == "geopackage" else _geojson(source)
        for number, (properties, shape) in enumerate(features, 1):
            given = next((properties[c] for c in _CODES if properties.get(c)), None)
            code = plain_geoid(given) if given is not None else ""
            if not code:
                raise CommunityDataError(
                    f"feature {number} has no code", file=source.path, column="GEOID", rows=number,
                    hint=f"Each feature needs one of {', '.join(_CODES)} among its properties",
                )  # fmt: skip
            rows[connecticut(code)] = _described(properties, shape, source, number)
    return pd.DataFrame.from_dict(rows, orient="index", columns=_COLUMNS)


def _geojson(source: Source) -> list[tuple[dict[str, Any], Any]]:
    data = json.loads(source.path.read_text(encoding="utf-8-sig"))
    listed = data.get("features")
    if not isinstance(listed, list) or not listed:
        raise CommunityDataError("has no features", file=source.path, rows=0, hint="Write the boundaries out again")
    found = []
    for number, feature in enumerate(listed, 1):
        try:
            shape = shapely.geometry.shape(feature["geometry"])
            properties = dict(feature["properties"] or {})
            properties.setdefault("GEOID", feature.get("id"))
        except (ShapelyError, TypeError, KeyError, ValueError, AttributeError, IndexError) as problem:
            raise CommunityDataError(
                f"feature {number} cannot be read: {problem}", file=source.path, rows=len(listed),
                hint="Each feature needs properties and a Polygon or MultiPolygon",
            ) from problem  # fmt: skip
        found.append((properties, shape))
    return found


def _geopackage(source: Source) -> list[tuple[dict[str, Any], Any]]:
    try:
        import pyogrio
        import pyproj
    except ImportError:
        raise CommunityDataError(
            "reading GeoPackage needs the extra 'maps'", file=source.path,
            hint="Install it with: pip install 'hecsim[maps]', or save the boundaries as GeoJSON",
        ) from None  # fmt: skip
    found = []
    try:
        for layer, kind in pyogrio.list_layers(source.path):
            if kind is None:  # a table without shapes
                continue
            meta, _, shapes, fields = pyogrio.raw.read(source.path, layer=layer)
            polygons = shapely.from_wkb(shapes)
            if meta["crs"] is not None:
                to_degrees = pyproj.Transformer.from_crs(meta["crs"], "EPSG:4326", always_xy=True)
                polygons = shapely.transform(polygons, lambda xy, t=to_degrees: np.column_stack(t.transform(*xy.T)))
            for i, polygon in enumerate(polygons):
                found.append(({str(n): f[i] for n, f in zip(meta["fields"], fields, strict=True)}, polygon))
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyproj.exceptions.ProjError, ShapelyError) as e:
        raise CommunityDataError(f"cannot be read: {e}", file=source.path, hint="Write the GeoPackage out again") from e
    if not found:
        raise CommunityDataError("has no features", file=source.path, rows=0, hint="Write the boundaries out again")
    return found


def _described(properties: dict[str, Any], shape: Any, source: Source, number: int) -> dict[str, Any]:
    if shape is None or shape.is_empty or shape.geom_type not in ("Polygon", "MultiPolygon"):
        kind = "no shape" if shape is None or shape.is_empty else f"a {shape.geom_type}"
        raise CommunityDataError(
            f"feature {number} is {kind}", file=source.path, rows=number, hint="Places are a Polygon or MultiPolygon"
        )
    west, south, east, north = shape.bounds
    if not all(map(math.isfinite, shape.bounds)) or west < -180 or east > 180 or south < -90 or north > 90:
        raise CommunityDataError(
            f"feature {number} is not in degrees (it begins at {west:g}, {south:g})", file=source.path, rows=number,
            hint="Save the boundaries in longitude and latitude (EPSG:4326)",
        )  # fmt: skip
    shape = shapely.make_valid(shape)
    point = shape.representative_point()
    land, water = (_positive(properties.get(f"{c}{v}") for v in ("", "20", "10")) for c in ("ALAND", "AWATER"))
    return {
        "name": str(properties.get("NAMELSAD") or properties.get("NAME") or ""), "lat": point.y, "lon": point.x,
        "land_km2": land * _KM2_PER_SQUARE_METER if land else _area(shape),
        "water_km2": water * _KM2_PER_SQUARE_METER if water is not None else np.nan, "shape": shape,
    }  # fmt: skip


def _positive(values: Iterable[Any]) -> float | None:
    for v in values:
        try:
            number = float(v)
        except (TypeError, ValueError):
            continue
        if math.isfinite(number) and number >= 0:
            return number
    return None


def _area(shape: Any) -> float:
    """Square kilometers of a shape in degrees.

    >>> round(_area(shapely.box(-73, 41, -72, 42)))    # a degree by a degree at 41.5 north
    9264
    """
    flat = shapely.transform(
        shape, lambda xy: np.column_stack([np.radians(xy[:, 0]), np.sin(np.radians(xy[:, 1]))]) * _EARTH_KM
    )
    return float(flat.area)


def read_gazetteer(sources: Iterable[Source]) -> pd.DataFrame:
    """The same columns from Census Gazetteer files, without shapes."""
    from hecsim.geography.import_read import geoid_column, numbers

    parts = []
    for source in sources:
        frame = source.read()
        lower = {str(c).lower(): str(c) for c in frame}
        code = geoid_column(frame, source.path).map(connecticut)

        def amount(name: str, factor: float, at: dict[str, str] = lower, rows: pd.DataFrame = frame, file: Any = source.path):
            return numbers(rows[at[name]], file) * factor if name in at else None

        land = amount("aland", _KM2_PER_SQUARE_METER)
        water = amount("awater", _KM2_PER_SQUARE_METER)
        if land is None:
            land, water = amount("aland_sqmi", _KM2_PER_SQUARE_MILE), amount("awater_sqmi", _KM2_PER_SQUARE_MILE)
        part = pd.DataFrame({
            "name": frame[lower["name"]] if "name" in lower else "", "lat": amount("intptlat", 1.0),
            "lon": amount("intptlong", 1.0), "land_km2": np.nan if land is None else land,
            "water_km2": np.nan if water is None else water,
        })  # fmt: skip
        part["shape"] = None
        part.index = pd.Index(code)
        parts.append(part[~part.index.duplicated()])
    return pd.concat(parts) if parts else pd.DataFrame(columns=_COLUMNS)


def _plane(shape: Any, lat: float) -> Any:
    """Kilometers east and north, good to a percent within a county."""
    degree = math.radians(1.0) * _EARTH_KM
    return shapely.transform(shape, lambda xy: xy * [degree * math.cos(math.radians(lat)), degree])


def borders_of(shapes: dict[str, Any]) -> pd.DataFrame:
    """Pairs of towns that touch, in the columns of borders.csv; empty where fewer than two shapes are known."""
    names = sorted(n for n, s in shapes.items() if s is not None)
    rows = []
    if len(names) > 1:
        lat = float(np.mean([shapes[n].centroid.y for n in names]))
        flat = [_plane(shapes[n], lat) for n in names]
        tree = shapely.STRtree(flat)
        for i, j in sorted(tuple(p) for p in tree.query(flat, predicate="intersects").T.tolist()):
            if i < j:
                shared = float(shapely.intersection(flat[i].boundary, flat[j].boundary).length)
                rows.append((names[i], names[j], "border" if shared > 0 else "corner", round(shared, 2),
                             round(flat[i].centroid.distance(flat[j].centroid), 2)))  # fmt: skip
    return pd.DataFrame(rows, columns=["town_a", "town_b", "kind", "border_km", "centers_km"])


def holder_of(lat: np.ndarray, lon: np.ndarray, places: pd.DataFrame) -> tuple[np.ndarray, bool]:
    """Code of the place that holds each point, "" for none, and whether shapes said so.

    Without shapes it is the nearest interior point.
    """
    points = shapely.points(lon, lat)
    out = np.full(len(points), "", dtype=object)
    codes = places.index.to_numpy(object)
    if len(places) and places["shape"].notna().all():
        at, of = shapely.STRtree(list(places["shape"])).query(points, predicate="intersects")
        out[at[::-1]] = codes[of[::-1]]  # a point on a line belongs to the first
        return out, True
    if len(places):
        middle = math.cos(math.radians(float(places["lat"].mean())))
        seats = shapely.points(places["lon"].to_numpy(float) * middle, places["lat"].to_numpy(float))
        out = codes[shapely.STRtree(seats).nearest(shapely.points(np.asarray(lon, float) * middle, lat))]
    return out, False
