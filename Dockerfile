# Relens for the command line:
# docker build -t relens . && docker run --rm --user "$(id -u):$(id -g)" -v "$PWD:/data" relens doctor
FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY src src
COPY pipelines pipelines
COPY fixtures fixtures
RUN npm run build && npm prune --omit=dev

FROM node:22-bookworm-slim
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ffmpeg \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json LICENSE README.md ./
COPY configs configs
COPY models models
COPY fixtures fixtures
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
RUN ln -s /app/dist/src/cli.js /usr/local/bin/relens
# The page of `relens live`; from outside it needs --host 0.0.0.0 and a token.
EXPOSE 8787
USER node
WORKDIR /data
ENTRYPOINT ["relens"]
CMD ["--help"]
