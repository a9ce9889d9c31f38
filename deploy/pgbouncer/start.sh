#!/bin/sh
# Writes PgBouncer's list of users from the secret, readable by this user alone, and becomes PgBouncer.
set -eu
umask 077
printf '"voronka" "%s"\n' "$(cat /run/secrets/database_password)" > /tmp/userlist.txt
exec pgbouncer /etc/pgbouncer/pgbouncer.ini
