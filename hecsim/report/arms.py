"""What each arm consists of, read from the study's own record and the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hecsim.clock import MONTHS_PER_YEAR, month_label
from hecsim.report.charts import KINDS

__all__ = ["Part", "parts_of", "starts_of"]


@dataclass(frozen=True)
class Part:
    """One intervention of an arm. `settings` are what the study changed beside reach and dates."""

    id: str
    name: str
    kind: str
    symbol: str
    color: str
    grade: str
    sentence: str
    reach: float | None
    start: str
    end: str
    start_month: int | None
    end_month: int | None
    payers: tuple[tuple[str, float], ...]
    settings: tuple[tuple[str, str], ...]


def _catalogue() -> dict[str, Any]:
    # A study folder may name an intervention that this version no longer has; its id is then shown as it is.
    try:
        from hecsim.interventions import catalogue
    except ImportError:
        return {}
    return dict(catalogue())


def _own(identifier: str, definition: Any) -> Any:
    """The class of an intervention that its study defines itself, or None."""
    from hecsim.interventions import own_intervention

    return own_intervention(identifier, definition) if definition is not None else None


def _carrier(settings: dict[str, Any], language: str, first: int) -> Part:
    """The collaborative that carries an arm out, as a part of it."""
    from hecsim.collaborative import CollaborativeSpec

    spec = CollaborativeSpec.from_mapping(settings)
    sentence = {
        "en": f"Carried out by {spec.seats} seats, {spec.resident_seats} of them held by residents.",
        "es": f"A cargo de {spec.seats} miembros, {spec.resident_seats} de ellos residentes.",
    }[language]
    symbol, color = "○", "#5B626C"
    changed = tuple((k.replace("_", " "), _plain(v)) for k, v in settings.items() if k not in ("payers", "staff", "partners"))
    start, end = month_label(spec.start, first), "" if spec.end is None else month_label(spec.end, first)
    return Part(
        "HEC", spec.name, "", symbol, color, "D", sentence, None, start, end, spec.start, spec.end, spec.payers, changed
    )  # fmt: skip


def _words(cls: Any, name: str, language: str) -> str:
    """Text of a class in a language: `name`/`name_es`, or `title`/`sentence` as a pair with .en and .es."""
    pair = getattr(cls, "title" if name == "name" else name, None)
    if pair is not None and hasattr(pair, "en"):
        return str(getattr(pair, language, pair.en))
    if language == "es" and isinstance(getattr(cls, f"{name}_es", None), str):
        return getattr(cls, f"{name}_es")
    found = getattr(cls, name, "")
    return found if isinstance(found, str) else ""


def _defaults(cls: Any) -> dict[str, Any]:
    settings = getattr(cls, "settings", None)
    if not callable(settings):
        return {}
    return {s.name: s.default for s in settings() if hasattr(s, "name")}


def _pairs(payers: Any) -> tuple[tuple[str, float], ...]:
    items = payers.items() if isinstance(payers, dict) else (payers or ())
    return tuple((str(p[0]), float(p[1])) for p in items if len(p) == 2)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_plain, value))
    return str(value)


def _entry(raw: Any) -> tuple[str, dict[str, Any]]:
    if isinstance(raw, str):
        return raw, {}
    return str(raw.get("id", "")), {
        **dict(raw.get("settings") or {}),
        **{k: v for k, v in raw.items() if k not in ("id", "settings")},
    }


def parts_of(manifest: Any, language: str = "en") -> dict[str, list[Part]]:
    """Parts of every arm by the arm's name; current law has none."""
    known = _catalogue()
    first = int(manifest["study"].get("start_year", 2025))
    out: dict[str, list[Part]] = {}
    for arm in manifest["study"]["arms"]:
        chosen = []
        for raw in arm["interventions"]:
            identifier, given = _entry(raw)
            cls = known.get(identifier) or _own(identifier, given.pop("own", None))
            defaults = _defaults(cls) if cls is not None else {}
            settings = {**defaults, **given}
            kind = str(getattr(cls, "kind", "")) if cls is not None else ""
            symbol, color = KINDS.get(kind, ("○", "#5B626C"))
            start, end, reach = settings.get("start"), settings.get("end"), settings.get("reach")
            changed = tuple(
                (k.replace("_", " "), _plain(v))
                for k, v in given.items()
                if k not in ("start", "end", "reach", "payers") and v != defaults.get(k) and v not in (None, [], ())
            )
            chosen.append(
                Part(
                    identifier,
                    (_words(cls, "name", language) if cls is not None else "") or identifier,
                    kind,
                    symbol,
                    color,
                    str(getattr(cls, "grade", "")) if cls is not None else "",
                    _words(cls, "sentence", language) if cls is not None else "",
                    float(reach) if isinstance(reach, (int, float)) else None,
                    month_label(int(start), first) if isinstance(start, (int, float)) else "",
                    month_label(int(end), first) if isinstance(end, (int, float)) else "",
                    int(start) if isinstance(start, (int, float)) else None,
                    int(end) if isinstance(end, (int, float)) else None,
                    _pairs(settings.get("payers")),
                    changed,
                )
            )
        if arm.get("collaborative") is not None:
            chosen.append(_carrier(arm["collaborative"], language, first))
        order = list(KINDS)
        out[arm["name"]] = sorted(chosen, key=lambda p: (order.index(p.kind) if p.kind in order else 9, p.id))
    return out


def starts_of(parts: list[Part]) -> list[float]:
    """Years from the beginning at which parts of an arm start."""
    return sorted({p.start_month / MONTHS_PER_YEAR for p in parts if p.start_month is not None})
