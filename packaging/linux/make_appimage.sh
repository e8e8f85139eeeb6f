#!/bin/bash
# An AppImage of the one folder: packaging/linux/make_appimage.sh build/package APPIMAGETOOL
# appimagetool, and the runtime it puts in front, come from the AppImage project's releases; nothing here fetches them.
set -euo pipefail
cd "$(dirname "$0")/../.."
out=$1 tool=$2
version=$(sed -n 's/^__version__ = "\(.*\)"/\1/p' zoho_console/version.py)
folder="$out/AppDir"
rm -rf "$folder"
mkdir -p "$folder/usr/share/metainfo"
cp -a "$out/dist/zoho-console" "$folder/usr/bin"
cp packaging/linux/zoho-console.desktop resources/app/zoho-console.svg "$folder/"
cp packaging/linux/zoho-console.metainfo.xml "$folder/usr/share/metainfo/"
cat > "$folder/AppRun" <<'RUN'
#!/bin/sh
exec "$(dirname "$(readlink -f "$0")")/usr/bin/zoho-console" "$@"
RUN
chmod +x "$folder/AppRun"
ARCH=$(uname -m) "$tool" --no-appstream "$folder" "$out/zoho-console-$version-$(uname -m).AppImage"
