# What it packs: bun run release linux-x64 linux-arm64
# A tag can come to name another image, a digest cannot. src/docs/install.md says how to pass newer ones.
ARG FILES=debian:12-slim@sha256:abd67ffcfa541b485a3dff59865ab629aa048a6c613e639d36e7456b0b229241
ARG BASE=gcr.io/distroless/base-nossl-debian12:nonroot@sha256:be40c00dfabd86576d92666e87e406714d5618342de1a0c213ad232de255172e

FROM --platform=$BUILDPLATFORM ${FILES} AS files
ARG TARGETARCH
COPY dist/release /release
WORKDIR /release
RUN sha256sum --check --ignore-missing SHA256SUMS \
  && mv callgate-*-linux-"$(echo "$TARGETARCH" | sed s/amd64/x64/)" /callgate \
  && install -d -m 0700 /owned/data

FROM ${BASE}
COPY --from=files /callgate /callgate
COPY --from=files --chown=65532:65532 /owned /
USER 65532:65532
# Many calls to slow providers at once: Bun's own limit is 256 requests.
ENV CALLGATE_HOST=0.0.0.0 CALLGATE_DATA_DIR=/data BUN_CONFIG_MAX_HTTP_REQUESTS=4096
VOLUME /data
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=5s CMD ["/callgate", "healthcheck"]
ENTRYPOINT ["/callgate"]
CMD ["serve"]
