// The module: what PostgreSQL calls when it loads the library, and the wrapper's callbacks.
#include "analyze.h"
#include "explain.h"
#include "foreign_scan.h"
#include "input_file.h"
#include "plan.h"
#include "settings.h"

#include "pg.h"

extern "C" {
PG_MODULE_MAGIC;
PGDLLEXPORT Datum weather_fdw_handler(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(weather_fdw_handler);
PGDLLEXPORT void _PG_init(void);
}

void _PG_init() {
    weather::init_settings();
    weather::init_input_files();
}

Datum weather_fdw_handler(PG_FUNCTION_ARGS) {
    FdwRoutine* routine = makeNode(FdwRoutine);
    routine->GetForeignRelSize = weather::weatherGetForeignRelSize;
    routine->GetForeignPaths = weather::weatherGetForeignPaths;
    routine->GetForeignPlan = weather::weatherGetForeignPlan;
    routine->BeginForeignScan = weather::weatherBeginForeignScan;
    routine->IterateForeignScan = weather::weatherIterateForeignScan;
    routine->ReScanForeignScan = weather::weatherReScanForeignScan;
    routine->EndForeignScan = weather::weatherEndForeignScan;
    routine->ExplainForeignScan = weather::weatherExplainForeignScan;
    routine->GetForeignRowMarkType = weather::weatherGetForeignRowMarkType;
    routine->AnalyzeForeignTable = weather::weatherAnalyzeForeignTable;
    PG_RETURN_POINTER(routine);
}
