#include "tail.h"

#include "extent.h"
#include "window.h"
#include "engine_only.h"

namespace weather {

bool is_whole_line(std::string_view line) {
    for (;;) {
        const size_t begin = line.find_first_not_of(" \t\r,");
        if (begin == std::string_view::npos)
            return true;
        line.remove_prefix(begin);
        if (line[0] != '{' && line[0] != '[' && line[0] != '"')
            return false;
        ExtentScanner scanner;
        if (scanner.scan(line, true, true) != ExtentScanner::Found::End)
            return false;
        line.remove_prefix(scanner.position());
    }
}

bool is_framed_by_lines(Source& source, Framing requested, size_t maximum_size) {
    Window window;
    window.begin_file();
    Framer framer(requested, maximum_size);
    framer.begin_file();
    Error error;
    while (framer.find(window, error) == Framed::NeedInput) {
        const ReadStatus status = window.fill(source, error);
        if (status != ReadStatus::Data && status != ReadStatus::End)
            return false; // the scan will say what is wrong
    }
    return framer.detected() == Framing::Lines;
}

} // namespace weather
