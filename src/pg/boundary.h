// The door between PostgreSQL and C++ (DESIGN section 8). C++ exceptions never reach PostgreSQL,
// and ereport(ERROR), a longjmp, never crosses a C++ frame that owns anything. So a function here
// holds either C++ objects or calls that can raise, never both; engine code runs within guarded(),
// and what went wrong is reported after it has returned.
#pragma once

#include <exception>
#include <new>

#include "error.h"

#include "pg.h"

namespace weather {

// What an exception was about, without owning anything.
struct Failure {
    bool out_of_memory;
    char text[160];
};

// Runs engine code. False, with `failure`, if it threw. It must not call PostgreSQL.
template <typename Function>
bool guarded(Failure& failure, Function&& function) noexcept {
    try {
        function();
        return true;
    } catch (const std::bad_alloc&) {
        failure.out_of_memory = true;
    } catch (const std::exception& exception) {
        failure.out_of_memory = false;
        strlcpy(failure.text, exception.what(), sizeof(failure.text));
    } catch (...) {
        failure.out_of_memory = false;
        strlcpy(failure.text, "unknown C++ exception", sizeof(failure.text));
    }
    return false;
}

// ereport(ERROR) for what guarded() caught: 53200 or XX000.
[[noreturn]] void report_failure(const Failure& failure);

// guarded() and, if need be, report_failure().
template <typename Function>
void run_engine(Function&& function) {
    Failure failure;
    if (!guarded(failure, function))
        report_failure(failure);
}

// A C++ object that a memory context owns. The owner is registered before the object exists; a
// reset of the context destroys it. Only memory and processes may be freed that way: descriptors
// belong to PostgreSQL's fd layer, which closes them before such callbacks run.
template <typename Object>
struct Owned {
    Object* object;
    MemoryContextCallback callback;

    static void destroy(void* argument) { delete static_cast<Owned*>(argument)->object; }
};

template <typename Object>
Owned<Object>* own_in(MemoryContext context) {
    auto* owned =
        static_cast<Owned<Object>*>(MemoryContextAllocZero(context, sizeof(Owned<Object>)));
    owned->callback.func = Owned<Object>::destroy;
    owned->callback.arg = owned;
    MemoryContextRegisterResetCallback(context, &owned->callback);
    return owned;
}

// The SQLSTATE of an engine error, and the remedy, or null.
int sqlstate_of(ErrorCode code);
const char* hint_for(ErrorCode code);

} // namespace weather
