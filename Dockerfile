# The server's image. The project sits at /app as it does in a checkout: /app/voronka is the command,
# /app/.venv its Python. With no VORONKA_DATABASE_URL it runs the embedded PostgreSQL in /data.
FROM python:3.11-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app
COPY requirements.lock .
RUN python -m venv .venv \
    && .venv/bin/python -m pip install --quiet --no-deps --require-hashes -r requirements.lock

FROM python:3.11-slim
# A number that Kubernetes can check with runAsNonRoot; PostgreSQL wants it to have a name.
RUN groupadd --system --gid 10001 voronka \
    && useradd --system --uid 10001 --gid voronka --home-dir /app --no-create-home \
        --shell /usr/sbin/nologin voronka \
    && install --directory --owner=voronka --group=voronka --mode=0700 /data
WORKDIR /app
COPY --from=build /app/.venv .venv
COPY voronka .
COPY auth auth
COPY db db
COPY domain domain
COPY loaders loaders
COPY resolvers resolvers
COPY schema schema
COPY server server
# The file system may be read-only later; compiled code halves the time of a start.
RUN .venv/bin/python -m compileall -q auth db domain loaders resolvers schema server
ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    VORONKA_HOST=0.0.0.0 \
    VORONKA_PORT=8000 \
    VORONKA_DATA_DIR=/data
USER 10001:10001
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["/app/.venv/bin/python", "-I", "/app/server/healthcheck.py", "http://127.0.0.1:8000/readyz"]
CMD ["/app/voronka", "serve"]
