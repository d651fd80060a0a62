# shellcheck shell=bash disable=SC2034
# For deploy/upgrade.sh: a site of compose.yaml on this machine. Versions are tags of the image; CI tags by commit.
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
RECORD=releases.log
IMAGE=${IMAGE:?the image without its tag, for example ghcr.io/clinic/wenzhen}

# Jobs first: whoever does jobs knows their topics before somebody asks for one.
nodes() { printf '%s\n' jobs app-1 app-2 app-3; }

restart() { WENZHEN_IMAGE="$IMAGE:$2" docker compose up --detach --no-deps --no-build "$1"; }

ask() { docker compose exec -T "$1" node scripts/healthcheck.mjs "$2" print; }

before() { docker pull --quiet "$IMAGE:$1"; }

# The next `docker compose up` takes the same image.
after() {
  sed -i '/^WENZHEN_IMAGE=/d' .env && printf 'WENZHEN_IMAGE=%s\n' "$IMAGE:$1" >>.env
  # Through the proxy, as people come.
  curl --fail --silent --show-error --insecure --max-time 5 --resolve '*:443:127.0.0.1' --output /dev/null \
    "https://$(sed -n 's/^DOMAIN=//p' .env)/health/ready"
}
