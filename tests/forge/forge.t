#!/bin/sh
# The forge is what it says it is: see test/.
exec node "$(dirname "$0")/test/run.js"
