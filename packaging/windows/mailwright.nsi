; The Windows installer: makensis /DVERSION=1.2.3 /DSOURCE=dist\mailwright /DTARGET=dist\...-setup.exe mailwright.nsi
; /S installs silently. For the person who runs it, without administrator rights; /ALLUSERS needs them.
Unicode true
!include MUI2.nsh
!include FileFunc.nsh
SetCompressor /SOLID lzma
Name "Mailwright"
OutFile "${TARGET}"
RequestExecutionLevel user
InstallDir "$LOCALAPPDATA\Programs\Mailwright"
VIProductVersion "${VERSION}.0"
VIAddVersionKey ProductName "Mailwright"
VIAddVersionKey FileDescription "Mailwright setup"
VIAddVersionKey ProductVersion "${VERSION}"
VIAddVersionKey FileVersion "${VERSION}"
VIAddVersionKey LegalCopyright "The Mailwright authors, Apache-2.0"
!define KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\Mailwright"
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!define MUI_FINISHPAGE_RUN "$INSTDIR\mailwright-gui.exe"
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE English

Function .onInit
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/ALLUSERS" $1
  ${IfNot} ${Errors}
    SetShellVarContext all
    StrCpy $INSTDIR "$PROGRAMFILES64\Mailwright"
  ${EndIf}
FunctionEnd

Section
  SetOutPath $INSTDIR
  RMDir /r "$INSTDIR\_internal"
  File /r "${SOURCE}\*"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortcut "$SMPROGRAMS\Mailwright.lnk" "$INSTDIR\mailwright-gui.exe"
  WriteRegStr SHCTX "${KEY}" DisplayName "Mailwright"
  WriteRegStr SHCTX "${KEY}" DisplayVersion "${VERSION}"
  WriteRegStr SHCTX "${KEY}" Publisher "The Mailwright authors"
  WriteRegStr SHCTX "${KEY}" DisplayIcon "$INSTDIR\mailwright-gui.exe"
  WriteRegStr SHCTX "${KEY}" UninstallString '"$INSTDIR\uninstall.exe"'
  WriteRegStr SHCTX "${KEY}" QuietUninstallString '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD SHCTX "${KEY}" NoModify 1
  WriteRegDWORD SHCTX "${KEY}" NoRepair 1
SectionEnd

Section Uninstall
  ${If} ${FileExists} "$PROGRAMFILES64\Mailwright\uninstall.exe"
  ${AndIf} $INSTDIR == "$PROGRAMFILES64\Mailwright"
    SetShellVarContext all
  ${EndIf}
  Delete "$SMPROGRAMS\Mailwright.lnk"
  RMDir /r "$INSTDIR\_internal"
  Delete "$INSTDIR\mailwright.exe"
  Delete "$INSTDIR\mailwright-gui.exe"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  DeleteRegKey SHCTX "${KEY}"
SectionEnd
