#!/usr/bin/env bash
# Brings the nodes of a site to another version, one after the other, and back when that fails. Calls go on meanwhile.
#
#   deploy/upgrade.sh SITE check        what runs, and whether it is sound
#   deploy/upgrade.sh SITE to VERSION   upgrades; whatever was changed goes back when a node does not come up, or the whole is not sound
#   deploy/upgrade.sh SITE back         returns to the version before
#   deploy/upgrade.sh SITE history      which version ran when
#
# SITE is a file of bash functions that says how things are done there (deploy/sites/ has two):
#   nodes                  prints the names of the nodes, in the order in which they change
#   restart NODE VERSION   ends the node in order and starts it in that version
#   ask NODE PATH          prints what the node answers to GET PATH, and fails unless that is 200
# and that may define
#   before VERSION         something to do first: fetch the version, make a backup
#   after VERSION          a further proof at the end, or something to keep; fails when the version must not stay
#   RECORD                 file of the versions (releases.log in the working folder)
#   PAUSE, PATIENCE        seconds between two nodes (10), and those that a node has to come up (180)
# FORCE=1 begins without a sound site: a first start, or one that lies.
set -euo pipefail

say() { printf '%s %s\n' "$(date -u +%H:%M:%S)" "$*"; }
die() { printf '%s\n' "$*" >&2; exit 1; }
usage() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}" >&2; exit 2; }

[[ $# -ge 2 ]] || usage
# shellcheck source=/dev/null
source "$1"
RECORD=${RECORD:-releases.log}
PAUSE=${PAUSE:-10}
PATIENCE=${PATIENCE:-180}

has() { declare -F "$1" >/dev/null; }
record() { printf '%s\t%s\t%s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$1" "$2" >>"$RECORD"; }
# One string of an answer in JSON.
field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }
# One figure of /metrics, with any labels.
figure() { sed -n "s/^$1\({[^}]*}\)\{0,1\} //p" | head -n 1; }

# What a node says that it is: its commit, or its version where that is not known.
version_of() {
  local info revision
  info=$(ask "$1" /info) || return 1
  revision=$(field revision <<<"$info")
  printf '%s\n' "${revision:-$(field version <<<"$info")}"
}
protocol_of() { ask "$1" /info | field protocolVersion | cut -d. -f1; }

is_up() { ask "$1" /health/ready >/dev/null 2>&1 && [[ "$(version_of "$1" 2>/dev/null)" == "$2" ]]; }

# Waits until a command succeeds.
wait_for() {
  local end=$((SECONDS + PATIENCE))
  until "$@"; do
    ((SECONDS < end)) || return 1
    sleep 1
  done
}

# Every node is ready and has Redis, and all see the same nodes. Prints what is not so.
sound() {
  local node metrics seen="" known=""
  for node in $(nodes); do
    ask "$node" /health/ready >/dev/null 2>&1 || { echo "$node is not ready"; return 1; }
    metrics=$(ask "$node" /metrics) || { echo "$node gives no figures"; return 1; }
    [[ "$(figure redis_up <<<"$metrics")" != 0 ]] || { echo "$node has no Redis"; return 1; }
    seen=$(figure cluster_nodes <<<"$metrics")
    [[ "$seen" == "${known:-$seen}" ]] || { echo "nodes disagree: $node sees $seen of them, another one $known"; return 1; }
    known=$seen
  done
}
is_sound() { sound >/dev/null; }

check() {
  local node status=0
  for node in $(nodes); do
    printf '%s\t%s\t%s\n' "$node" "$(version_of "$node" 2>/dev/null || echo -)" \
      "$(ask "$node" /health/ready 2>/dev/null | field status || true)"
  done
  sound || status=1
  return "$status"
}

change() {
  say "$1: $2"
  restart "$1" "$2" && wait_for is_up "$1" "$2"
}

# Returns those that were changed to the version before.
return_to() {
  local from=$1 node lost=0
  shift
  [[ -n "$from" ]] || die "there is no version to return to"
  for node in "$@"; do change "$node" "$from" || { echo "$node does not come up in $from either" >&2; lost=1; }; done
  record "$from" "$([[ $lost == 0 ]] && echo returned || echo 'returned in part')"
  return "$lost"
}

to() {
  local version=$1 node from="" changed=() others=() failed=""
  mapfile -t others < <(nodes)
  for node in "${others[@]}"; do from=$(version_of "$node" 2>/dev/null) && [[ "$from" != "$version" ]] && break; done
  [[ "${FORCE:-}" == 1 ]] || sound || die "the site is not sound; nothing was changed (FORCE=1 goes on all the same)"
  if has before; then before "$version" || die "nothing was changed"; fi
  record "$version" "begun, from ${from:-nothing}"
  for node in "${others[@]}"; do
    # Of an upgrade that was interrupted.
    is_up "$node" "$version" && continue
    [[ ${#changed[@]} == 0 ]] || sleep "$PAUSE"
    changed+=("$node")
    change "$node" "$version" || { failed="$node does not come up in $version"; break; }
    for other in "${others[@]}"; do
      [[ "$(protocol_of "$other" 2>/dev/null || true)" =~ ^("$(protocol_of "$node")"|)$ ]] && continue
      failed="$version speaks another major version of the protocol than $other: all nodes have to stop first"
      break 2
    done
  done
  [[ -n "$failed" ]] || wait_for is_sound || failed="the site is not sound: $(sound || true)"
  if [[ -z "$failed" ]] && has after; then after "$version" || failed="the last proof has failed"; fi
  if [[ -n "$failed" ]]; then
    say "$failed"
    record "$version" "failed: $failed"
    return_to "$from" "${changed[@]}" || die "look at the nodes that did not come up"
    die "$failed; everything is in $from again"
  fi
  record "$version" "done"
  say "all nodes are in $version"
}

# The version before the one that ran last.
previous() {
  awk -F '\t' '$3 == "done" && $2 != now { before = now; now = $2 } END { if (before == "") exit 1; print before }' "$RECORD"
}

case $2 in
  check) check ;;
  to) [[ $# == 3 ]] || usage; to "$3" ;;
  back) to "$(previous || die "$RECORD knows no version before")" ;;
  history) cat "$RECORD" ;;
  *) usage ;;
esac
