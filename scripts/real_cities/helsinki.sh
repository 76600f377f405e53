#!/usr/bin/env bash
# 1.7 km2 of central Helsinki: OpenStreetMap and the 250 m cells of people with ages; 99 hides a number.
name=helsinki
source "$(dirname "$0")/common.sh"
from="$data/city-helsinki"
bands='age_0_9 = "IKA0_9", age_10_19 = "IKA10_19", age_20_29 = "IKA20_29", age_30_39 = "IKA30_39"'
bands="$bands, age_40_49 = \"IKA40_49\", age_50_59 = \"IKA50_59\", age_60_69 = \"IKA60_69\""
bands="$bands, age_70_79 = \"IKA70_79\", age_80_plus = \"IKA_YLI80\""
"$yiju" new "$city" --name "Helsinki (centre)" --year 2015 \
  --osm "$from/Helsinki.osm.pbf" \
  --population "$from/Vaestotietoruudukko_2015.shp" \
  --set population.columns.total=ASUKKAITA --set "population.bands={ $bands }" --set population.suppressed=99
check_up
