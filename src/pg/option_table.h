// The table of all options, each with its catalog, its check and the hint that a wrong value gets;
// and what reading their values takes. For options.cpp and validator.cpp.
#pragma once

#include "pg.h"

namespace weather {

// Where an option may be set.
enum Catalog : uint8_t { OfServer = 1, OfTable = 2, OfColumn = 4 };

// A word that an option can have, and what it stands for.
struct Choice {
    const char* word;
    int value;
};

struct Option {
    const char* name;
    uint8_t catalogs;
    // Raises what is wrong with the value.
    void (*check)(const Option& option, const char* value);
    const char* hint;
    const Choice* choices; // of check_choice(), ended by one without a word
};

// Raises what is wrong if there is none of this name.
const Option& find_option(const char* name, uint8_t catalog);

// Null if it is not set.
const char* find_value(List* options, const char* name);

// An array literal, or one element. A path that begins with { can be written as an array literal.
List* split_list(const Option& option, const char* value);

int parse_object_size(const Option& option, const char* value);
int64 parse_reject_limit(const Option& option, const char* value);

// From the database's encoding to the engine's.
char* text_in_utf8(const char* text);

// As in COPY: without on_error 'ignore' there is nothing to count.
[[noreturn]] void reject_limit_without_ignore();

} // namespace weather
