#!/bin/sh
# Runs after the package is removed or upgraded. What people made with the console stays.
set -e
case "$1" in
    remove | purge | 0)
        rm -rf /opt/zoho-console
        echo "Zoho Console is removed. Each person's connections, jobs and settings stay in ~/.local/share/zoho-console,"
        echo "and their secrets in the system's password store; delete that folder to forget them."
        ;;
esac
