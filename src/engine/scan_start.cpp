// The tail of a file: rows from an offset on. Only framing lines can begin to read anywhere, since
// there each line feed ends a document; where the framing is not given, the beginning of the file
// says what it is.
#include "scan.h"
#include "engine_only.h"

namespace weather {

ScanStatus Scan::find_start(uint64_t limit) {
    const Framed framed = framer_.find(window_, error_);
    if (framed == Framed::NeedInput)
        return need_input(limit);
    // Whatever else there is, find_document() finds it again.
    task_ = Task::FindDocument;
    if (framed != Framed::Document || framer_.detected() != Framing::Lines ||
        start_.offset <= window_.offset())
        return ScanStatus::Rows;
    task_ = Task::SkipLines;
    return start_.count_lines || window_.seek(*source_, start_.offset - 1, 1, 0) ? ScanStatus::Rows
                                                                                 : fail();
}

// Goes on to the byte before the start, which is a line feed if a line begins there.
ScanStatus Scan::skip_lines(uint64_t limit) {
    const std::string_view text = window_.view();
    const uint64_t ahead = start_.offset - 1 - window_.offset();
    if (ahead >= text.size()) {
        if (window_.ended())
            return ScanStatus::EndOfFile; // the start is behind all rows
        window_.consume(text.size());
        return need_input(limit);
    }
    task_ = Task::FindDocument;
    if (text[ahead] != '\n') {
        framer_.begin_file();
        return window_.seek(*source_, 0, 1, 0) ? ScanStatus::Rows : fail();
    }
    window_.consume(static_cast<size_t>(ahead) + 1);
    framer_.begin_tail();
    started_at_ = start_.offset;
    return ScanStatus::Rows;
}

} // namespace weather
