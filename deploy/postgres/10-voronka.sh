#!/bin/sh
# Run once by the postgres image on an empty volume: the server's role is no superuser, owns its
# database and finds its extensions there, as in the embedded database.
set -eu
password=$(cat /run/secrets/database_password)
PGPASSWORD=$(cat "$POSTGRES_PASSWORD_FILE")
export PGPASSWORD
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname=postgres \
    --set=password="$password" <<'SQL'
CREATE ROLE voronka LOGIN CREATEROLE PASSWORD :'password';
CREATE DATABASE voronka OWNER voronka;
\connect voronka
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gin;
CREATE EXTENSION IF NOT EXISTS btree_gist;
SQL
