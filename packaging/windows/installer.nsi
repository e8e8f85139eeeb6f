; The Windows installer: for one person, without an administrator. Compiled with
;   makensis -DVERSION=0.1.0 -DFOLDER=build\package\dist\zoho-console -DOUT=build\package packaging\windows\installer.nsi
; Silent: zoho-console-setup.exe /S. Removal keeps what the person made and says where it is.

Unicode true
SetCompressor /SOLID lzma
RequestExecutionLevel user
!include "MUI2.nsh"
!include "FileFunc.nsh"
!include "LogicLib.nsh"

!define NAME "Zoho Console"
!define KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\ZohoConsole"

Name "${NAME} ${VERSION}"
OutFile "${OUT}/zoho-console-${VERSION}-setup.exe"
InstallDir "$LOCALAPPDATA\Programs\Zoho Console"
InstallDirRegKey HKCU "Software\ZohoConsole" "InstallDir"
VIProductVersion "${VERSION}.0"
VIAddVersionKey "ProductName" "${NAME}"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "FileDescription" "${NAME} installer"
VIAddVersionKey "LegalCopyright" "Apache-2.0"

!define MUI_FINISHPAGE_RUN "$INSTDIR\Zoho Console.exe"
!define MUI_UNFINISHPAGE_NOAUTOCLOSE
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"

; A file that a running program holds cannot be written over, and half of an update is worse than none.
!macro StopIfRunning
  ${If} ${FileExists} "$INSTDIR\Zoho Console.exe"
    ClearErrors
    FileOpen $0 "$INSTDIR\Zoho Console.exe" a
    ${If} ${Errors}
      MessageBox MB_OK|MB_ICONSTOP "Zoho Console is running. Close it, then start this again. Nothing was changed." /SD IDOK
      Abort
    ${EndIf}
    FileClose $0
  ${EndIf}
!macroend

Section "Zoho Console"
  !insertmacro StopIfRunning
  ; The folder of the former version goes first, so that nothing of it stays behind.
  RMDir /r "$INSTDIR\_internal"
  SetOutPath "$INSTDIR"
  File /r "${FOLDER}/*.*"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortCut "$SMPROGRAMS\Zoho Console.lnk" "$INSTDIR\Zoho Console.exe"
  CreateShortCut "$SMPROGRAMS\Zoho Console demo.lnk" "$INSTDIR\Zoho Console.exe" "--demo"
  WriteRegStr HKCU "Software\ZohoConsole" "InstallDir" "$INSTDIR"
  WriteRegStr HKCU "${KEY}" "DisplayName" "${NAME}"
  WriteRegStr HKCU "${KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${KEY}" "Publisher" "Zoho Console developers"
  WriteRegStr HKCU "${KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${KEY}" "NoModify" 1
  WriteRegDWORD HKCU "${KEY}" "NoRepair" 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  WriteRegDWORD HKCU "${KEY}" "EstimatedSize" $0
SectionEnd

Section "Uninstall"
  !insertmacro StopIfRunning
  RMDir /r "$INSTDIR\_internal"
  RMDir /r "$INSTDIR\licences"
  Delete "$INSTDIR\zoho-console.exe"
  Delete "$INSTDIR\Zoho Console.exe"
  Delete "$INSTDIR\sbom.cdx.json"
  Delete "$INSTDIR\files.txt"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\Zoho Console.lnk"
  Delete "$SMPROGRAMS\Zoho Console demo.lnk"
  DeleteRegKey HKCU "${KEY}"
  DeleteRegKey HKCU "Software\ZohoConsole"
  DetailPrint "Your connections, jobs and settings stay in $LOCALAPPDATA\zoho-console."
  DetailPrint "Client secrets stay in the Windows credential manager. Delete both to forget them."
SectionEnd
