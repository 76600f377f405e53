#!/usr/bin/env bash
# Centre of Porto Alegre: OpenStreetMap (hardly any land use or buildings), bus and train, people by hexagon,
# terrain. There is no boundary: the city is where its streets are.
name=porto-alegre
source "$(dirname "$0")/common.sh"
from="$data/city-porto-alegre"
"$yiju" new "$city" --name "Porto Alegre" --year 2019 \
  --osm "$from/poa_osm.pbf" \
  --gtfs "$from/poa_eptc.zip" --gtfs "$from/poa_trensurb.zip" \
  --population "$from/poa_hexgrid.csv" --set population.columns.total=population \
  --dem "$from/poa_elevation.tif"
check_up
