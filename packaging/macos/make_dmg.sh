#!/bin/bash
# The app bundle and its disk image, of the one folder: packaging/macos/make_dmg.sh build/package
# With CODESIGN_IDENTITY it is signed; with NOTARY_PROFILE besides (kept by `xcrun notarytool store-credentials`) it is
# notarised and stapled. Runs on a Mac only.
set -euo pipefail
cd "$(dirname "$0")/../.."
out=$1
version=$(sed -n 's/^__version__ = "\(.*\)"/\1/p' zoho_console/version.py)
app="$out/Zoho Console.app"
rm -rf "$app"
mkdir -p "$app/Contents/Resources"
cp -R "$out/dist/zoho-console" "$app/Contents/MacOS"
sed "s/@VERSION@/$version/" packaging/macos/Info.plist > "$app/Contents/Info.plist"
plutil -lint "$app/Contents/Info.plist"

icons=$(mktemp -d)/zoho-console.iconset
mkdir "$icons"
for size in 16 32 128 256 512; do
    qlmanage -t -s "$size" -o "$icons" resources/app/zoho-console.svg > /dev/null
    mv "$icons/zoho-console.svg.png" "$icons/icon_${size}x${size}.png"
done
iconutil -c icns "$icons" -o "$app/Contents/Resources/zoho-console.icns"

if [ -n "${CODESIGN_IDENTITY:-}" ]; then
    # From the inside out: a signature covers what it holds.
    find "$app/Contents/MacOS/_internal" -type f \( -name '*.dylib' -o -name '*.so' -o -perm -u+x \) -print0 |
        xargs -0 codesign --force --timestamp --options runtime --sign "$CODESIGN_IDENTITY"
    codesign --force --timestamp --options runtime --entitlements packaging/macos/entitlements.plist \
        --sign "$CODESIGN_IDENTITY" "$app"
    codesign --verify --deep --strict "$app"
fi

image="$out/zoho-console-$version-macos-$(uname -m).dmg"
rm -f "$image"
staging=$(mktemp -d)
cp -R "$app" "$staging/"
ln -s /Applications "$staging/Applications"
hdiutil create -volname "Zoho Console" -srcfolder "$staging" -format UDZO "$image"

if [ -n "${NOTARY_PROFILE:-}" ]; then
    codesign --timestamp --sign "$CODESIGN_IDENTITY" "$image"
    xcrun notarytool submit "$image" --keychain-profile "$NOTARY_PROFILE" --wait
    xcrun stapler staple "$image"
fi
echo "$image"
