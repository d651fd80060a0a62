# syntax=docker/dockerfile:1
# The image of one node: server, web pages and media workers.
#
#   docker build -t wenzhen .
#   docker run --rm -p 8080:8080 -p 40000-40003:40000-40003/udp -p 40000-40003:40000-40003/tcp \
#     -e JWT_SECRET="$(openssl rand -hex 32)" -e DATA_KEYS="k1:$(openssl rand -hex 32)" -e BLIND_INDEX_KEY="$(openssl rand -hex 32)" \
#     -e MEDIA_ANNOUNCED_ADDRESS=192.0.2.10 -e MEDIA_WORKERS=4 -v wenzhen-data:/data wenzhen
#
# compose.yaml has the whole site: proxy, database, Redis, TURN.

FROM node:24-bookworm-slim AS base
# ffmpeg records; the libraries are what a media worker that had to be built here is linked against.
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked --mount=type=cache,target=/var/lib/apt,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean \
    && apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates ffmpeg libabsl20220623 libsrtp2-1 libssl3 libuv1 tzdata \
    && ln -snf /usr/share/zoneinfo/Asia/Shanghai /etc/localtime && echo Asia/Shanghai > /etc/timezone
WORKDIR /app

FROM base AS build
# First what changes rarely: npm packages, and the media worker (prebuilt when it can be downloaded, else built, a few minutes).
COPY package.json package-lock.json ./
COPY scripts/bootstrap.mjs ./scripts/
COPY scripts/bootstrap ./scripts/bootstrap
COPY scripts/worker ./scripts/worker
RUN --mount=type=cache,target=/root/.npm --mount=type=cache,target=/root/.cache/wenzhen \
    --mount=type=cache,target=/var/cache/apt,sharing=locked --mount=type=cache,target=/var/lib/apt,sharing=locked \
    node scripts/bootstrap.mjs start
COPY . .
RUN --mount=type=cache,target=/root/.npm --mount=type=cache,target=/root/.cache/wenzhen \
    node scripts/bootstrap.mjs start
# What only building needs goes: development packages, the Node that comes by npm (the image has one), the worker's sources.
RUN --mount=type=cache,target=/root/.npm \
    npm prune --omit=dev --ignore-scripts --no-audit --no-fund \
    && rm -rf node_modules/node-linux-* node_modules/.bin/node \
    && find node_modules/mediasoup/worker -mindepth 1 -maxdepth 1 ! -name out -exec rm -rf {} +

FROM base
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Wenzhen" \
      org.opencontainers.image.description="Open-source real-time telehealth server" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
ENV NODE_ENV=production \
    REVISION=${REVISION} \
    TZ=Asia/Shanghai \
    HOST=0.0.0.0 \
    PORT=8080 \
    DATA_DIR=/data \
    MEDIA_PORT=40000
RUN install -d -o node -g node /data /files
VOLUME /data

# Owned by root: the server cannot change its own program.
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/config ./config
COPY --from=build /app/sfu ./sfu
COPY --from=build /app/rooms ./rooms
COPY --from=build /app/src ./src
COPY --from=build /app/web/dist ./web/dist
COPY --from=build /app/scripts/healthcheck.mjs ./scripts/
COPY LICENSE ./

USER node
# HTTP, and one media port (UDP and TCP) per worker from MEDIA_PORT on.
EXPOSE 8080 40000-40015/udp 40000-40015/tcp
# Liveness: the process answers. It has nothing to say about the database (see /health/ready).
HEALTHCHECK --interval=30s --timeout=3s --start-period=5s --retries=3 CMD ["node", "scripts/healthcheck.mjs"]
STOPSIGNAL SIGTERM
CMD ["node", "src/main.ts"]
