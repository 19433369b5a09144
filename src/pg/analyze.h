// ANALYZE. FdwRoutine member; see src/pg/weather_fdw.cpp.
#pragma once

#include "pg.h"

namespace weather {

bool weatherAnalyzeForeignTable(Relation relation, AcquireSampleRowsFunc* acquire,
                                BlockNumber* pages);

} // namespace weather
