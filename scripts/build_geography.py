"""Rebuild the packaged Connecticut tables from a folder of source tables.

    python scripts/build_geography.py SOURCE_DIR [--out DIR]

SOURCE_DIR holds the federal and state figures as they were gathered (towns.csv, tracts.csv, neighborhoods.csv,
neighborhood_tracts.csv, adjacency.csv, state_marginals.csv, the 500 Cities tables and the joint tables, plain
or gzipped). The result goes to hecsim/geography/data: chosen columns under the names of dictionary.toml,
rounded to the precision the model uses, joint tables with one row a place. Blank cells stay blank.
`aid_areas.csv` (which rents and which child-care rates hold where) is kept by hand and only checked here.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from pathlib import Path

import pandas as pd

DATA = Path(__file__).resolve().parents[1] / "hecsim" / "geography" / "data"

PLACE = {
    "town": "town", "geoid_2022": "geoid", "tract_geoid_2022": "geoid", "geoid_2020": "geoid_2020",
    "tract_geoid_2020": "geoid_2020", "county_2020": "county", "planning_region": "region",
    "main_neighborhood": "neighborhood", "neighborhood": "neighborhood", "weight": "weight",
    "lat": "lat", "lon": "lon", "aland_sqkm": "land_km2", "awater_sqkm": "water_km2",
}  # fmt: skip
PEOPLE = {
    "pop": "population", "households": "households", "med_hh_income": "median_income",
    "med_hh_income_approx_wtd_tract_medians": "median_income", "med_hh_income_moe": "median_income_moe",
    "pov_universe": "poverty_universe", "deep_poverty_rate": "poor_below_50", "poverty_rate": "poor_below_100",
    "low_income_rate_lt200fpl": "poor_below_200", "child_poverty_rate": "child_poor_below_100",
    "child_low_income_rate": "child_poor_below_200", "senior_poverty_rate": "senior_poor_below_100",
    "share_nh_white": "race_white", "share_nh_black": "race_black", "share_hispanic": "race_hispanic",
    "share_nh_asian": "race_asian", "share_nh_other_multi": "race_other",
    "share_age_0_4": "age_0_4", "share_age_5_17": "age_5_17", "share_age_18_34": "age_18_34",
    "share_age_35_54": "age_35_54", "share_age_55_64": "age_55_64", "share_age_65p": "age_65_up",
    "share_female": "female", "share_foreign_born": "foreign_born",
}  # fmt: skip
HOMES = {
    "share_hh_size_1": "size_1", "share_hh_size_2": "size_2", "share_hh_size_3": "size_3",
    "share_hh_size_4plus": "size_4_up", "share_hh_no_vehicle": "no_vehicle", "edu_pop25p": "adults_25_up",
    "share_edu_lt_hs": "edu_below_high_school", "share_edu_hs": "edu_high_school",
    "share_edu_some_college": "edu_some_college", "share_edu_ba_plus": "edu_bachelor_up",
    "renter_households": "renter_households", "share_renter": "renter", "share_cost_burdened": "burdened",
    "share_renters_cost_burdened": "renters_burdened", "share_owners_cost_burdened": "owners_burdened",
}  # fmt: skip
INCOME_BANDS = {"lt20k": "below_20k", "20_35k": "20_35k", "35_50k": "35_50k", "50_75k": "50_75k", "ge75k": "75k_up"}
BANDS = {
    f"share_{old}_{band}": f"{new}_{ours}"
    for old, new in (("hh_inc", "income"), ("renter_inc", "renter_income"))
    for band, ours in INCOME_BANDS.items()
}
TOWN_ONLY = {
    "avg_hh_size_owner_2020": "mean_size_owner", "avg_hh_size_renter_2020": "mean_size_renter",
    "avg_hh_size_2020": "mean_size", "median_gross_rent_2020": "median_gross_rent",
    "median_home_value_2020": "median_home_value", "share_renters_grapi35p_2020": "renters_rent_35_up",
    "families_2020": "families", "families_with_own_children_2020": "families_with_children",
    "share_families_with_own_children_2020": "families_with_children_share",
    "share_families_w_children_single_parent_2020": "single_parent_families",
    "share_hh_with_own_children_2020": "households_with_children",
    "share_own_children_in_single_parent_fam_2020": "children_single_parent",
    "share_youth16_19_disconnected_2020": "youth_disconnected", "share_uninsured_2019": "uninsured",
    "share_uninsured_19_64_2019": "uninsured_19_64", "share_hh_snap_2019": "snap_households", "gini_2019": "gini",
    "unemployment_rate_2019": "unemployment_2019",
    "tenant_rental_assistance_units_2019": "rental_assistance_units",
    "violent_crime_count_2016": "violent_crimes_2016", "violent_crime_per_100k_2014_16": "violent_crime_rate",
    "property_crime_count_2016": "property_crimes_2016", "property_crime_per_100k_2014_16": "property_crime_rate",
    "dcf_accepted_reports_sfy2017": "dcf_reports", "dcf_children_substantiated_sfy2017": "dcf_substantiated",
    "pop_pep_2023": "population_2023", "snap_farmers_markets_active": "farmers_markets_snap",
}  # fmt: skip
HEALTH = {
    "places_any_disability_2023": "disability_2023", "places_mobility_disability_2023": "mobility_disability_2023",
    "places_chd_2023": "heart_disease_2023", "places_asthma_2023": "asthma_2023",
    "places_diabetes_2023": "diabetes_2023", "places_hypertension_2023": "hypertension_2023",
    "places_annual_checkup_2023": "checkup_2023", "places_dental_visit_2022": "dental_2022",
    "places_uninsured_18_64_2023": "uninsured_18_64_2023", "places_smoking_2021": "smoking_2021",
    "places_short_sleep_2020": "short_sleep_2020",
}  # fmt: skip
CITIES = {
    "city": "city", "tract_geoid_2010": "geoid_2010", "OBESITY": "obesity_2017", "LPA": "inactivity_2017",
    "DIABETES": "diabetes_2017", "BPHIGH": "hypertension_2017", "CHD": "heart_disease_2017",
    "MHLTH": "mental_distress_2017", "PHLTH": "physical_distress_2017", "SLEEP": "short_sleep_2017",
    "CSMOKING": "smoking_2017", "BINGE": "binge_drinking_2017", "CHECKUP": "checkup_2017", "DENTAL": "dental_2017",
}  # fmt: skip
BORDERS = {
    "town_a": "town_a", "town_b": "town_b", "type": "kind", "shared_land_border_km_cb": "border_km",
    "centroid_km": "centers_km",
}  # fmt: skip
NAMES = PLACE | PEOPLE | HOMES | BANDS | TOWN_ONLY | HEALTH
DIGITS = {"lat": 5, "lon": 5, "land_km2": 2, "water_km2": 2, "violent_crime_rate": 1, "property_crime_rate": 1,
          "mean_size": 2, "mean_size_owner": 2, "mean_size_renter": 2, "border_km": 2, "centers_km": 2,
          "weight": 3, "unemployment_2019": 3}  # fmt: skip

# Cell labels of the joint tables: theirs -> ours, in the order of dictionary.toml.
BURDEN = {"lt20pct": "below_20", "20_29pct": "20_29", "ge30pct": "30_up", "not_computed": "not_computed"}
INCOME = INCOME_BANDS | {"zero_or_negative": "zero_or_negative", "no_cash_rent": "no_cash_rent"}
FOUR_UP = {str(n): str(n) for n in range(4)} | {"4plus": "4_up"}
AGES = {
    "0_5": "0_5", "6_11": "6_11", "12_17": "12_17", "18_24": "18_24", "25_34": "25_34", "35_44": "35_44",
    "45_54": "45_54", "55_64": "55_64", "65_74": "65_74", "75p": "75_up",
}  # fmt: skip
RATIO = {
    "lt050": "below_050", "050_074": "050_074", "075_099": "075_099", "100_124": "100_124", "125_149": "125_149",
    "150_174": "150_174", "175_184": "175_184", "185_199": "185_199", "200_299": "200_299", "300_399": "300_399",
    "400_499": "400_499", "ge500": "500_up",
}  # fmt: skip
TENURE = {"owner": "owner", "renter": "renter", "Owner Occupied": "owner", "Renter Occupied": "renter"}
RACE = {
    "All": "all", "White Alone": "white", "Black or African American Alone": "black",
    "American Indian and Alaska Native Alone": "native", "Asian Alone": "asian",
    "Native Hawaiian and Other Pacific Islander": "pacific", "Some Other Race Alone": "other",
    "Two or More Races": "several", "Hispanic or Latino": "hispanic",
    "White Alone Not Hispanic or Latino": "white_not_hispanic",
}  # fmt: skip


def read(source: Path, name: str) -> pd.DataFrame:
    """A source table, plain or gzipped; codes stay text so that leading zeros survive."""
    for ending in (".csv", ".csv.gz"):
        if (source / f"{name}{ending}").exists():
            head = pd.read_csv(source / f"{name}{ending}", nrows=0)
            text = {c: str for c in head if "geoid" in c or c in ("hh_size", "vehicles")}
            return pd.read_csv(source / f"{name}{ending}", dtype=text)
    sys.exit(f"{source}: there is no {name}.csv or {name}.csv.gz")


def rename(table: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    """Keep and name the columns we ship, at the precision the model uses."""
    out = table[[c for c in table if c in names]].rename(columns=names)
    for c in out.select_dtypes("number"):
        out[c] = out[c].round(DIGITS.get(c, 4))
        known = out[c].dropna()
        if c not in DIGITS and len(known) and (known == known.round()).all() and known.max() > 1:
            out[c] = out[c].astype("Int64")
    return out


def save(table: pd.DataFrame, out: Path, name: str) -> None:
    table.to_csv(out / f"{name}.csv", index=False, lineterminator="\n")
    print(f"{name}: {len(table)} rows, {len(table.columns)} columns")


def wide(table: pd.DataFrame, place: str, dims: dict[str, tuple[str, dict[str, str]]], value: str) -> pd.DataFrame:
    """Long joint table -> one row a place, one column a cell ("owner.below_20k.30_up"), 0 where not listed."""
    parts = [table[old].astype(str).map(labels) for old, labels in dims.values()]
    if any(p.isna().any() for p in parts):
        sys.exit(f"unknown label in the joint table over {list(dims)}")
    cell = parts[0].str.cat(parts[1:], sep=".")
    rank = [p.map({v: i for i, v in enumerate(labels.values())}) for p, (_, labels) in zip(parts, dims.values())]
    order = pd.DataFrame({"cell": cell} | {str(i): r for i, r in enumerate(rank)}).drop_duplicates("cell")
    cells = order.sort_values([str(i) for i in range(len(rank))])["cell"]
    flat = pd.DataFrame({"place": table[place], "cell": cell, "n": table[value]})
    out = flat.pivot(index="place", columns="cell", values="n").reindex(columns=list(cells)).fillna(0).astype(int)
    return out.rename_axis(place, axis=0).rename_axis(None, axis=1)


def joints(source: Path, out: Path, tracts: pd.DataFrame) -> None:
    """The five joint tables, by town and where there is one by tract; the state is the sum of the towns."""
    made = {
        "tenure_income_burden": ({"tenure": ("tenure", {k: TENURE[k] for k in ("owner", "renter")}),
                                  "income": ("income", INCOME), "burden": ("cost_burden", BURDEN)}, "households"),
        "size_vehicles": ({"size": ("hh_size", FOUR_UP), "vehicles": ("vehicles", FOUR_UP)}, "households"),
        "age_poverty": ({"age": ("age", AGES), "ratio": ("income_to_poverty", RATIO)}, "persons"),
    }  # fmt: skip
    files = {"tenure_income_burden": "joint_tenure_income_burden", "size_vehicles": "joint_hhsize_vehicles",
             "age_poverty": "joint_age_poverty_ratio"}  # fmt: skip
    for name, (dims, value) in made.items():
        long = read(source, f"{files[name]}_towns")
        state = long[long["level"] == "2_state"].assign(town="Connecticut")
        towns = wide(long[long["level"] == "6_town"].rename(columns={"area": "town"}), "town", dims, value)
        gap = (wide(state, "town", dims, value).iloc[0].reindex(towns.columns).fillna(0) - towns.sum()).abs().max()
        if gap:
            sys.exit(f"{name}: the towns do not add up to the state row (largest gap {gap})")
        save(towns.reset_index(), out, f"joint_{name}_towns")
        if name != "age_poverty":
            small = read(source, f"{files[name]}_tracts").rename(columns={"tract_geoid_2022": "geoid"})
            table = wide(small, "geoid", dims, value).reindex(columns=list(towns.columns), fill_value=0)
            keep = tracts.loc[tracts["geoid"].isin(table.index), "geoid"]
            save(table.loc[list(keep)].rename_axis("geoid").reset_index(), out, f"joint_{name}_tracts")

    long = read(source, "joint_tenure_hhtype_children_towns_2019")
    long["tenure"] = long["cell"].str.startswith("Owner").map({True: "owner", False: "renter"})
    long["type"] = "nonfamily"
    for text, ours in {"Married-couple": "couple", "Female": "single_woman", "Male householder": "single_man"}.items():
        long.loc[long["cell"].str.contains(text), "type"] = ours
    long["children"] = long["cell"].str.contains("!!With own").map({True: "with", False: "without"})
    same = {t: t for t in ("couple", "single_woman", "single_man", "nonfamily")}
    dims = {"tenure": ("tenure", {k: k for k in ("owner", "renter")}), "type": ("type", same),
            "children": ("children", {k: k for k in ("with", "without")})}  # fmt: skip
    save(wide(long, "town", dims, "households").reset_index(), out, "joint_tenure_type_children_towns")
    long = read(source, "joint_tenure_race_towns_2019")
    dims = {"race": ("race", RACE), "tenure": ("tenure", {k: v for k, v in TENURE.items() if " " in k})}
    save(wide(long, "town", dims, "households").reset_index(), out, "joint_tenure_race_towns")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path, help="folder of source tables")
    parser.add_argument("--out", type=Path, default=DATA, help="where the packaged tables go")
    args = parser.parse_args()
    source, out = args.source, args.out
    out.mkdir(parents=True, exist_ok=True)

    towns = rename(read(source, "towns"), NAMES).sort_values("town")
    tracts = rename(read(source, "tracts"), NAMES)
    # A neighborhood of the model needs residents: airports and open water are dropped.
    tracts = tracts[tracts["population"] > 0].sort_values(["town", "geoid"])
    save(towns, out, "towns")
    save(tracts, out, "tracts")
    save(rename(read(source, "neighborhoods"), NAMES).sort_values(["town", "neighborhood"]), out, "neighborhoods")
    parts = rename(read(source, "neighborhood_tracts").drop(columns="tract_geoid_2020"), NAMES)
    save(parts, out, "neighborhood_tracts")
    borders = rename(read(source, "adjacency"), BORDERS)
    save(borders.replace({"kind": {"touch_point": "corner"}}), out, "borders")

    state = read(source, "state_marginals").set_index("measure")["value"].to_frame().T
    save(rename(state, NAMES), out, "state")

    cities = rename(read(source, "tracts_500cities_2017"), CITIES)
    current = tracts.dropna(subset=["geoid_2020"]).set_index("geoid_2020")["geoid"]
    cities.insert(1, "geoid", cities["geoid_2010"].map(current))
    save(cities, out, "cities_2017")
    save(rename(read(source, "cities_500cities_2017"), CITIES), out, "cities_2017_city")
    joints(source, out, tracts)

    described = tomllib.loads((DATA / "dictionary.toml").read_text(encoding="utf-8"))["columns"]
    for file in sorted(out.glob("*.csv")):
        if not file.name.startswith("joint_"):
            lost = [c for c in pd.read_csv(file, nrows=0)
                    if file.stem not in described.get(c, {"tables": []})["tables"]]  # fmt: skip
            if lost:
                sys.exit(f"{file.name}: columns without an entry in dictionary.toml: {lost}")
    missing = set(towns["town"]) - set(pd.read_csv(DATA / "aid_areas.csv")["town"])
    if missing:
        sys.exit(f"aid_areas.csv lacks {sorted(missing)}")


if __name__ == "__main__":
    main()
