#!/usr/bin/env bash
# Las Palmas de Gran Canaria: OpenStreetMap, bus timetable, boundary. The only count of people is that of the
# GHS urban centre of 2015, which takes in a neighbouring municipality and tells no ages: it serves as weights.
name=las-palmas
source "$(dirname "$0")/common.sh"
from="$data/city-las-palmas"
"$yiju" new "$city" --name "Las Palmas de Gran Canaria" --year 2023 \
  --osm "$from/las_palmas.osm.pbf" \
  --gtfs "$from/las_palmas_gtfs.zip" \
  --boundary "city=$from/las_palmas_boundary.geojson" \
  --population-total 443141 --weights-only

# Three complexes for the old and the young. No file tells ages: the shares are assumed, everywhere alike, and the plan
# says so. Its candidates are drawn from the map, and its costs are those that come with Yiju, in yuan.
plan_it() {
  "$yiju" plan "$city" --service elder_day_care --service childcare --budget 8000000 --sites 3 --complex \
    --assume age_60_plus=0.24 --assume age_0_2=0.02 --name 一老一小
}
check_up
