// RapidJSON as this engine uses it: in a namespace of its own, because PostgreSQL loads modules
// with RTLD_GLOBAL and another extension's RapidJSON must not be merged with ours; assertions and
// failed allocations throw, because abort() or a null pointer would take the whole server down.
#pragma once

#include <cstdlib>
#include <new>
#include <stdexcept>

#define RAPIDJSON_NAMESPACE weather::rapidjson
#define RAPIDJSON_NAMESPACE_BEGIN                                                                  \
    namespace weather {                                                                            \
    namespace rapidjson {
#define RAPIDJSON_NAMESPACE_END                                                                    \
    }                                                                                              \
    }
#define RAPIDJSON_ASSERT(condition)                                                                \
    ((condition) ? static_cast<void>(0) : throw std::logic_error("RapidJSON: " #condition))

#include <rapidjson/reader.h>
#include <rapidjson/error/en.h>

#include "engine_only.h"

namespace weather {

// RapidJSON does not check what realloc returns (RELIABILITY section 2, fault 22).
class ThrowingAllocator {
  public:
    static const bool kNeedFree = true;

    void* Malloc(size_t size) { return size == 0 ? nullptr : checked(std::malloc(size)); }
    void* Realloc(void* pointer, size_t, size_t size) {
        if (size == 0) {
            std::free(pointer);
            return nullptr;
        }
        return checked(std::realloc(pointer, size));
    }
    static void Free(void* pointer) { std::free(pointer); }

  private:
    static void* checked(void* pointer) { return pointer ? pointer : throw std::bad_alloc(); }
};

using JsonReader =
    rapidjson::GenericReader<rapidjson::UTF8<>, rapidjson::UTF8<>, ThrowingAllocator>;

// The flags that were measured safe (RELIABILITY section 4). Numbers stay text: RapidJSON's own
// number parsing crashes on some inputs.
constexpr unsigned json_flags = rapidjson::kParseInsituFlag | rapidjson::kParseNumbersAsStringsFlag;

// RFC 8259 section 9 lets a parser limit the depth of nesting. RapidJSON recurses: 1,000 levels are
// far below what PostgreSQL's stack holds (21,000 in 2 MiB).
constexpr int max_depth = 1000;

} // namespace weather
