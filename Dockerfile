FROM oven/bun:1.4.5 AS build
WORKDIR /callgate
COPY package.json bun.lock bunfig.toml tsconfig.json ./
RUN bun install --frozen-lockfile --production
COPY src src
COPY drizzle drizzle
RUN bun run build && mkdir /data

FROM gcr.io/distroless/base-nossl-debian12:nonroot
COPY --from=build /callgate/dist/callgate /callgate
COPY --from=build --chown=nonroot:nonroot /data /data
# Many calls to slow providers at once: Bun's own limit is 256 requests.
ENV CALLGATE_HOST=0.0.0.0 CALLGATE_DATA_DIR=/data BUN_CONFIG_MAX_HTTP_REQUESTS=4096
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=5s CMD ["/callgate", "healthcheck"]
ENTRYPOINT ["/callgate"]
CMD ["serve"]
