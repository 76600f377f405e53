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
check_up
