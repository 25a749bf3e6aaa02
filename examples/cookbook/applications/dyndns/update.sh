#!/bin/sh
# Tells the zone which address the house has, where that has changed.
set -eu
address=$(curl -fsS https://api.ipify.org)
curl -fsS -X PUT -H "Authorization: Bearer $ZONE_TOKEN" \
  --data "{\"type\":\"A\",\"name\":\"home.example.org\",\"content\":\"$address\"}" \
  https://dns.example.net/v1/records/home
