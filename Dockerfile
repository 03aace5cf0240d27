# One static binary (the time zones are in it) and the certificates of the public
# authorities; no shell. The record is in /data: mount it.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /bot ./cmd/bot \
	&& mkdir /data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /bot /bot
COPY --from=build --chown=65532:65532 /data /data
USER 65532:65532
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=3s --start-period=5m CMD ["/bot", "health", "--config", "/etc/belltower/config.toml"]
ENTRYPOINT ["/bot"]
CMD ["serve", "--config", "/etc/belltower/config.toml"]
