// Include this last in every engine file. The engine knows nothing of PostgreSQL (DESIGN section
// 2); a header that drags postgres.h in, even indirectly, stops the compiler here.
#ifdef POSTGRES_H
#error "src/engine must not see postgres.h"
#endif
