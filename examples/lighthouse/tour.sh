#!/usr/bin/env bash
# The tour of README.md against a running server. Usage: tour.sh [BASE_URL], with HOIST_ADMIN_EMAIL and
# HOIST_ADMIN_PASSWORD as the server was started with.
set -euo pipefail

base="${1:-http://127.0.0.1:8080}"
email="${HOIST_ADMIN_EMAIL:-keeper@example.com}"
password="${HOIST_ADMIN_PASSWORD:-light the lamp}"
jar="$(mktemp)"
trap 'rm -f "$jar"' EXIT

api="$base/hoist/v1"
project="$api/organizations/default/projects/first"

call() { curl --fail-with-body -sS -b "$jar" -c "$jar" -H 'Hoist-Csrf: 1' -H 'Content-Type: application/json' "$@"; }
change() { call -X POST "$project/changes" -d "$1"; }
pick() { python3 -c 'import json,sys; value=json.load(sys.stdin)
for part in sys.argv[1].split("."): value = value[int(part) if part.isdigit() else part]
print(value)' "$1"; }
say() { printf '\n== %s\n' "$*"; }
ask() { curl -sS -X POST "$base/ofrep/v1/evaluate/flags/beam" -H "Authorization: Bearer $secret" -d "{\"context\":$1}"; echo; }

say "1 Sign in"
call -X POST "$api/session" -d "{\"email\":\"$email\",\"password\":\"$password\"}" | pick user.email

say "2 Create the flag"
change '{"changes":[{"flag":{"create":{"key":"beam","kind":"boolean","description":"Whether the beam is lit for a ship"}}}]}' | pick plan.sentences.0.text

say "3 Plan and apply a rule in dev"
edit='{"config":{"edit":{"flag":"beam","environment":"dev","patch":{"enabled":true,
  "rules":[{"name":"Northern fleet","condition":{"test":{"attribute":"fleet","op":"equals","values":["north"]}},"serve":{"serve":{"variant":"on"}}}],
  "default":{"serve":{"split":{"arms":[{"variant":"on","weight":5000},{"variant":"off","weight":5000}]}}}}}}}'
plan="$(change "{\"dry_run\":true,\"changes\":[$edit]}")"
printf '%s' "$plan" | python3 -c 'import json,sys; [print("  would:", each["text"]) for each in json.load(sys.stdin)["plan"]["sentences"]]'
token="$(printf '%s' "$plan" | pick plan.token)"
revision="$(change "{\"plan\":\"$token\",\"note\":\"North first\",\"changes\":[$edit]}" | pick revision)"
echo "  applied as revision $revision"

say "4 Create a credential"
secret="$(change '{"changes":[{"credential":{"create":{"name":"tour","kind":"server","environment":"dev"}}}]}' | pick secrets.0.secret)"
echo "  ${secret:0:10}…"

say "5 Ask as a client"
ask '{"targetingKey":"ship-1","fleet":"north"}'
ask '{"targetingKey":"ship-2","fleet":"south"}'

say "6 Kill, and ask again"
change '{"changes":[{"config":{"kill":{"flag":"beam","environments":["dev"],"reason":"fog"}}}]}' | pick plan.sentences.0.text
ask '{"targetingKey":"ship-1","fleet":"north"}'
change '{"changes":[{"config":{"lift":{"flag":"beam","environments":["dev"]}}}]}' | pick plan.sentences.0.text

say "7 Undo revision $revision, although others came after it"
change "{\"changes\":[{\"undo\":{\"revision\":$revision}}]}" | pick plan.sentences.0.text
ask '{"targetingKey":"ship-1","fleet":"north"}'
