#!/usr/bin/env bash
# Wuhan: 974 communities with their people, no streets: density and the size of communities.
name=wuhan
source "$(dirname "$0")/common.sh"
from="$data/city-wuhan/wuhan.gpkg"
"$yiju" new "$city" --name "武汉主城区" --year 2020 \
  --boundary "community=$from" --set boundary.layer=WHHP \
  --population "$from" --set population.layer=WHHP --set population.columns.total=Avg_Pop
check_up
