#!/bin/sh
set -e
echo "$(date)"
