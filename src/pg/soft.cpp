#include "soft.h"

extern "C" {
#include "access/xact.h"
#include "utils/resowner.h"
}

namespace weather {

namespace {

struct Attempt {
    MemoryContext context;
    ResourceOwner owner;
    bool in_subtransaction;
};

Attempt begin_attempt() {
    const Attempt attempt = {CurrentMemoryContext, CurrentResourceOwner, !IsInParallelMode()};
    if (attempt.in_subtransaction)
        BeginInternalSubTransaction(nullptr);
    else
        CurrentResourceOwner = ResourceOwnerCreate(attempt.owner, "weather_fdw value");
    MemoryContextSwitchTo(attempt.context);
    return attempt;
}

void end_attempt(const Attempt& attempt, bool succeeded) {
    if (attempt.in_subtransaction && succeeded) {
        ReleaseCurrentSubTransaction();
    } else if (attempt.in_subtransaction) {
        RollbackAndReleaseCurrentSubTransaction();
    } else {
        const ResourceOwner own = CurrentResourceOwner;
        for (const ResourceReleasePhase phase :
             {RESOURCE_RELEASE_BEFORE_LOCKS, RESOURCE_RELEASE_LOCKS, RESOURCE_RELEASE_AFTER_LOCKS})
            ResourceOwnerRelease(own, phase, succeeded, false);
        CurrentResourceOwner = attempt.owner;
        ResourceOwnerDelete(own);
    }
    MemoryContextSwitchTo(attempt.context);
    CurrentResourceOwner = attempt.owner;
}

} // namespace

ErrorData* run_softly(void (*function)(void*), void* argument, bool (*is_soft)(int)) {
    ErrorData* volatile error = nullptr;
    const Attempt attempt = begin_attempt();
    PG_TRY();
    {
        function(argument);
        end_attempt(attempt, true);
    }
    PG_CATCH();
    {
        MemoryContextSwitchTo(attempt.context);
        error = CopyErrorData();
        FlushErrorState();
        end_attempt(attempt, false);
    }
    PG_END_TRY();
    if (error && !is_soft(error->sqlerrcode))
        ReThrowError(error);
    return error;
}

} // namespace weather
