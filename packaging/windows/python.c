/* python.exe for a folder that holds pythonXY.dll: hands the command line to it. Compile with -DDLL=L\"python313.dll\". */
#include <stdio.h>
#include <wchar.h>
#include <windows.h>

typedef int (*python_main)(int, wchar_t **);

int wmain(int argc, wchar_t **argv) {
    HMODULE dll = LoadLibraryW(DLL);
    python_main run = dll ? (python_main)(void *)GetProcAddress(dll, "Py_Main") : NULL;
    if (!run) {
        fwprintf(stderr, L"cannot load %ls: error %lu\n", DLL, GetLastError());
        return 9;
    }
    return run(argc, argv);
}
