// The encoding of the files, and PostgreSQL's conversions of it to the engine's UTF-8.
#pragma once

#include "report.h"

#include "pg.h"

namespace weather {

struct FileConversion {
    int encoding;
    Oid procedure; // of pg_conversion
    char* buffer;  // for what it makes of one piece
};

// Whether files in it are read as they are.
bool is_read_as_utf8(int encoding);

// The procedure that makes UTF-8 of it; InvalidOid if there is none.
Oid conversion_to_utf8(int encoding);

// In the current memory context; null where none is needed.
FileConversion* make_conversion(int encoding);

// Reader::next(), and what is to be done when it answers Convert: the answer then is Again.
// `complaint` is filled in with Failed.
ScanStatus read_batch(Reader* reader, const FileConversion* conversion, Complaint* complaint);

} // namespace weather
