# syntax=docker/dockerfile:1

FROM mcr.microsoft.com/dotnet/sdk:10.0-noble AS build
WORKDIR /source
COPY . .
RUN dotnet publish src/M2MCluster.Host/M2MCluster.Host.csproj --configuration Release --output /app -p:UseAppHost=false
# The operator's tool beside it: docker compose exec silo-1 dotnet m2m/m2m.dll cluster
RUN dotnet publish src/M2MCluster.Cli/M2MCluster.Cli.csproj --configuration Release --output /app/m2m -p:UseAppHost=false
RUN mkdir /data /keys
# The final image knows no time zones by itself; the planner's calendar names one (M2M:Planning:TimeZone).
RUN test -f /usr/share/zoneinfo/Europe/Berlin || (apt-get update && apt-get install --yes --no-install-recommends tzdata)

# No shell, no package manager, no SDK. Globalisation is invariant, so that ICU is not missed.
FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled
WORKDIR /app
COPY --from=build /app .
COPY --from=build /usr/share/zoneinfo /usr/share/zoneinfo
# A folder of each kind that the unprivileged user may write: an empty volume takes over its owner.
COPY --from=build --chown=1654:1654 /data /data
COPY --from=build --chown=1654:1654 /keys /keys
USER 1654

# Server garbage collection and the thread pool's spinning are in the program's runtimeconfig.json. Diagnostics would want a socket in
# /tmp, and the root file system is read-only; the base image's port would be a listener that is not ours.
ENV M2M__DataFolder=/data \
    ASPNETCORE_HTTP_PORTS= \
    DOTNET_EnableDiagnostics=0 \
    DOTNET_NOLOGO=1

VOLUME /data

# REST, gRPC, health and metrics, MQTT, MQTT over TLS, CoAP, CoAP over DTLS, silo, Orleans gateway. Every listener is on loopback, and
# so out of reach, until an address is given to it: docs/configuration.md.
EXPOSE 8080 8081 9464 1883 8883 5683/udp 5684/udp 11111 30000

# Devices are handed over and batches ended within 30 s.
STOPSIGNAL SIGTERM
ENTRYPOINT ["dotnet", "M2MCluster.Host.dll"]
