# shellcheck shell=bash disable=SC2034
# For deploy/upgrade.sh: nodes as processes of this machine. A version is a folder of RELEASES, with its packages installed; a node is a
# file of settings in NODES (`app-1.env`: DATA_DIR, PORT, NODE_NAME, secrets …).
RELEASES=${RELEASES:-/opt/wenzhen/releases}
NODES=${NODES:-/etc/wenzhen}
RECORD=${RECORD:-$RELEASES/releases.log}

# Jobs first: whoever does jobs knows their topics before somebody asks for one.
nodes() { find "$NODES" -name '*.env' -printf '%f\n' | sed 's/\.env$//' | LC_ALL=C sort | awk '/^jobs/ { print; next } { rest = rest $0 "\n" } END { printf "%s", rest }'; }

restart() (
  set -a
  # shellcheck source=/dev/null
  source "$NODES/$1.env"
  REVISION=$2
  cd "$RELEASES/$2" && exec node src/main.ts restart >/dev/null
)

ask() (
  # shellcheck source=/dev/null
  source "$NODES/$1.env"
  curl --fail --silent --max-time 5 "http://127.0.0.1:$PORT$2"
)

before() { [[ -d "$RELEASES/$1" ]] || { echo "there is no folder $RELEASES/$1" >&2; return 1; }; }
