// Errors that do not end the statement: PostgreSQL 15 has no soft-error input functions.
#pragma once

#include "pg.h"

namespace weather {

// Calls function(argument), which may raise an error, in the current memory context. If it raises
// one whose SQLSTATE is soft, that is the result, in the same context; others are raised on. Null:
// it has returned.
//
// It runs in a subtransaction. Where there can be none, in the leader of a parallel query, it runs
// under a resource owner of its own: what the function held is released as well, and it cannot have
// written anything.
ErrorData* run_softly(void (*function)(void* argument), void* argument,
                      bool (*is_soft)(int sqlstate));

} // namespace weather
