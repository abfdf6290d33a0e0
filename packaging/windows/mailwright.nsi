; The Windows installer, made by packaging/windows/installers.sh:
;   makensis -DVERSION=1.2.3rc1 -DNUMBERS=1.2.3 -DSOURCE=FOLDER -DTARGET=FILE -DLICENCE=FILE -DSIZE_KB=90000 [-DSTUB=amd64-unicode]
;
; /S           silent; packaging/README.md has the exit codes
; /ALLUSERS    into Program Files, for everybody: needs administrator rights. What the SYSTEM account installs is for everybody
;              anyway, and an upgrade stays where the installed version is.
; /CURRENTUSER into the person's own folder, the default
; /PACK=PATH   a helpdesk pack that every start uses
; /D=FOLDER    another folder; the last option, without quotes
Unicode true
!ifdef STUB
  Target ${STUB}
!endif
!include MUI2.nsh
!include FileFunc.nsh
!include WinVer.nsh
!include x64.nsh
SetCompressor /SOLID lzma
SetCompressorDictSize 64 ; both programs hold the same modules, 18 MB apart
Name "Mailwright"
OutFile "${TARGET}"
RequestExecutionLevel user
ManifestDPIAware true
ManifestSupportedOS all
VIProductVersion "${NUMBERS}.0"
VIAddVersionKey CompanyName "The Mailwright authors"
VIAddVersionKey ProductName "Mailwright"
VIAddVersionKey FileDescription "Mailwright setup"
VIAddVersionKey ProductVersion "${VERSION}"
VIAddVersionKey FileVersion "${VERSION}"
VIAddVersionKey LegalCopyright "The Mailwright authors, Apache License 2.0"
!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\Mailwright"
!define APP_PATHS "Software\Microsoft\Windows\CurrentVersion\App Paths"
!define OURS "Software\Mailwright"
; Windows' own numbers (winerror.h)
!define ERROR_IN_USE 32
!define ERROR_NEEDS_ELEVATION 740
!define ERROR_OLD_WINDOWS 1150
!define ERROR_INSTALL_FAILURE 1603

Var ForAll
Var Pack

!define MUI_ABORTWARNING
!insertmacro MUI_PAGE_LICENSE "${LICENCE}"
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!define MUI_FINISHPAGE_RUN "$INSTDIR\mailwright-gui.exe"
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE English

; Ends with a code, and a sentence where somebody is there to read it.
!macro Fail CODE TEXT
  SetErrorLevel ${CODE}
  ${IfNot} ${Silent}
    MessageBox MB_OK|MB_ICONSTOP "${TEXT}"
  ${EndIf}
  Quit
!macroend

; A program that runs cannot be opened for writing.
!macro CheckNotRunning UN
Function ${UN}CheckNotRunning
  again:
  ${IfNot} ${FileExists} "$INSTDIR\mailwright-gui.exe"
    Return
  ${EndIf}
  StrCpy $1 0
  ClearErrors
  FileOpen $0 "$INSTDIR\mailwright-gui.exe" a
  ${If} ${Errors}
    StrCpy $1 1
  ${Else}
    FileClose $0
  ${EndIf}
  ClearErrors
  FileOpen $0 "$INSTDIR\mailwright.exe" a
  ${If} ${Errors}
    StrCpy $1 1
  ${Else}
    FileClose $0
  ${EndIf}
  ${If} $1 = 0
    Return
  ${EndIf}
  ${If} ${Silent}
    SetErrorLevel ${ERROR_IN_USE}
    Quit
  ${EndIf}
  MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "Mailwright is running. Close it, then choose Retry." IDRETRY again
  SetErrorLevel ${ERROR_IN_USE}
  Quit
FunctionEnd
!macroend
!insertmacro CheckNotRunning ""
!insertmacro CheckNotRunning "un."

Function .onInit
  ${IfNot} ${RunningX64}
  ${OrIfNot} ${AtLeastBuild} 17763
    !insertmacro Fail ${ERROR_OLD_WINDOWS} "Mailwright needs 64-bit Windows 10, version 1809 or later."
  ${EndIf}
  SetRegView 64
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/PACK=" $Pack
  ClearErrors

  ; For whom: what is asked for, else where it is installed already, else everybody when the SYSTEM account installs.
  StrCpy $ForAll 0
  UserInfo::GetName
  Pop $1
  ReadRegStr $2 HKLM "${UNINSTALL}" InstallLocation
  ${If} $1 == "SYSTEM"
  ${OrIf} $2 != ""
    StrCpy $ForAll 1
  ${EndIf}
  ClearErrors
  ${GetOptions} $0 "/ALLUSERS" $1
  ${IfNot} ${Errors}
    StrCpy $ForAll 1
  ${EndIf}
  ClearErrors
  ${GetOptions} $0 "/CURRENTUSER" $1
  ${IfNot} ${Errors}
    StrCpy $ForAll 0
  ${EndIf}

  ${If} $ForAll = 1
    UserInfo::GetAccountType
    Pop $1
    ${If} $1 != "Admin"
      !insertmacro Fail ${ERROR_NEEDS_ELEVATION} "To install Mailwright for everybody, start this setup as an administrator."
    ${EndIf}
    SetShellVarContext all
    ${If} $2 == ""
      StrCpy $2 "$PROGRAMFILES64\Mailwright"
    ${EndIf}
  ${Else}
    ReadRegStr $2 HKCU "${UNINSTALL}" InstallLocation
    ${If} $2 == ""
      StrCpy $2 "$LOCALAPPDATA\Programs\Mailwright"
    ${EndIf}
  ${EndIf}
  ${If} $INSTDIR == "" ; no /D=
    StrCpy $INSTDIR $2
  ${EndIf}
FunctionEnd

Section
  Call CheckNotRunning
  ClearErrors
  SetOutPath $INSTDIR
  RMDir /r "$INSTDIR\_internal"
  ClearErrors
  File /r "${SOURCE}/*"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  ${If} ${Errors}
    !insertmacro Fail ${ERROR_INSTALL_FAILURE} "Mailwright could not be written to $INSTDIR."
  ${EndIf}
  CreateShortcut "$SMPROGRAMS\Mailwright.lnk" "$INSTDIR\mailwright-gui.exe"
  WriteRegStr SHCTX "${APP_PATHS}\mailwright.exe" "" "$INSTDIR\mailwright.exe"
  WriteRegStr SHCTX "${APP_PATHS}\mailwright-gui.exe" "" "$INSTDIR\mailwright-gui.exe"
  ${If} $Pack != ""
    WriteRegStr SHCTX "${OURS}" Pack $Pack
  ${EndIf}
  WriteRegStr SHCTX "${UNINSTALL}" DisplayName "Mailwright"
  WriteRegStr SHCTX "${UNINSTALL}" DisplayVersion "${VERSION}"
  WriteRegStr SHCTX "${UNINSTALL}" Publisher "The Mailwright authors"
  WriteRegStr SHCTX "${UNINSTALL}" DisplayIcon "$INSTDIR\mailwright-gui.exe"
  WriteRegStr SHCTX "${UNINSTALL}" InstallLocation "$INSTDIR"
  WriteRegStr SHCTX "${UNINSTALL}" UninstallString '"$INSTDIR\uninstall.exe"'
  WriteRegStr SHCTX "${UNINSTALL}" QuietUninstallString '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD SHCTX "${UNINSTALL}" EstimatedSize ${SIZE_KB}
  WriteRegDWORD SHCTX "${UNINSTALL}" NoModify 1
  WriteRegDWORD SHCTX "${UNINSTALL}" NoRepair 1
SectionEnd

Function un.onInit
  SetRegView 64
  ReadRegStr $0 HKLM "${UNINSTALL}" InstallLocation
  ${If} $0 == $INSTDIR
    UserInfo::GetAccountType
    Pop $1
    ${If} $1 != "Admin"
      !insertmacro Fail ${ERROR_NEEDS_ELEVATION} "To remove Mailwright for everybody, start this as an administrator."
    ${EndIf}
    SetShellVarContext all
  ${EndIf}
FunctionEnd

Section Uninstall
  Call un.CheckNotRunning
  ; This person's regular check would go on without its program; it is taken from Task Scheduler, if it is there.
  nsExec::Exec '"$INSTDIR\mailwright.exe" accounts schedule --off --quiet'
  Pop $0
  Delete "$SMPROGRAMS\Mailwright.lnk"
  RMDir /r "$INSTDIR\_internal"
  Delete "$INSTDIR\mailwright.exe"
  Delete "$INSTDIR\mailwright-gui.exe"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  DeleteRegKey SHCTX "${APP_PATHS}\mailwright.exe"
  DeleteRegKey SHCTX "${APP_PATHS}\mailwright-gui.exe"
  DeleteRegKey SHCTX "${OURS}"
  DeleteRegKey SHCTX "${UNINSTALL}"
SectionEnd
