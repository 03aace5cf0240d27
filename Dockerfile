# Builds one static binary and puts it, with the zones and certificates that it
# needs, into an image without a shell. The record is in /data: mount it.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /bot ./cmd/bot \
	&& mkdir /data

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /bot /bot
COPY --from=build --chown=nonroot:nonroot /data /data
USER nonroot
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=3s --start-period=10s CMD ["/bot", "health", "--config", "/etc/belltower/config.toml"]
ENTRYPOINT ["/bot"]
CMD ["serve", "--config", "/etc/belltower/config.toml"]
